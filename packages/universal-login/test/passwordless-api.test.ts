import { describe, expect, test } from 'vitest';
import { EMAIL, type OpenPages, openPages } from './open-pages.ts';
import { EMAIL_CONNECTION, PEOPLE, SMS_CONNECTION } from './page-visitor.ts';

const CONNECTIONS = { connections: [PEOPLE, EMAIL_CONNECTION, SMS_CONNECTION] };

function start(pages: OpenPages, change: object, headers: Record<string, string> = {}) {
  const body = {
    ...{ client_id: pages.clientId, client_secret: 'secret' },
    ...{ connection: 'email', email: EMAIL, send: 'code' },
    ...change,
  };
  return pages.app.inject({ method: 'POST', url: '/passwordless/start', payload: body, headers });
}

describe('POST /passwordless/start', () => {
  test('sends a code by e-mail', async () => {
    await using pages = await openPages('start_email', CONNECTIONS);
    const answer = await start(pages, { email: 'Ada@Example.com' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({ _id: expect.stringMatching(/^[0-9a-f]{24}$/), email: EMAIL });
    expect(pages.messages.emails).toMatchObject([
      { to: EMAIL, variables: { code: expect.stringMatching(/^\d{6}$/), send: 'code' } },
    ]);
    const [entry] = await pages.listLogs('cls');
    expect(JSON.stringify(entry)).not.toContain(String(pages.messages.emails[0]?.variables.code));
    expect(JSON.stringify(entry)).not.toContain('secret');
  });

  test('sends a text message, by HTTP Basic and to the connection of a strategy too', async () => {
    const sms = { ...SMS_CONNECTION, name: 'texts' };
    await using pages = await openPages('start_sms', { connections: [sms] });
    const basic = Buffer.from(`${pages.clientId}:secret`).toString('base64');
    const answer = await pages.app.inject({
      method: 'POST',
      url: '/passwordless/start',
      payload: { connection: 'sms', phone_number: '+491511234567', send: 'code' },
      headers: { authorization: `Basic ${basic}` },
    });
    expect(answer.json()).toMatchObject({ phone_number: '+491511234567' });
    expect(pages.messages.phoneMessages).toHaveLength(1);
  });

  test('asks public applications for no secret', async () => {
    const client = { tokenEndpointAuthMethod: 'none' } as const;
    await using pages = await openPages('start_public', { ...CONNECTIONS, client });
    expect((await start(pages, { client_secret: undefined })).statusCode).toBe(200);
  });

  const refusals: [name: string, change: object, status: number, error: string][] = [
    ['no client', { client_id: undefined }, 400, 'bad.client_id'],
    ['an unknown client', { client_id: 'nobody' }, 400, 'bad.client_id'],
    ['no secret', { client_secret: undefined }, 403, 'unauthorized_client'],
    ['a wrong secret', { client_secret: 'other' }, 403, 'unauthorized_client'],
    ['no connection', { connection: undefined }, 400, 'bad.connection'],
    ['an unknown connection', { connection: 'other' }, 400, 'bad.connection'],
    ['a database', { connection: 'people' }, 400, 'bad.connection'],
    ['no address', { email: undefined }, 400, 'bad.email'],
    ['a bad address', { email: 'ada' }, 400, 'bad.email'],
    ['two addresses', { email: [EMAIL, EMAIL] }, 400, 'bad.email'],
    ['a bad number', { connection: 'sms', phone_number: '0151' }, 400, 'bad.phone_number'],
    ['a bad way', { send: 'pigeon' }, 400, 'bad.send'],
    ['other members', { admin: true }, 400, 'bad.request'],
    [
      'endless parameters',
      { send: 'link', authParams: { x: 'x'.repeat(5000) } },
      400,
      'bad.request',
    ],
  ];
  test.for(refusals)('refuses %s', async ([, change, status, error]) => {
    await using pages = await openPages('start_refused', CONNECTIONS);
    const answer = await start(pages, change);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ error, error_description: expect.any(String) });
    expect(pages.messages.emails).toEqual([]);
    expect(pages.messages.phoneMessages).toEqual([]);
  });

  test('limits what one person is sent, and says when to come back', async () => {
    await using pages = await openPages('start_limit', CONNECTIONS);
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await start(pages, {})).statusCode);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 200));
    const refused = await start(pages, {});
    expect(refused.json()).toMatchObject({ error: 'too_many_requests' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('lets pages of the application read the answer, and no others', async () => {
    await using pages = await openPages('start_cors', CONNECTIONS);
    const own = await start(pages, {}, { origin: 'https://other.example' });
    expect(own.headers['access-control-allow-origin']).toBe('https://other.example');
    const foreign = await start(pages, {}, { origin: 'https://evil.example' });
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });

  test.for(['', '{', '[]', '"text"', 'null'])('answers %j with 400', async (payload) => {
    await using pages = await openPages('start_garbage', CONNECTIONS);
    const answer = await pages.app.inject({
      method: 'POST',
      url: '/passwordless/start',
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.statusCode).toBe(400);
  });
});
