import type { TriggerEnd } from '@tessera/engine';
import type { JsonObject } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { PAGE_LIMITS } from '../src/index.ts';
import { EMAIL, type OpenPages, openPages, PASSWORD } from './open-pages.ts';

const PATH = '/dbconnections/signup';

function post(pages: OpenPages, change: JsonObject = {}, headers: Record<string, string> = {}) {
  const body = {
    client_id: pages.clientId,
    connection: 'people',
    email: EMAIL,
    password: PASSWORD,
    ...change,
  };
  return pages.app.inject({ method: 'POST', url: PATH, payload: body, headers });
}

describe('POST /dbconnections/signup', () => {
  test('creates a user and answers in the hosted service’s shape', async () => {
    await using pages = await openPages('api_signup');
    const change = { given_name: 'Ada', name: 'Ada L', user_metadata: { plan: 'gold' } };
    const answer = await post(pages, { ...change, email: 'ADA@example.com' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      email: EMAIL,
      email_verified: false,
      given_name: 'Ada',
      name: 'Ada L',
      user_metadata: { plan: 'gold' },
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    const user = await pages.store.users.find(`auth0|${answer.json()._id}`);
    expect(user).toMatchObject({ email: EMAIL, loginsCount: 0 });
    expect(pages.transactions.completed).toEqual([]);
    expect(JSON.stringify(pages.pipeline.events)).not.toContain(PASSWORD);
    expect(pages.pipeline.events).toMatchObject([{ request: { body: { given_name: 'Ada' } } }]);
  });

  test('takes forms, and connections with other identifiers', async () => {
    const active = { identifier: { active: true }, signup: { status: 'optional' } };
    await using pages = await openPages('api_identifiers', {
      connections: [{ options: { attributes: { username: active, phone_number: active } } }],
    });
    const body = { client_id: pages.clientId, connection: 'people', password: PASSWORD };
    const signUp = (fields: Record<string, string>) =>
      pages.app.inject({
        method: 'POST',
        url: PATH,
        payload: new URLSearchParams({ ...body, ...fields }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    expect((await signUp({ username: 'ada' })).json()).toEqual({
      _id: expect.any(String),
      username: 'ada',
    });
    expect((await signUp({ phone_number: '+12345678900' })).json()).toEqual({
      _id: expect.any(String),
      phone_number: '+12345678900',
      phone_verified: false,
    });
  });

  const refusals: [name: string, change: JsonObject, code: string][] = [
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['an unknown connection', { connection: 'nowhere' }, 'connection_not_found'],
    ['a connection of another application', { connection: 'hidden' }, 'connection_not_found'],
    ['a bad address', { email: 'ada' }, 'invalid_body'],
    ['a wrong type', { email: 7 }, 'invalid_body'],
    ['an unknown member', { app_metadata: { admin: true } }, 'invalid_body'],
    ['nested metadata', { user_metadata: { a: { b: 1 } } }, 'invalid_body'],
    ['a NUL in the client', { client_id: 'a\0b' }, 'invalid_body'],
    ['a NUL', { given_name: 'a\0b' }, 'invalid_body'],
  ];
  test('refuses bad input with a code and a description, and creates nobody', async () => {
    await using pages = await openPages('api_refusals', {
      connections: [{}, { id: 'con_2', name: 'hidden', realms: [], enabledClients: [] }],
    });
    for (const [name, change, code] of refusals) {
      const answer = await post(pages, change);
      expect(answer.statusCode, name).toBe(400);
      expect(answer.json(), name).toMatchObject({
        statusCode: 400,
        name: 'BadRequestError',
        code,
        description: expect.any(String),
      });
    }
    expect(await pages.countUsers()).toBe(0);
  });

  test('lists the rules that a weak password broke', async () => {
    await using pages = await openPages('api_weak');
    const answer = await post(pages, { password: 'abc' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      name: 'PasswordStrengthError',
      code: 'invalid_password',
      message: 'Password is too weak',
      description: {
        verified: false,
        rules: [
          { code: 'lengthAtLeast', format: [8], verified: false },
          {
            code: 'containsAtLeast',
            format: [3, 4],
            items: [{ code: 'lowerCase', verified: true }, {}, {}, {}],
          },
        ],
      },
      policy: expect.stringMatching(
        /^\* At least 8 characters in length\n\* Contain at least 3 of/,
      ),
    });
  });

  test.for([
    ['Sunflower-77', 'PasswordDictionaryError', 'Password is too common'],
    ['Ada@example.com1', 'PasswordNoUserInfoError', 'Password contains user information'],
    ['sunflower', 'PasswordStrengthError', 'Password is too weak'],
  ])('%s is a %s', async ([password = '', name, message]) => {
    const options = {
      password_dictionary: { enable: true, dictionary: ['sunflower-77', 'sunflower'] },
      password_no_personal_info: { enable: true },
    };
    await using pages = await openPages('api_weak_names', { connections: [{ options }] });
    const answer = await post(pages, { password });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ name, code: 'invalid_password', message });
  });

  test('does not say that a user exists', async () => {
    await using pages = await openPages('api_taken');
    await post(pages);
    const answer = await post(pages);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      statusCode: 400,
      name: 'BadRequestError',
      code: 'invalid_signup',
      description: 'Invalid sign up',
    });
  });

  const ends: [end: TriggerEnd, answer: object][] = [
    [
      { kind: 'denied', reason: 'internal', userMessage: 'Not you' },
      { name: 'PreUserRegistrationError', code: 'extensibility_error', description: 'Not you' },
    ],
    [
      { kind: 'invalid', code: 'bad_name', message: 'No numbers' },
      { name: 'ValidationError', code: 'bad_name', description: 'No numbers' },
    ],
    [
      { kind: 'failed', message: 'It broke' },
      { name: 'PreUserRegistrationError', code: 'extensibility_error', description: 'It broke' },
    ],
  ];
  test('passes on what actions say', async () => {
    await using pages = await openPages('api_actions');
    for (const [end, expected] of ends) {
      pages.pipeline.end = end;
      const answer = await post(pages);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject(expected);
      expect(answer.body).not.toContain('internal');
    }
  });

  test('refuses where signup is disabled', async () => {
    await using pages = await openPages('api_disabled', {
      connections: [{ options: { disable_signup: true } }],
    });
    expect((await post(pages)).json()).toMatchObject({ code: 'signup_disabled' });
  });

  test('answers bodies that it cannot read', async () => {
    await using pages = await openPages('api_bodies');
    const send = (payload: string, type = 'application/json') =>
      pages.app.inject({
        method: 'POST',
        url: PATH,
        payload,
        headers: { 'content-type': type },
      });
    expect((await send('{"a":')).statusCode).toBe(400);
    expect((await send('[]')).statusCode).toBe(400);
    expect((await send('null')).statusCode).toBe(400);
    expect((await send('<a/>', 'text/xml')).statusCode).toBe(415);
    expect((await send(JSON.stringify('x'.repeat(PAGE_LIMITS.bodyBytes)))).statusCode).toBe(413);
    expect((await send('{"__proto__":{"x":1}}')).statusCode).toBe(400);
    expect((await send('email=a&email=b', 'application/x-www-form-urlencoded')).statusCode).toBe(
      400,
    );
    expect(pages.errors).toEqual([]);
  });

  test('limits signups of one address', async () => {
    await using pages = await openPages('api_limit');
    for (let n = 0; n < 50; n += 1) await post(pages, { email: 'x' });
    const answer = await post(pages);
    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toMatchObject({
      name: 'TooManyRequestsError',
      code: 'too_many_attempts',
    });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('lets pages of the application read the answer, and no others', async () => {
    await using pages = await openPages('api_cors');
    for (const [origin, allowed] of [
      ['https://notes.example', true],
      ['https://other.example', true],
      ['https://evil.example', false],
      ['null', false],
    ] as const) {
      const answer = await post(pages, { email: 'x' }, { origin });
      expect(answer.headers['access-control-allow-origin'], origin).toBe(
        allowed ? origin : undefined,
      );
      expect(answer.headers.vary).toBe('origin');
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    }
    const preflight = await pages.app.inject({
      method: 'OPTIONS',
      url: PATH,
      headers: { origin: 'https://notes.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toBe('POST');
  });

  test('knows databases only', async () => {
    await using pages = await openPages('api_not_database', {
      connections: [{}, { id: 'con_email', name: 'email', strategy: 'email' }],
    });
    const answer = await post(pages, { connection: 'email' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'connection_not_found' });
    expect(await pages.countUsers()).toBe(0);
  });
});
