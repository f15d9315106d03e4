import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import {
  createUser,
  firstPage,
  sampleApi,
  sampleConnection,
  sampleRole,
  sampleUser,
} from './samples.ts';

const stores = openStorePerFile('users');

test('users.create() keeps e-mail addresses in lower case and no password in the entity', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant, {
    email: 'Ada@Example.COM',
    passwordHash: '$argon2id$hash',
    givenName: 'Ada',
  });
  expect(user).toMatchObject({ email: 'ada@example.com', givenName: 'Ada', loginsCount: 0 });
  expect(JSON.stringify(user)).not.toContain('argon2id');
  expect(await tenant.users.find(user.userId)).toEqual(user);
  expect(await tenant.users.findPasswordHash(user.userId)).toBe('$argon2id$hash');
});

test('users.findByIdentifier() compares without regard to case, in one connection', async () => {
  const tenant = await stores.createTenant();
  const { connection, user } = await createUser(tenant, {
    email: 'bob@example.com',
    username: 'Bob',
    phoneNumber: '+4912345',
  });
  const other = await tenant.connections.create(sampleConnection());
  for (const identifier of [
    { email: 'BOB@example.com' },
    { username: 'bOB' },
    { phoneNumber: '+4912345' },
  ]) {
    expect(await tenant.users.findByIdentifier(connection.name, identifier)).toEqual(user);
    expect(await tenant.users.findByIdentifier(other.name, identifier)).toBeUndefined();
  }
});

test.for([
  ['e-mail', { email: 'eve@example.com' }, { email: 'EVE@example.com' }],
  ['username', { username: 'eve' }, { username: 'Eve' }],
  ['phone number', { phoneNumber: '+1' }, { phoneNumber: '+1' }],
] as const)('users.create() refuses a second user with the same %s', async ([, one, two]) => {
  const tenant = await stores.createTenant();
  const { connection } = await createUser(tenant, one);
  const again = tenant.users.create(sampleUser(connection.name, two));
  await expect(again).rejects.toMatchObject({ code: 'user_exists', status: 409 });
  await expect(again).rejects.not.toThrow(/eve|\+1/i);
  await createUser(tenant, two);
});

test('users.create() refuses a connection that does not exist', async () => {
  const tenant = await stores.createTenant();
  await expect(tenant.users.create(sampleUser('nowhere'))).rejects.toMatchObject({
    code: 'not_found',
    message: 'The connection does not exist.',
  });
});

test('users.update() removes what is null and ignores null for what is always there', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant, { nickname: 'nick', name: 'Name' });
  const updated = await tenant.users.update(user.userId, {
    nickname: null,
    blocked: null,
    email: 'New@Example.com',
    passwordHash: 'new',
  });
  expect(updated).toEqual({
    ...Object.fromEntries(Object.entries(user).filter(([name]) => name !== 'nickname')),
    email: 'new@example.com',
    updatedAt: expect.any(Date),
  });
  expect(await tenant.users.findPasswordHash(user.userId)).toBe('new');
  expect(await tenant.users.update('auth0|none', { name: 'x' })).toBeUndefined();
});

test('users.update() refuses an e-mail address that is taken', async () => {
  const tenant = await stores.createTenant();
  const { connection, user } = await createUser(tenant);
  const other = await tenant.users.create(sampleUser(connection.name));
  const update = tenant.users.update(other.userId, { email: user.email ?? null });
  await expect(update).rejects.toMatchObject({ code: 'user_exists' });
});

test('users.mergeMetadata() merges members and removes those that are null', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant, { userMetadata: { a: 1, b: { deep: true }, c: 3 } });
  const merged = await tenant.users.mergeMetadata(user.userId, {
    userMetadata: { a: 2, b: null, d: { kept: null }, 'odd "key"': 'x' },
    appMetadata: { plan: 'gold' },
  });
  expect(merged?.userMetadata).toEqual({ a: 2, c: 3, d: { kept: null }, 'odd "key"': 'x' });
  expect(merged?.appMetadata).toEqual({ plan: 'gold' });
  expect(await tenant.users.mergeMetadata('auth0|none', {})).toBeUndefined();
});

test('users.mergeMetadata() loses no member when many write at once', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant);
  const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
  await Promise.all(
    keys.map((key) => tenant.users.mergeMetadata(user.userId, { appMetadata: { [key]: key } })),
  );
  const found = await tenant.users.find(user.userId);
  expect(Object.keys(found?.appMetadata ?? {}).sort()).toEqual(keys.sort());
});

test('users.mergeMetadata() refuses text that cannot be stored, without repeating it', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant);
  const merge = tenant.users.mergeMetadata(user.userId, { appMetadata: { bad: 'priv\0ate' } });
  await expect(merge).rejects.toMatchObject({ code: 'invalid_body' });
  await expect(merge).rejects.not.toThrow(/priv/);
});

test('users.recordLogin() counts every one of many logins', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant);
  const at = new Date('2026-11-21T12:00:00.001Z');
  await Promise.all(
    Array.from({ length: 10 }, () => tenant.users.recordLogin(user.userId, { ip: '::1', at })),
  );
  expect(await tenant.users.recordLogin(user.userId, { ip: '10.0.0.1', at })).toMatchObject({
    loginsCount: 11,
    lastLogin: at,
    lastIp: '10.0.0.1',
  });
});

test('users.list() searches by field and by beginning, newest first', async () => {
  const tenant = await stores.createTenant();
  const { name: connection } = await tenant.connections.create(sampleConnection());
  const create = (email: string, name: string) =>
    tenant.users.create(sampleUser(connection, { email, name }));
  const ann = await create('ann@example.com', 'Ann Example');
  // Users of the same millisecond have no order in time.
  await vi.waitUntil(() => Date.now() > ann.createdAt.getTime() + 1, { interval: 1 });
  const bob = await create('bob_x@example.com', 'Bob');
  const search = async (q: string) =>
    (await tenant.users.list({ ...firstPage, q })).items.map(({ userId }) => userId);

  expect((await tenant.users.list({ ...firstPage, connection })).items).toEqual([bob, ann]);
  expect((await tenant.users.list({ page: 1, perPage: 1 })).items).toEqual([ann]);
  expect(await search('email:"ANN@example.com"')).toEqual([ann.userId]);
  expect(await search(`user_id:"${bob.userId}"`)).toEqual([bob.userId]);
  expect(await search('bob_')).toEqual([bob.userId]);
  expect(await search('bob%')).toEqual([]);
  expect(await search('"ann ex"')).toEqual([ann.userId]);
  expect(await search('ann name:Bob')).toEqual([]);
  expect(await search('password_hash:"x"')).toEqual([]);
  for (const member of ['constructor', 'toString', '__proto__', 'valueOf']) {
    expect(await search(`${member}:"x"`)).toEqual([]);
  }
  expect(await search("x' OR '1'='1")).toEqual([]);
});

test('users.listByEmail() finds users of all connections', async () => {
  const tenant = await stores.createTenant();
  const email = `${randomUUID()}@example.com`;
  const { user: one } = await createUser(tenant, { email });
  const { user: two } = await createUser(tenant, { email });
  expect(await tenant.users.listByEmail(email.toUpperCase())).toEqual([one, two]);
});

test('users.delete() also deletes sessions, grants, refresh tokens and roles', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant);
  const role = await tenant.roles.create(sampleRole());
  await tenant.roles.assign(user.userId, [role.id]);
  const models = ['Session', 'Grant', 'RefreshToken', 'AuthorizationCode'];
  for (const model of models) {
    await tenant.oidcModels.upsert(model, 'mine', { accountId: user.userId }, 60);
    await tenant.oidcModels.upsert(model, 'other', { accountId: 'auth0|other' }, 60);
  }
  expect(await tenant.users.delete(user.userId)).toBe(true);
  expect(await tenant.users.delete(user.userId)).toBe(false);
  expect((await tenant.roles.listUsers(role.id, firstPage)).items).toEqual([]);
  for (const model of models) {
    expect(await tenant.oidcModels.find(model, 'mine')).toBeUndefined();
    expect(await tenant.oidcModels.find(model, 'other')).toBeDefined();
  }
});

test('users.delete() and connections.delete() also delete messages to the users', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant);
  const { user: linked } = await createUser(tenant);
  const { connection, user: member } = await createUser(tenant);
  const { user: other } = await createUser(tenant);
  await tenant.users.link(user.userId, linked.userId);
  const message = { channel: 'email', to: 'a@example.com', template: 'reset_email' } as const;
  for (const { userId } of [user, linked, member, other]) {
    await tenant.outbox.create({ ...message, id: userId, userId, status: 'kept', content: {} });
  }
  await tenant.outbox.create({ ...message, id: 'nobody', status: 'kept', content: {} });
  const left = async () => (await tenant.outbox.list(firstPage)).items.map(({ id }) => id);
  await tenant.users.delete(user.userId);
  expect(await left()).toEqual(['nobody', other.userId, member.userId]);
  await tenant.connections.delete(connection.id);
  expect(await left()).toEqual(['nobody', other.userId]);
});

test('connections.delete() also deletes its users and what was issued to them', async () => {
  const tenant = await stores.createTenant();
  const { connection, user } = await createUser(tenant);
  const { user: other } = await createUser(tenant);
  await tenant.oidcModels.upsert('Session', 's1', { accountId: user.userId }, 60);
  await tenant.oidcModels.upsert('Session', 's2', { accountId: other.userId }, 60);
  expect(await tenant.connections.delete(connection.id)).toBe(true);
  expect(await tenant.users.find(user.userId)).toBeUndefined();
  expect(await tenant.users.find(other.userId)).toBeDefined();
  expect(await tenant.oidcModels.find('Session', 's1')).toBeUndefined();
  expect(await tenant.oidcModels.find('Session', 's2')).toBeDefined();
});

test('connections.delete() takes its identities from the users to whom they were linked', async () => {
  const tenant = await stores.createTenant();
  const { user: primary } = await createUser(tenant);
  const { connection, user: gone } = await createUser(tenant);
  const { user: kept } = await createUser(tenant);
  const { user: bystander } = await createUser(tenant);
  const { user: friend } = await createUser(tenant);
  await tenant.users.link(primary.userId, gone.userId);
  await tenant.users.link(primary.userId, kept.userId);
  const untouched = await tenant.users.link(bystander.userId, friend.userId);
  expect(await tenant.users.findAccount(gone.userId)).toMatchObject({ email: gone.email });
  expect(await tenant.connections.delete(connection.id)).toBe(true);
  expect(await tenant.users.findAccount(gone.userId)).toBeUndefined();
  const left = await tenant.users.find(primary.userId);
  const idOf = ({ userId }: { userId: string }) => userId.slice('auth0|'.length);
  expect(left?.identities.map(({ userId }) => userId)).toEqual([idOf(primary), idOf(kept)]);
  expect(await tenant.users.find(bystander.userId)).toEqual(untouched);
  // The address may come back in a new connection of that name, as somebody else's.
  await tenant.connections.create({ ...connection, id: `${connection.id.slice(0, -1)}_` });
  await tenant.users.create({ ...gone, userId: 'auth0|new-here' });
  expect((await tenant.users.findPrimary('auth0|new-here'))?.userId).toBe('auth0|new-here');
});

test('roles combines permissions of roles with the user’s own', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant);
  const { identifier } = await tenant.resourceServers.create(sampleApi());
  const { identifier: elsewhere } = await tenant.resourceServers.create(sampleApi());
  const permission = (permissionName: string, audience = identifier) => ({
    resourceServerIdentifier: audience,
    permissionName,
  });
  const [a, b] = [sampleRole({ name: 'Admins' }), sampleRole({ name: 'Buyers', description: 'x' })];
  await tenant.roles.create(a);
  await tenant.roles.create(b);
  await tenant.roles.addPermissions(a.id, [permission('read'), permission('write')]);
  await tenant.roles.addPermissions(b.id, [permission('read'), permission('buy', elsewhere)]);
  await tenant.roles.assign(user.userId, [a.id, b.id]);
  await tenant.roles.assign(user.userId, [a.id]);
  await tenant.roles.grantToUser(user.userId, [permission('own')]);
  const effective = () => tenant.roles.listEffectivePermissions(user.userId, identifier);

  expect(await effective()).toEqual(['own', 'read', 'write']);
  expect((await tenant.roles.listForUser(user.userId, firstPage)).items).toEqual([a, b]);
  expect(await tenant.roles.listUsers(a.id, firstPage)).toEqual({ items: [user.userId], total: 1 });
  expect((await tenant.roles.listUserPermissions(user.userId, firstPage)).items).toEqual([
    permission('own'),
  ]);
  await tenant.roles.removePermissions(a.id, [permission('write'), permission('buy', elsewhere)]);
  await tenant.roles.revokeFromUser(user.userId, [permission('own')]);
  expect(await effective()).toEqual(['read']);
  await tenant.roles.unassign(user.userId, [a.id, b.id]);
  expect(await effective()).toEqual([]);
});

test('roles finds, filters, renames and deletes', async () => {
  const tenant = await stores.createTenant();
  const role = await tenant.roles.create(sampleRole({ name: 'Big 100% Role' }));
  await expect(tenant.roles.create(sampleRole({ name: role.name }))).rejects.toMatchObject({
    code: 'conflict',
  });
  const filtered = async (nameFilter: string) =>
    (await tenant.roles.list({ ...firstPage, nameFilter })).items;
  expect(await filtered('100% r')).toEqual([role]);
  expect(await filtered('1%0')).toEqual([]);
  expect(await tenant.roles.update(role.id, { description: 'new' })).toEqual({
    ...role,
    description: 'new',
  });
  expect(await tenant.roles.update('rol_none', { name: 'x' })).toBeUndefined();
  expect(await tenant.roles.delete(role.id)).toBe(true);
  expect(await tenant.roles.find(role.id)).toBeUndefined();
});
