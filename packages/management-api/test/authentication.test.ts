import { importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baseUrlOf, TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('authentication');
  await management.addTenant('acme');
});
afterAll(() => management[Symbol.asyncDispose]());

/** Undefined members are left out of the token. */
const withoutEnd = { exp: undefined } as unknown as { exp: number };
const now = () => Math.floor(Date.now() / 1_000);

describe('managementApi() refuses', () => {
  test('a request without a token', async () => {
    const answer = await management.request('GET', 'clients', { authorization: null });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answer.body).toEqual({
      statusCode: 401,
      error: 'Unauthorized',
      message: 'Missing authentication',
      attributes: { error: 'Missing authentication' },
    });
  });

  test.for(['Bearer', 'Bearer opaque', 'Basic YTpi', 'Bearer a.b', 'Bearer a.b.c d'])(
    'the header %s',
    async (authorization) => {
      const { body } = await management.request('GET', 'clients', { authorization });
      expect(body).toEqual({
        statusCode: 400,
        error: 'Bad Request',
        message: 'Bad HTTP authentication header format',
        errorCode: 'Bearer',
      });
    },
  );

  const attacks: [what: string, token: () => Promise<string>, message: string][] = [
    [
      'a token that has expired',
      () => management.token(undefined, { claims: { exp: now() - 60 } }),
      'Expired token received for JSON Web Token validation',
    ],
    [
      'a token without an end',
      () => management.token(undefined, { claims: withoutEnd }),
      'Invalid token',
    ],
    [
      'a token for another API',
      () => management.token(undefined, { claims: { aud: 'https://api.example.com' } }),
      'Invalid token',
    ],
    [
      'a token of another issuer',
      () => management.token(undefined, { claims: { iss: 'https://evil.example.com/' } }),
      'Invalid token',
    ],
    [
      'a token that is not valid yet',
      () => management.token(undefined, { claims: { nbf: now() + 600 } }),
      'Invalid token',
    ],
    [
      'a token of another tenant',
      () => management.token(undefined, { tenant: 'acme' }),
      'Invalid token',
    ],
    ['a token without a signature', unsignedToken, 'Invalid token'],
    ['a token signed with the public key as secret', confusedToken, 'Invalid token'],
    [
      'a token whose claims were changed',
      tamperedToken,
      'Invalid signature received for JSON Web Token validation',
    ],
    [
      'a token signed with a key of another tenant under the id of ours',
      foreignKeyToken,
      'Invalid signature received for JSON Web Token validation',
    ],
  ];
  test.for(attacks)('%s', async ([, makeToken, message]) => {
    const { status, body } = await management.request('GET', 'clients', {
      authorization: `Bearer ${await makeToken()}`,
    });
    expect({ status, message: body.message }).toEqual({ status: 401, message });
    expect(body.attributes).toEqual({ error: message });
  });

  test('a token signed with a key that was revoked since', async () => {
    const store = await management.addTenant('rotating');
    const token = await management.token(['read:clients'], { tenant: 'rotating' });
    const send = () =>
      management.request('GET', 'clients', {
        tenant: 'rotating',
        authorization: `Bearer ${token}`,
      });
    const [{ kid }] = await management.ok('GET', 'keys/signing', undefined, 'rotating');
    await management.ok('POST', 'keys/signing/rotate', undefined, 'rotating');
    expect((await send()).status).toBe(200);
    await store.signingKeys.revoke(kid);
    expect((await send()).status).toBe(401);
  });

  test('a token that lacks the scope, before it says what exists or what is wrong', async () => {
    const scopes = ['read:clients'];
    const answers = [
      await management.request('POST', 'actions/actions', { scopes, raw: '{' }),
      await management.request('POST', 'actions/actions', { scopes, body: { nonsense: true } }),
      await management.request('POST', 'actions/actions/made-up/deploy', { scopes }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(403);
      expect(body).toEqual({
        statusCode: 403,
        error: 'Forbidden',
        message: 'Insufficient scope, expected any of: create:actions',
        errorCode: 'insufficient_scope',
      });
    }
  });

  test('one of two scopes where both are needed', async () => {
    const { status, body } = await management.request('POST', 'keys/signing/rotate', {
      scopes: ['update:signing_keys'],
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      'Insufficient scope, expected all of: create:signing_keys,update:signing_keys',
    );
  });
});

test('managementApi() serves its description to anybody', async () => {
  const { status, body } = await management.request('GET', 'openapi.json', {
    authorization: null,
    tenant: 'acme',
  });
  expect(status).toBe(200);
  expect(body.servers).toEqual([{ url: `${baseUrlOf({ name: 'acme', isDefault: false })}api/v2` }]);
});

test('managementApi() shows secrets of clients only to those that may read keys', async () => {
  const created = await management.ok('POST', 'clients', { name: 'shop' });
  const path = `clients/${created.client_id}`;
  const without = await management.request('GET', path, { scopes: ['read:clients'] });
  expect(without.text).not.toContain(created.client_secret);
  expect(without.body.signing_keys).toBeUndefined();
  const list = await management.request('GET', 'clients', { scopes: ['read:clients'] });
  expect(list.text).not.toContain('"client_secret"');
  const patched = await management.request('PATCH', path, {
    scopes: ['update:clients'],
    body: { description: 'x' },
  });
  expect(patched.text).not.toContain(created.client_secret);
  const withKeys = await management.request('GET', path, { scopes: ['read:client_keys'] });
  expect(withKeys.body.client_secret).toBe(created.client_secret);
});

test('managementApi() never finds what belongs to another tenant', async () => {
  const action = await management.ok('POST', 'actions/actions', {
    name: 'private',
    supported_triggers: [{ id: 'post-login', version: 'v3' }],
  });
  const client = await management.ok('POST', 'clients', { name: 'private' });
  for (const path of [`actions/actions/${action.id}`, `clients/${client.client_id}`]) {
    expect((await management.request('GET', path, { tenant: 'acme' })).status).toBe(404);
    await management.request('DELETE', path, { tenant: 'acme' });
    expect((await management.request('GET', path)).status).toBe(200);
  }
});

const claimsOf = () => ({
  iss: 'https://id.example.com/',
  aud: 'https://id.example.com/api/v2/',
  sub: 'machine@clients',
  iat: now(),
  exp: now() + 600,
  scope: 'read:clients',
});

async function unsignedToken(): Promise<string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claimsOf())}.AA`;
}

async function confusedToken(): Promise<string> {
  const [key] = await management.storeOf().signingKeys.list();
  return await new SignJWT(claimsOf())
    .setProtectedHeader({ alg: 'HS256', kid: key?.kid ?? '' })
    .sign(Buffer.from(JSON.stringify(key?.publicJwk)));
}

async function tamperedToken(): Promise<string> {
  const [header, payload = '', signature] = (await management.token(['read:roles'])).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  const changed = Buffer.from(JSON.stringify({ ...claims, scope: 'read:clients' })).toString(
    'base64url',
  );
  return [header, changed, signature].join('.');
}

async function foreignKeyToken(): Promise<string> {
  const [, foreign] = await management.storeOf('acme').signingKeys.list();
  const [own] = await management.storeOf().signingKeys.list();
  return await new SignJWT(claimsOf())
    .setProtectedHeader({ alg: 'RS256', kid: own?.kid ?? '' })
    .sign(await importJWK(foreign?.privateJwk ?? {}, 'RS256'));
}
