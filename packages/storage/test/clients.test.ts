import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import {
  firstPage,
  sampleApi,
  sampleClient,
  sampleClientGrant,
  sampleConnection,
} from './samples.ts';

const stores = openStorePerFile('clients');

test('clients.create() returns what find() finds, secret decrypted', async () => {
  const tenant = await stores.createTenant();
  const sample = sampleClient({ description: 'a shop', logoUri: 'https://shop.example/logo.png' });
  const created = await tenant.clients.create(sample);
  expect(created).toMatchObject(sample);
  expect(created.createdAt).toBeInstanceOf(Date);
  expect(await tenant.clients.find(sample.clientId)).toEqual(created);
});

test('clients.create() leaves absent members absent', async () => {
  const tenant = await stores.createTenant();
  const created = await tenant.clients.create(sampleClient());
  expect(Object.keys(created)).not.toContain('description');
  expect(Object.keys((await tenant.clients.find(created.clientId)) ?? {})).not.toContain('logoUri');
});

test('clients.create() refuses a client id that is taken', async () => {
  const tenant = await stores.createTenant();
  const sample = sampleClient();
  await tenant.clients.create(sample);
  await expect(tenant.clients.create(sample)).rejects.toMatchObject({ code: 'conflict' });
});

test('clients.update() changes what is given and nothing else', async () => {
  const tenant = await stores.createTenant();
  const created = await tenant.clients.create(sampleClient());
  const patch = { name: 'Renamed', clientSecret: 'x'.repeat(64), callbacks: ['https://a.example'] };
  const updated = await tenant.clients.update(created.clientId, patch);
  expect(updated).toEqual({ ...created, ...patch, updatedAt: expect.any(Date) });
  expect(await tenant.clients.find(created.clientId)).toEqual(updated);
  expect(await tenant.clients.update('nobody', patch)).toBeUndefined();
});

test('clients.update() drops members that a patch may not have', async () => {
  const tenant = await stores.createTenant();
  const other = await stores.createTenant();
  const { clientId } = await tenant.clients.create(sampleClient());
  const smuggled = { name: 'Mine', tenantId: other.tenantId, clientId: 'stolen', createdAt: 0 };
  await tenant.clients.update(clientId, smuggled);
  expect(await tenant.clients.find(clientId)).toMatchObject({ clientId, name: 'Mine' });
  expect(await other.clients.find('stolen')).toBeUndefined();
});

test('clients.list() pages in order of creation and filters', async () => {
  const tenant = await stores.createTenant();
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) {
    await tenant.clients.create(
      sampleClient({ name, type: name < 'c' ? 'spa' : 'native', isFirstParty: name !== 'e' }),
    );
  }
  const list = async (query: Partial<Parameters<typeof tenant.clients.list>[0]>) => {
    const { items, total } = await tenant.clients.list({ ...firstPage, ...query });
    return [items.map(({ name }) => name).join(''), total];
  };
  expect(await list({})).toEqual(['abcde', 5]);
  expect(await list({ page: 0, perPage: 2 })).toEqual(['ab', 5]);
  expect(await list({ page: 2, perPage: 2 })).toEqual(['e', 5]);
  expect(await list({ page: 9, perPage: 2 })).toEqual(['', 5]);
  expect(await list({ type: ['spa'] })).toEqual(['ab', 2]);
  expect(await list({ isFirstParty: false })).toEqual(['e', 1]);
});

test('clients.delete() also deletes its client grants, grants and refresh tokens', async () => {
  const tenant = await stores.createTenant();
  const { clientId } = await tenant.clients.create(sampleClient());
  const { identifier } = await tenant.resourceServers.create(sampleApi());
  const grant = await tenant.clientGrants.create(
    sampleClientGrant({ clientId, audience: identifier }),
  );
  for (const model of ['Grant', 'RefreshToken', 'AuthorizationCode']) {
    await tenant.oidcModels.upsert(model, `${model}-1`, { clientId }, 60);
    await tenant.oidcModels.upsert(model, `${model}-2`, { clientId: 'another' }, 60);
  }

  expect(await tenant.clients.delete(clientId)).toBe(true);
  expect(await tenant.clients.delete(clientId)).toBe(false);
  expect(await tenant.clients.find(clientId)).toBeUndefined();
  expect(await tenant.clientGrants.find(grant.id)).toBeUndefined();
  for (const model of ['Grant', 'RefreshToken', 'AuthorizationCode']) {
    expect(await tenant.oidcModels.find(model, `${model}-1`)).toBeUndefined();
    expect(await tenant.oidcModels.find(model, `${model}-2`)).toBeDefined();
  }
});

test('resourceServers.create() refuses an identifier that is taken', async () => {
  const tenant = await stores.createTenant();
  const api = await tenant.resourceServers.create(sampleApi({ signingSecret: 's'.repeat(32) }));
  await expect(
    tenant.resourceServers.create(sampleApi({ identifier: api.identifier })),
  ).rejects.toMatchObject({
    code: 'conflict',
    message: 'A resource server with that identifier already exists.',
  });
  expect(await tenant.resourceServers.find(api.id)).toEqual(api);
  expect(await tenant.resourceServers.findByIdentifier(api.identifier)).toEqual(api);
});

test('resourceServers.update() never changes the identifier', async () => {
  const tenant = await stores.createTenant();
  const api = await tenant.resourceServers.create(sampleApi());
  const patch = { name: 'New', signingSecret: 'secret', identifier: 'stolen', isSystem: true };
  const updated = await tenant.resourceServers.update(api.id, patch);
  expect(updated).toEqual({ ...api, name: 'New', signingSecret: 'secret' });
  expect(await tenant.resourceServers.update(api.id, {})).toEqual(updated);
  expect(await tenant.resourceServers.update('none', { name: 'x' })).toBeUndefined();
});

test('resourceServers.list() filters by identifier', async () => {
  const tenant = await stores.createTenant();
  const [a, b] = [sampleApi(), sampleApi()];
  await tenant.resourceServers.create(a);
  await tenant.resourceServers.create(b);
  expect(await tenant.resourceServers.list(firstPage)).toEqual({ items: [a, b], total: 2 });
  const filtered = await tenant.resourceServers.list({ ...firstPage, identifiers: [b.identifier] });
  expect(filtered).toEqual({ items: [b], total: 1 });
});

test('resourceServers.delete() also deletes client grants and permissions for it', async () => {
  const tenant = await stores.createTenant();
  const { clientId } = await tenant.clients.create(sampleClient());
  const api = await tenant.resourceServers.create(sampleApi());
  const grant = await tenant.clientGrants.create(
    sampleClientGrant({ clientId, audience: api.identifier }),
  );
  const role = await tenant.roles.create({ id: 'rol_1', name: 'admin' });
  const permission = { resourceServerIdentifier: api.identifier, permissionName: 'read:orders' };
  await tenant.roles.addPermissions(role.id, [permission]);

  expect(await tenant.resourceServers.delete(api.id)).toBe(true);
  expect(await tenant.resourceServers.delete(api.id)).toBe(false);
  expect(await tenant.clientGrants.find(grant.id)).toBeUndefined();
  expect((await tenant.roles.listPermissions(role.id, firstPage)).items).toEqual([]);
});

test('clientGrants finds, lists, updates and deletes', async () => {
  const tenant = await stores.createTenant();
  const { clientId } = await tenant.clients.create(sampleClient());
  const { identifier: audience } = await tenant.resourceServers.create(sampleApi());
  const grant = await tenant.clientGrants.create(sampleClientGrant({ clientId, audience }));

  expect(await tenant.clientGrants.findFor(clientId, audience)).toEqual(grant);
  expect(await tenant.clientGrants.list({ ...firstPage, clientId, audience })).toEqual({
    items: [grant],
    total: 1,
  });
  expect((await tenant.clientGrants.list({ ...firstPage, clientId: 'x' })).total).toBe(0);
  const scope = ['write:orders'];
  expect(await tenant.clientGrants.update(grant.id, { scope })).toEqual({ ...grant, scope });
  expect(await tenant.clientGrants.findFor(clientId, audience)).toEqual({ ...grant, scope });
  expect(await tenant.clientGrants.delete(grant.id)).toBe(true);
  expect(await tenant.clientGrants.findFor(clientId, audience)).toBeUndefined();
});

test('clientGrants.create() refuses a second grant, an unknown client and an unknown audience', async () => {
  const tenant = await stores.createTenant();
  const { clientId } = await tenant.clients.create(sampleClient());
  const { identifier: audience } = await tenant.resourceServers.create(sampleApi());
  await tenant.clientGrants.create(sampleClientGrant({ clientId, audience }));
  const create = (fields: { clientId: string; audience: string }) =>
    tenant.clientGrants.create(sampleClientGrant(fields));
  await expect(create({ clientId, audience })).rejects.toMatchObject({ code: 'conflict' });
  await expect(create({ clientId: 'nobody', audience })).rejects.toMatchObject({
    code: 'not_found',
    message: 'The client does not exist.',
  });
  await expect(create({ clientId, audience: 'nothing' })).rejects.toMatchObject({
    code: 'not_found',
    message: 'The resource server does not exist.',
  });
});

test('connections finds by id and name, and lists those of a client', async () => {
  const tenant = await stores.createTenant();
  const a = await tenant.connections.create(sampleConnection({ enabledClients: ['one', 'two'] }));
  const b = await tenant.connections.create(sampleConnection({ isDomainConnection: true }));
  const c = await tenant.connections.create(sampleConnection({ displayName: 'C' }));

  expect(await tenant.connections.find(c.id)).toEqual(c);
  expect(await tenant.connections.findByName(c.name)).toEqual(c);
  expect(await tenant.connections.listForClient('two')).toEqual([a, b]);
  expect(await tenant.connections.listForClient('three')).toEqual([b]);
  expect((await tenant.connections.list(firstPage)).items).toEqual([a, b, c]);
  expect((await tenant.connections.list({ ...firstPage, name: b.name })).items).toEqual([b]);
  expect((await tenant.connections.list({ ...firstPage, strategies: ['sms'] })).items).toEqual([]);
});

test('connections.update() is seen by listForClient() at once', async () => {
  const tenant = await stores.createTenant();
  const connection = await tenant.connections.create(sampleConnection());
  expect(await tenant.connections.listForClient('one')).toEqual([]);
  const updated = await tenant.connections.update(connection.id, { enabledClients: ['one'] });
  expect(await tenant.connections.listForClient('one')).toEqual([updated]);
});

test('connections.create() refuses a name that is taken', async () => {
  const tenant = await stores.createTenant();
  const { name } = await tenant.connections.create(sampleConnection());
  await expect(tenant.connections.create(sampleConnection({ name }))).rejects.toMatchObject({
    code: 'conflict',
  });
});
