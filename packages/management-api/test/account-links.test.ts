import { importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_CONNECTION_NAME } from '../src/index.ts';
import { baseUrlOf, TestManagement } from './harness/open-management.ts';

let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('account_links');
});
afterAll(() => management[Symbol.asyncDispose]());

const ok = (method: string, path: string, body?: unknown) => management.ok(method, path, body);
const pathOf = (user: { user_id: string }) => `users/${encodeURIComponent(user.user_id)}`;
const idOf = (user: { user_id: string }) => user.user_id.split('|')[1] ?? '';

async function createUser() {
  count += 1;
  return await ok('POST', 'users', {
    connection: DEFAULT_CONNECTION_NAME,
    email: `person${count}@example.com`,
    password: 'Correct-horse-9',
    given_name: `Person ${count}`,
  });
}

const link = (primary: { user_id: string }, body: object) =>
  management.request('POST', `${pathOf(primary)}/identities`, { body });

/** An ID token as the protocol issues it, with changes. */
async function idToken(user: { user_id: string }, claims: object = {}): Promise<string> {
  const [key] = await management.storeOf().signingKeys.list();
  if (key === undefined) throw new Error('the tenant has no key');
  const [{ client_id: aud }] = await ok('GET', 'clients');
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({ iat: now, exp: now + 60, sub: user.user_id, aud, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .setIssuer(
      'iss' in claims ? String(claims.iss) : baseUrlOf({ name: 'default', isDefault: true }),
    )
    .sign(await importJWK(key.privateJwk as object, 'RS256'));
}

describe('linking of accounts', () => {
  test('makes a user an identity of another, and a user again', async () => {
    const [primary, secondary] = [await createUser(), await createUser()];
    const { status, body } = await link(primary, {
      provider: 'auth0',
      user_id: secondary.user_id,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject([
      { user_id: idOf(primary), profileData: { email: primary.email } },
      {
        connection: DEFAULT_CONNECTION_NAME,
        provider: 'auth0',
        isSocial: false,
        user_id: idOf(secondary),
        profileData: { email: secondary.email, given_name: secondary.given_name },
      },
    ]);
    expect((await ok('GET', pathOf(primary))).identities).toHaveLength(2);
    expect((await management.request('GET', pathOf(secondary))).status).toBe(404);
    const listed = await ok('GET', 'users?per_page=100');
    expect(listed.map((user: { user_id: string }) => user.user_id)).not.toContain(
      secondary.user_id,
    );
    expect(await ok('GET', `users-by-email?email=${secondary.email}`)).toEqual([]);
    // Its credentials log in as the other.
    const login = { ip: '203.0.113.9', at: new Date() };
    const user = await management.storeOf().users.recordLogin(secondary.user_id, login);
    expect(user?.userId).toBe(primary.user_id);

    const path = `${pathOf(primary)}/identities/auth0/${idOf(secondary)}`;
    expect(await ok('DELETE', path)).toMatchObject([{ user_id: idOf(primary) }]);
    const restored = await ok('GET', pathOf(secondary));
    expect(restored).toMatchObject({ email: secondary.email, identities: [{ provider: 'auth0' }] });
    expect(restored.identities[0]).not.toHaveProperty('profileData');
    expect((await management.request('DELETE', path)).status).toBe(400);
  });

  test('takes along what was linked before, and ends sessions and tokens', async () => {
    const [first, second, third] = [await createUser(), await createUser(), await createUser()];
    await link(second, { provider: 'auth0', user_id: idOf(third) });
    const { oidcModels, users } = management.storeOf();
    await oidcModels.upsert('Session', 'a-session', { uid: 'u', accountId: second.user_id }, 60);
    const { body } = await link(first, { provider: 'auth0', user_id: second.user_id });
    expect(body).toHaveLength(3);
    expect(await oidcModels.find('Session', 'a-session')).toBeUndefined();
    expect((await users.findPrimary(third.user_id))?.userId).toBe(first.user_id);
    // All of them end with their user.
    await ok('DELETE', pathOf(first));
    expect(await users.findPrimary(third.user_id)).toBeUndefined();
  });

  test('by an ID token of the other account', async () => {
    const [primary, secondary] = [await createUser(), await createUser()];
    const { status, body } = await link(primary, { link_with: await idToken(secondary) });
    expect(status).toBe(201);
    expect(body[1].user_id).toBe(idOf(secondary));
  });

  test('refuses tokens that are none of ours, or prove nothing', async () => {
    const [primary, secondary] = [await createUser(), await createUser()];
    const good = await idToken(secondary);
    for (const token of [
      `${good.slice(0, -8)}AAAAAAAA`,
      await idToken(secondary, { iss: 'https://evil.example/' }),
      await idToken(secondary, { exp: 1 }),
      await idToken(secondary, { aud: 'https://api.example.com/' }),
      await idToken(secondary, { azp: 'an-access-token' }),
      'x.y.z',
    ]) {
      expect(await link(primary, { link_with: token })).toMatchObject({ status: 400 });
    }
    expect((await ok('GET', pathOf(primary))).identities).toHaveLength(1);
  });

  test('refuses a token that a revoked key has signed', async () => {
    const [primary, secondary] = [await createUser(), await createUser()];
    const token = await idToken(secondary);
    const [signing] = await management.storeOf().signingKeys.list();
    expect((await management.request('POST', 'keys/signing/rotate')).status).toBe(201);
    const revoked = await management.request('PUT', `keys/signing/${signing?.kid}/revoke`);
    expect(revoked.status).toBe(200);
    expect(await link(primary, { link_with: token })).toMatchObject({ status: 400 });
    expect(await link(primary, { link_with: await idToken(secondary) })).toMatchObject({
      status: 201,
    });
  });

  test('refuses what cannot be linked', async () => {
    const [primary, secondary, third] = [
      await createUser(),
      await createUser(),
      await createUser(),
    ];
    const known = { provider: 'auth0', user_id: secondary.user_id };
    expect(await link(primary, { provider: 'auth0', user_id: 'nobody' })).toMatchObject({
      status: 404,
    });
    expect(await link({ user_id: 'auth0|nobody' }, known)).toMatchObject({ status: 404 });
    expect(await link(primary, { provider: 'auth0', user_id: idOf(primary) })).toMatchObject({
      status: 400,
    });
    for (const body of [{}, { provider: 'auth0' }, { ...known, link_with: 'x' }]) {
      expect(await link(primary, body)).toMatchObject({ status: 400 });
    }
    expect((await link(primary, known)).status).toBe(201);
    expect(await link(third, known)).toMatchObject({ status: 409 });
    const main = `${pathOf(primary)}/identities/auth0/${idOf(primary)}`;
    expect((await management.request('DELETE', main)).status).toBe(400);
  });

  test('of two links of one account at once one counts', async () => {
    const [one, other, secondary] = [await createUser(), await createUser(), await createUser()];
    const body = { provider: 'auth0', user_id: secondary.user_id };
    const answers = await Promise.all([link(one, body), link(other, body)]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
});

describe('grants', () => {
  const CONSENT = {
    id: 'consent-1',
    accountId: 'auth0|ada',
    clientId: 'partner',
    scopes: { openid: ['openid', 'email'], apis: { 'https://api.example.com/': ['read:items'] } },
  };
  const GRANT = { accountId: 'auth0|ada', clientId: 'partner' };

  test('are listed by user, application and API, and revoked with their tokens', async () => {
    const { oidcModels } = management.storeOf();
    await oidcModels.upsert('Consent', CONSENT.id, CONSENT, undefined);
    await oidcModels.upsert('Grant', 'grant-1', GRANT, 60);
    await oidcModels.upsert('RefreshToken', 'token-1', { ...GRANT, grantId: 'grant-1' }, 60);
    const all = await ok('GET', 'grants');
    expect(all).toMatchObject([
      { id: 'consent-1', clientID: 'partner', user_id: 'auth0|ada', scope: ['openid', 'email'] },
      { audience: 'https://api.example.com/', scope: ['read:items'] },
    ]);
    expect(await ok('GET', 'grants?user_id=auth0%7Cada&include_totals=true')).toMatchObject({
      total: 2,
    });
    expect(await ok('GET', 'grants?audience=https://api.example.com/')).toHaveLength(1);
    expect(await ok('GET', 'grants?client_id=other')).toEqual([]);
    expect(await ok('GET', 'grants?user_id=auth0%7Cbob')).toEqual([]);

    await ok('DELETE', `grants/${all[1].id}`);
    expect(await ok('GET', 'grants')).toMatchObject([{ id: 'consent-1' }]);
    expect(await oidcModels.find('RefreshToken', 'token-1')).toBeUndefined();
    await ok('DELETE', 'grants?user_id=auth0%7Cada');
    expect(await ok('GET', 'grants')).toEqual([]);
    expect(await oidcModels.find('Consent', CONSENT.id)).toBeUndefined();
  });

  test('of all users are not deleted by a request that names none', async () => {
    expect((await management.request('DELETE', 'grants')).status).toBe(400);
    expect((await management.request('DELETE', 'grants/unknown')).status).toBe(204);
  });
});
