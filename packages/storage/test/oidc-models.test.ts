import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';

const stores = openStorePerFile('oidc_models');

const models = ['Session', 'Grant', 'RefreshToken', 'AuthorizationCode', 'Interaction'];

test.for(models)('oidcModels.upsert() writes and overwrites a %s', async (model) => {
  const tenant = await stores.createTenant();
  const payload = { jti: 'id', accountId: 'auth0|1', text: 'a\0b', nested: { list: [1, null] } };
  await tenant.oidcModels.upsert(model, 'id', payload, 60);
  expect(await tenant.oidcModels.find(model, 'id')).toEqual({ payload });
  await tenant.oidcModels.upsert(model, 'id', { ...payload, scope: 'openid' }, undefined);
  expect(await tenant.oidcModels.find(model, 'id')).toEqual({
    payload: { ...payload, scope: 'openid' },
  });
});

test('oidcModels.write() stores artefacts of all kinds with log entries', async () => {
  const tenant = await stores.createTenant();
  await tenant.oidcModels.upsert('Session', 'id', { old: true }, 60);
  const upserts = models.map((model) => ({
    model,
    id: 'id',
    payload: { model, uid: 'uid' },
    expiresInSeconds: 60,
  }));
  const entries = ['s', 'seacft'].map((type) => ({ type, date: new Date(), description: type }));
  await tenant.oidcModels.write(upserts, entries);
  for (const model of models) {
    const payload = { model, uid: 'uid' };
    expect(await tenant.oidcModels.find(model, 'id')).toEqual({ payload });
  }
  expect(await tenant.oidcModels.findByUid('Session', 'uid')).toMatchObject({
    payload: { model: 'Session' },
  });
  const { items } = await tenant.logs.list({ page: 0, perPage: 10 });
  expect(items.map(({ type }) => type).toSorted()).toEqual(['s', 'seacft']);
});

test('oidcModels.write() keeps the last of one id, and takes any number', async () => {
  const tenant = await stores.createTenant();
  const upserts = Array.from({ length: 40 }, (_, at) => ({
    model: at % 2 === 0 ? 'Session' : 'Grant',
    id: `id-${at % 20}`,
    payload: { at },
    expiresInSeconds: at === 38 ? -1 : 60,
  }));
  await tenant.oidcModels.write(upserts, []);
  expect(await tenant.oidcModels.find('Session', 'id-4')).toEqual({ payload: { at: 24 } });
  expect(await tenant.oidcModels.find('Grant', 'id-19')).toEqual({ payload: { at: 39 } });
  expect(await tenant.oidcModels.find('Session', 'id-18')).toBeUndefined();
  await tenant.oidcModels.write([], []);
});

test.for([1, 20])('oidcModels.write() of %i stores all or nothing', async (count) => {
  const tenant = await stores.createTenant();
  const upserts = Array.from({ length: count }, (_, at) => ({
    model: 'Grant',
    id: `id-${at}`,
    payload: {},
    expiresInSeconds: 60,
  }));
  const refused = { type: null as unknown as string, date: new Date(), description: 'no type' };
  await expect(tenant.oidcModels.write(upserts, [refused])).rejects.toThrow();
  expect(await tenant.oidcModels.list('Grant')).toEqual([]);
});

test('oidcModels.write() of many requests at once: the one that is refused fails alone', async () => {
  const tenant = await stores.createTenant();
  const writes = Array.from({ length: 50 }, (_, at) =>
    tenant.oidcModels.write(
      ['shared', `own-${at}`].map((id) => ({
        model: 'Session',
        id,
        payload: { at },
        expiresInSeconds: 60,
      })),
      [
        {
          type: at === 25 ? (null as unknown as string) : 's',
          date: new Date(),
          description: String(at),
        },
      ],
    ),
  );
  const outcomes = await Promise.allSettled(writes);
  expect(outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([25]);
  expect(await tenant.oidcModels.find('Session', 'own-24')).toEqual({ payload: { at: 24 } });
  expect(await tenant.oidcModels.find('Session', 'own-25')).toBeUndefined();
  expect(await tenant.oidcModels.find('Session', 'shared')).toEqual({ payload: { at: 49 } });
  const { items } = await tenant.logs.list({ page: 0, perPage: 100 });
  expect(items).toHaveLength(49);
});

test('oidcModels.find() is answered in order, however many ask at once', async () => {
  const tenant = await stores.createTenant();
  const ids = Array.from({ length: 100 }, (_, at) => `id-${at}`);
  const upserts = ids.map((id) => ({
    model: 'Session',
    id,
    payload: { id },
    expiresInSeconds: 60,
  }));
  await tenant.oidcModels.write(upserts, []);
  const found = await Promise.all(
    ids.flatMap((id) => [
      tenant.oidcModels.find('Session', id),
      tenant.oidcModels.find('Session', `no-${id}`),
    ]),
  );
  expect(found).toEqual(ids.flatMap((id) => [{ payload: { id } }, undefined]));
});

test.for(models)('oidcModels.consume() of a %s is won by exactly one of 20', async (model) => {
  const tenant = await stores.createTenant();
  await tenant.oidcModels.upsert(model, 'id', {}, 60);
  const wins = await Promise.all(
    Array.from({ length: 20 }, () => tenant.oidcModels.consume(model, 'id')),
  );
  expect(wins.filter(Boolean)).toHaveLength(1);
  expect(await tenant.oidcModels.find(model, 'id')).toEqual({
    payload: {},
    consumedAt: expect.any(Date),
  });
});

test('oidcModels.consume() is won by one of two replicas', async () => {
  const { store, openReplica, tenant } = stores.get();
  const replica = await openReplica();
  const repositories = [store, replica].map(({ tenant: open }) => open(tenant.id).oidcModels);
  await repositories[0]?.upsert('AuthorizationCode', 'code', {}, 60);
  const wins = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      repositories[at % 2]?.consume('AuthorizationCode', 'code'),
    ),
  );
  expect(wins.filter(Boolean)).toHaveLength(1);
});

test('oidcModels.upsert() does not bring a consumed one back', async () => {
  const tenant = await stores.createTenant();
  await tenant.oidcModels.upsert('RefreshToken', 'id', {}, 60);
  await tenant.oidcModels.consume('RefreshToken', 'id');
  await tenant.oidcModels.upsert('RefreshToken', 'id', { changed: true }, 60);
  expect(await tenant.oidcModels.consume('RefreshToken', 'id')).toBe(false);
});

test('oidcModels never returns or consumes what has expired', async () => {
  const tenant = await stores.createTenant();
  const payload = { uid: 'uid', userCode: 'CODE' };
  for (const model of models) {
    await tenant.oidcModels.upsert(model, 'id', payload, -1);
    expect(await tenant.oidcModels.find(model, 'id')).toBeUndefined();
    expect(await tenant.oidcModels.consume(model, 'id')).toBe(false);
  }
  expect(await tenant.oidcModels.findByUid('Session', 'uid')).toBeUndefined();
  await tenant.oidcModels.upsert('DeviceCode', 'id', payload, -1);
  expect(await tenant.oidcModels.findByUserCode('DeviceCode', 'CODE')).toBeUndefined();
});

test('oidcModels.findByUid() and findByUserCode() return the whole payload', async () => {
  const tenant = await stores.createTenant();
  const session = { jti: 'session', uid: 'uid', accountId: 'auth0|1' };
  const device = { jti: 'device', userCode: 'ABCD-EFGH' };
  await tenant.oidcModels.upsert('Session', 'session', session, 60);
  await tenant.oidcModels.upsert('DeviceCode', 'device', device, 60);
  expect(await tenant.oidcModels.findByUid('Session', 'uid')).toEqual({ payload: session });
  expect(await tenant.oidcModels.findByUserCode('DeviceCode', 'ABCD-EFGH')).toEqual({
    payload: device,
  });
  expect(await tenant.oidcModels.findByUid('Session', 'session')).toBeUndefined();
  expect(await tenant.oidcModels.findByUserCode('Session', 'uid')).toBeUndefined();
  expect(await tenant.oidcModels.findByUid('Grant', 'uid')).toBeUndefined();
});

test('oidcModels keeps models with the same id apart', async () => {
  const tenant = await stores.createTenant();
  await tenant.oidcModels.upsert('AuthorizationCode', 'id', { a: 1 }, 60);
  await tenant.oidcModels.upsert('AccessToken', 'id', { b: 2 }, 60);
  await tenant.oidcModels.destroy('AccessToken', 'id');
  expect(await tenant.oidcModels.find('AuthorizationCode', 'id')).toEqual({ payload: { a: 1 } });
  expect(await tenant.oidcModels.find('AccessToken', 'id')).toBeUndefined();
});

test('oidcModels.revokeByGrantId() destroys what was issued under the grant', async () => {
  const tenant = await stores.createTenant();
  const issued = ['AuthorizationCode', 'AccessToken', 'RefreshToken', 'DeviceCode'];
  for (const model of issued) {
    await tenant.oidcModels.upsert(model, 'a', { grantId: 'g1' }, 60);
    await tenant.oidcModels.upsert(model, 'b', { grantId: 'g2' }, 60);
  }
  await tenant.oidcModels.revokeByGrantId('g1');
  for (const model of issued) {
    expect(await tenant.oidcModels.find(model, 'a')).toBeUndefined();
    expect(await tenant.oidcModels.find(model, 'b')).toBeDefined();
  }
});

test('oidcModels.revokeByAccountId() destroys sessions, grants and tokens of the user', async () => {
  const tenant = await stores.createTenant();
  for (const model of models) {
    await tenant.oidcModels.upsert(model, 'a', { accountId: 'auth0|a' }, 60);
    await tenant.oidcModels.upsert(model, 'b', { accountId: 'auth0|b' }, 60);
  }
  await tenant.oidcModels.revokeByAccountId('auth0|a');
  for (const model of models) {
    expect(await tenant.oidcModels.find(model, 'a')).toBeUndefined();
    expect(await tenant.oidcModels.find(model, 'b')).toBeDefined();
  }
});

test('oidcModels.replace() overwrites what is there and brings nothing back', async () => {
  const { oidcModels } = await stores.createTenant();
  await oidcModels.upsert('Session', 's', { uid: 'u', a: 1 }, 60);
  await oidcModels.upsert('Grant', 'g', { a: 1 }, 60);
  const artefact = { payload: { uid: 'u', a: 2 }, expiresInSeconds: 60 };
  expect(await oidcModels.replace('Session', { uid: 'u' }, artefact)).toBe(true);
  expect(await oidcModels.find('Session', 's')).toEqual({ payload: artefact.payload });
  expect(await oidcModels.replace('Grant', { id: 'g' }, artefact)).toBe(true);
  expect(await oidcModels.find('Grant', 'g')).toEqual({ payload: artefact.payload });

  await oidcModels.destroyByUid('Session', 'u');
  await oidcModels.destroy('Grant', 'g');
  expect(await oidcModels.replace('Session', { uid: 'u' }, artefact)).toBe(false);
  expect(await oidcModels.replace('Grant', { id: 'g' }, artefact)).toBe(false);
  expect(await oidcModels.find('Session', 's')).toBeUndefined();
  expect(await oidcModels.find('Grant', 'g')).toBeUndefined();

  await oidcModels.upsert('Grant', 'g', { a: 1 }, 60);
  const ended = { payload: { a: 3 }, expiresInSeconds: 0 };
  expect(await oidcModels.replace('Grant', { id: 'g' }, ended)).toBe(true);
  expect(await oidcModels.find('Grant', 'g')).toBeUndefined();
  expect(await oidcModels.replace('Grant', { id: 'g' }, artefact)).toBe(false);
});

test('oidcModels.revokeGrants() destroys the grants that are picked, and their tokens', async () => {
  const { oidcModels } = await stores.createTenant();
  const grants = [
    ['g1', 'auth0|a', 's1'],
    ['g2', 'auth0|a', 's2'],
    ['g3', 'auth0|b', 's1'],
  ] as const;
  for (const [grantId, accountId, sid] of grants) {
    await oidcModels.upsert('Grant', grantId, { accountId, sid }, 60);
    for (const model of ['RefreshToken', 'AuthorizationCode']) {
      await oidcModels.upsert(model, `${model} of ${grantId}`, { accountId, grantId }, 60);
    }
  }
  await oidcModels.revokeGrants('auth0|a', ({ sid }) => sid === 's1');
  const left = async (model: string, prefix: string) => {
    const found = await Promise.all(grants.map(([id]) => oidcModels.find(model, prefix + id)));
    return found.map((one) => one !== undefined);
  };
  expect(await left('Grant', '')).toEqual([false, true, true]);
  expect(await left('RefreshToken', 'RefreshToken of ')).toEqual([false, true, true]);
  expect(await left('AuthorizationCode', 'AuthorizationCode of ')).toEqual([false, true, true]);
});

test('oidcModels.deleteExpired() deletes and counts over all tables', async () => {
  const tenant = await stores.createTenant();
  for (const model of models) {
    await tenant.oidcModels.upsert(model, 'dead', {}, -10);
    await tenant.oidcModels.upsert(model, 'alive', {}, 60);
    await tenant.oidcModels.upsert(model, 'eternal', {}, undefined);
  }
  expect(await tenant.oidcModels.deleteExpired(new Date())).toBe(models.length);
  expect(await tenant.oidcModels.deleteExpired(new Date(Date.now() + 120_000))).toBe(models.length);
  expect(await tenant.oidcModels.find('Session', 'eternal')).toBeDefined();
});
