import type { PostLoginAPI } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { NOW_MS, runActions, signToken, verifyToken } from './support/guest.ts';

const SECRET = 'shared with the other site';
const SECONDS = Math.floor(NOW_MS / 1000);

async function inHandler(
  handler: (api: PostLoginAPI) => unknown,
  request: Parameters<typeof runActions>[1] = {},
) {
  let answer: unknown;
  const run = (_: unknown, api: PostLoginAPI) => {
    answer = handler(api);
  };
  const file = { onExecutePostLogin: run, onContinuePostLogin: run };
  const [result] = await runActions([file], request);
  return { result, answer };
}

describe('api.redirect', () => {
  test('canRedirect() says what the host said, by default no', async () => {
    expect((await inHandler((api) => api.redirect.canRedirect())).answer).toBe(false);
    const request = { canRedirect: true };
    expect((await inHandler((api) => api.redirect.canRedirect(), request)).answer).toBe(true);
  });

  test('sendUserTo() records address and query as text', async () => {
    const { result } = await inHandler((api) =>
      api.redirect.sendUserTo('https://a.example/x?y=1', {
        query: { n: 5 as never, gone: undefined as never, t: 'text' },
      }),
    );
    expect(result?.commands).toEqual([
      {
        method: 'redirect.sendUserTo',
        args: ['https://a.example/x?y=1', { query: { n: '5', t: 'text' } }],
      },
    ]);
  });

  test('encodeToken() says who and where the person is; the payload cannot', async () => {
    const event = {
      user: { user_id: 'auth0|1' },
      request: { hostname: 'acme.example.com', ip: '203.0.113.7' },
      tenant: { id: 'acme' },
    };
    const payload = { sub: 'forged', exp: 1, note: 'hello' };
    const { answer } = await inHandler(
      (api) => api.redirect.encodeToken({ secret: SECRET, payload }),
      { event },
    );
    expect(verifyToken(String(answer), SECRET)).toEqual({
      iss: 'acme.example.com',
      sub: 'auth0|1',
      ip: '203.0.113.7',
      iat: SECONDS,
      exp: SECONDS + 900,
      note: 'hello',
    });
  });

  const continued = (query: JsonObject, body: JsonObject = {}) => ({
    firstHandler: 'continue' as const,
    event: { request: { query, body } },
  });
  const token = (claims: JsonObject, secret = SECRET) =>
    signToken({ exp: SECONDS + 60, state: 'state-1', ...claims }, secret);

  test('validateToken() returns the claims of a token in query or body', async () => {
    const validate = (api: PostLoginAPI) => api.redirect.validateToken({ secret: SECRET });
    const query = { session_token: token({ age: 42 }), state: 'state-1' };
    expect((await inHandler(validate, continued(query))).answer).toMatchObject({ age: 42 });
    expect((await inHandler(validate, continued({}, query))).answer).toMatchObject({ age: 42 });
    const other = { mine: token({ age: 43 }), state: 'state-1' };
    const { answer } = await inHandler(
      (api) => api.redirect.validateToken({ secret: SECRET, tokenParameterName: 'mine' }),
      continued(other),
    );
    expect(answer).toMatchObject({ age: 43 });
  });

  const attacks: [name: string, query: JsonObject][] = [
    ['is absent', { state: 'state-1' }],
    ['has expired', { state: 'state-1', session_token: token({ exp: SECONDS - 1 }) }],
    ['is signed by somebody else', { state: 'state-1', session_token: token({}, 'other') }],
    ['was made for another state', { state: 'state-2', session_token: token({}) }],
    [
      'names no state',
      { state: 'state-1', session_token: signToken({ exp: SECONDS + 60 }, SECRET) },
    ],
    ['comes without a state', { session_token: token({}) }],
    ['is no text', { state: 'state-1', session_token: ['x'] }],
  ];
  test.for(attacks)('validateToken() throws when the token %s', async ([, query]) => {
    const { result } = await inHandler(
      (api) => api.redirect.validateToken({ secret: SECRET }),
      continued(query),
    );
    expect(result?.kind).toBe('failed');
  });

  test('validateToken() does not take a token that came with the first request', async () => {
    const query = { state: 'state-1', session_token: token({}) };
    const { result } = await inHandler((api) => api.redirect.validateToken({ secret: SECRET }), {
      ...continued(query),
      firstHandler: 'execute',
    });
    expect(result?.kind).toBe('failed');
  });
});
