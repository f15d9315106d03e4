import type { Connection } from '@tessera/model';
import { openTestStore, type TestStore } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userProvisioning } from '../src/index.ts';
import { connectionWith } from './open-accounts.ts';

let opened: TestStore;
const people: Connection = connectionWith({});
const corp: Connection = { ...connectionWith({ client_id: 'x' }, 'corp'), strategy: 'oidc' };

beforeAll(async () => {
  opened = await openTestStore('provision_user');
  for (const connection of [people, corp]) await store().connections.create(connection);
});
afterAll(() => opened?.[Symbol.asyncDispose]());

const store = () => opened.store.tenant(opened.tenant.id);

type Request = Parameters<typeof userProvisioning.provision>[1];
const provision = (request: Partial<Request> & Pick<Request, 'providerUserId'>) =>
  userProvisioning.provision(store(), {
    connection: corp,
    profile: {},
    mayCreate: true,
    updates: true,
    ...request,
  });

describe('userProvisioning', () => {
  test('creates a user once, also when two logins come at the same time', async () => {
    const profile = { email: 'Ada@Example.com', emailVerified: true };
    const request = { providerUserId: 'sub|1', profile };
    const users = await Promise.all([1, 2, 3].map(() => provision(request)));
    expect(new Set(users.map((user) => user?.userId))).toEqual(new Set(['oidc|corp|sub|1']));
    expect(users[0]).toMatchObject({
      email: 'ada@example.com',
      emailVerified: true,
      nickname: 'ada',
      identities: [{ connection: 'corp', provider: 'oidc', userId: 'corp|sub|1' }],
    });
  });

  test('creates nobody who may not be created', async () => {
    expect(await provision({ providerUserId: 'nobody', mayCreate: false })).toBeUndefined();
    expect(await store().users.find('oidc|corp|nobody')).toBeUndefined();
  });

  test('brings the profile up to date only when told; a new address counts as unverified', async () => {
    const id = { providerUserId: '2' };
    await provision({ ...id, profile: { email: 'a@example.com', emailVerified: true } });
    const kept = await provision({ ...id, profile: { givenName: 'Eve' }, updates: false });
    expect(kept).not.toHaveProperty('givenName');
    const named = await provision({ ...id, profile: { givenName: 'Eve' } });
    expect(named).toMatchObject({ givenName: 'Eve', emailVerified: true });
    const moved = await provision({ ...id, profile: { email: 'b@example.com' } });
    expect(moved).toMatchObject({ email: 'b@example.com', emailVerified: false });
  });

  test("refuses profiles that cannot be stored, and another user's address", async () => {
    await provision({ providerUserId: '3', profile: { email: 'taken@example.com' } });
    const taken = provision({ providerUserId: '4', profile: { email: 'TAKEN@example.com' } });
    await expect(taken).rejects.toMatchObject({ code: 'user_exists' });
    for (const profile of [{ email: 'no address' }, { name: 'a\u0000b' }, { picture: 'x:y' }]) {
      const refused = provision({ providerUserId: '5', profile });
      await expect(refused).rejects.toMatchObject({ code: 'invalid_body' });
    }
    for (const providerUserId of ['', 'x'.repeat(300), 'a\u0000b', 'a\nb', 'a\ud800b']) {
      await expect(provision({ providerUserId })).rejects.toMatchObject({ code: 'invalid_body' });
    }
  });

  test('never yields a user of another connection, though their ids look alike', async () => {
    const strangers = connectionWith({}, 'strangers');
    await store().connections.create(strangers);
    await provision({ connection: people, providerUserId: 'alike' });
    const other = await provision({ connection: people, providerUserId: 'other' });
    await store().users.link(other?.userId ?? '', 'auth0|alike');
    const profile = { email: 'mallory@example.com', emailVerified: true };
    for (const providerUserId of ['alike', 'other']) {
      const stolen = provision({ connection: strangers, providerUserId, profile });
      await expect(stolen).rejects.toMatchObject({ code: 'user_exists' });
    }
    expect(await store().users.find(other?.userId ?? '')).not.toHaveProperty('email');
    const same = await provision({ connection: people, providerUserId: 'alike' });
    expect(same?.userId).toBe(other?.userId);
  });

  test('keeps connections apart, and yields the user whom an identity is linked to', async () => {
    const other = await provision({ connection: people, providerUserId: '6' });
    const own = await provision({ providerUserId: '6' });
    expect([other?.userId, own?.userId]).toEqual(['auth0|6', 'oidc|corp|6']);
    await store().users.link('auth0|6', 'oidc|corp|6');
    const linked = await provision({ providerUserId: '6', profile: { givenName: 'Changed' } });
    expect(linked?.userId).toBe('auth0|6');
    // What the identity says of the person is not the user's own profile.
    expect(linked).not.toHaveProperty('givenName');
  });
});
