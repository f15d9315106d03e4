import { randomUUID } from 'node:crypto';
import type { TenantStore } from '@tessera/model';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import {
  createDeployedAction,
  createUser,
  firstPage,
  sampleApi,
  sampleBinding,
  sampleClient,
  sampleClientGrant,
  sampleContent,
  sampleExecution,
  sampleLogEntry,
  sampleRole,
  sampleSigningKey,
} from './samples.ts';

const stores = openStorePerFile('isolation');

/** One of everything, in the tenant that is attacked. */
async function fill(tenant: TenantStore) {
  const client = await tenant.clients.create(sampleClient());
  const api = await tenant.resourceServers.create(sampleApi());
  const grant = await tenant.clientGrants.create(
    sampleClientGrant({ clientId: client.clientId, audience: api.identifier }),
  );
  const { connection, user } = await createUser(tenant, {
    username: 'victim',
    passwordHash: '$hash',
  });
  await tenant.connections.update(connection.id, { enabledClients: [client.clientId] });
  const permission = { resourceServerIdentifier: api.identifier, permissionName: 'read:orders' };
  const role = await tenant.roles.create(sampleRole());
  await tenant.roles.addPermissions(role.id, [permission]);
  await tenant.roles.assign(user.userId, [role.id]);
  await tenant.roles.grantToUser(user.userId, [permission]);
  const key = sampleSigningKey({ state: 'previous' });
  await tenant.signingKeys.create(key);
  const { action, version } = await createDeployedAction(tenant);
  await tenant.bindings.replace('post-login', [sampleBinding(action.id, 0)]);
  const content = { code: 'a', dependencies: [], secrets: [] };
  const module = await tenant.modules.create({ ...content, id: randomUUID(), name: 'lib' });
  const moduleVersion = await tenant.modules.publish(module.id, { ...content, id: randomUUID() });
  const profile = await tenant.tokenExchangeProfiles.create({
    ...{ id: 'tep_0123456789abcdef', name: 'profile', type: 'custom_authentication' },
    ...{ subjectTokenType: 'urn:acme:token', actionId: action.id },
  });
  const artifact = {
    hash: 'a'.repeat(64),
    bundle: 'b',
    sourceMap: '{}',
    lockfile: '{}',
    dependencies: [],
  };
  await tenant.artifacts.save(artifact);
  const execution = sampleExecution();
  await tenant.executions.save(execution);
  const [logId = ''] = await tenant.logs.append(
    sampleLogEntry({ userId: user.userId, clientId: client.clientId }),
  );
  const payload = {
    uid: 'uid',
    userCode: 'CODE',
    grantId: 'grant',
    accountId: user.userId,
    clientId: client.clientId,
  };
  for (const model of MODELS) await tenant.oidcModels.upsert(model, 'secret', payload, 600);
  return {
    client,
    api,
    grant,
    connection,
    user,
    role,
    permission,
    key,
    action,
    version,
    artifact,
    module,
    moduleVersion,
    profile,
    execution,
    logId,
  };
}

type Things = Awaited<ReturnType<typeof fill>>;
const MODELS = ['Session', 'Grant', 'RefreshToken', 'AuthorizationCode'];

/** Everything of a tenant that can be read. */
async function snapshot(tenant: TenantStore, it: Things) {
  const { userId } = it.user;
  return {
    clients: await tenant.clients.list(firstPage),
    apis: await tenant.resourceServers.list(firstPage),
    grants: await tenant.clientGrants.list(firstPage),
    connections: await tenant.connections.list(firstPage),
    users: await tenant.users.list(firstPage),
    hash: await tenant.users.findPasswordHash(userId),
    roles: await tenant.roles.list(firstPage),
    rolePermissions: await tenant.roles.listPermissions(it.role.id, firstPage),
    userRoles: await tenant.roles.listForUser(userId, firstPage),
    userPermissions: await tenant.roles.listUserPermissions(userId, firstPage),
    keys: await tenant.signingKeys.list(),
    actions: await tenant.actions.list(firstPage),
    versions: await tenant.actions.listVersions(it.action.id, firstPage),
    bindings: await tenant.bindings.list('post-login', firstPage),
    modules: await tenant.modules.list(firstPage),
    moduleVersions: await tenant.modules.listVersions(it.module.id, firstPage),
    profiles: await tenant.tokenExchangeProfiles.list(firstPage),
    artifact: await tenant.artifacts.find(it.artifact.hash),
    execution: await tenant.executions.find(it.execution.id),
    logs: await tenant.logs.list(firstPage),
    models: await Promise.all(MODELS.map((model) => tenant.oidcModels.find(model, 'secret'))),
  };
}

const NOTHING = { items: [], total: 0 };
const later = new Date('2100-01-01');

type Attack = readonly [
  method: string,
  call: (attacker: TenantStore, it: Things) => Promise<unknown>,
  expected: unknown,
];

const READS: readonly Attack[] = [
  ['clients.find', (s, it) => s.clients.find(it.client.clientId), undefined],
  ['clients.list', (s) => s.clients.list(firstPage), NOTHING],
  ['resourceServers.find', (s, it) => s.resourceServers.find(it.api.id), undefined],
  [
    'resourceServers.findByIdentifier',
    (s, it) => s.resourceServers.findByIdentifier(it.api.identifier),
    undefined,
  ],
  [
    'resourceServers.list',
    (s, it) => s.resourceServers.list({ ...firstPage, identifiers: [it.api.identifier] }),
    NOTHING,
  ],
  ['clientGrants.find', (s, it) => s.clientGrants.find(it.grant.id), undefined],
  [
    'clientGrants.findFor',
    (s, it) => s.clientGrants.findFor(it.client.clientId, it.api.identifier),
    undefined,
  ],
  [
    'clientGrants.list',
    (s, it) => s.clientGrants.list({ ...firstPage, clientId: it.client.clientId }),
    NOTHING,
  ],
  ['connections.find', (s, it) => s.connections.find(it.connection.id), undefined],
  ['connections.findByName', (s, it) => s.connections.findByName(it.connection.name), undefined],
  ['connections.listForClient', (s, it) => s.connections.listForClient(it.client.clientId), []],
  ['connections.list', (s) => s.connections.list(firstPage), NOTHING],
  ['users.find', (s, it) => s.users.find(it.user.userId), undefined],
  [
    'users.findByIdentifier',
    (s, it) => s.users.findByIdentifier(it.connection.name, { username: 'victim' }),
    undefined,
  ],
  ['users.listByEmail', (s, it) => s.users.listByEmail(it.user.email ?? ''), []],
  [
    'users.list',
    (s, it) => s.users.list({ ...firstPage, q: `user_id:"${it.user.userId}"` }),
    NOTHING,
  ],
  ['users.findPasswordHash', (s, it) => s.users.findPasswordHash(it.user.userId), undefined],
  ['roles.find', (s, it) => s.roles.find(it.role.id), undefined],
  ['roles.list', (s) => s.roles.list(firstPage), NOTHING],
  ['roles.listPermissions', (s, it) => s.roles.listPermissions(it.role.id, firstPage), NOTHING],
  ['roles.listForUser', (s, it) => s.roles.listForUser(it.user.userId, firstPage), NOTHING],
  ['roles.listUsers', (s, it) => s.roles.listUsers(it.role.id, firstPage), NOTHING],
  [
    'roles.listUserPermissions',
    (s, it) => s.roles.listUserPermissions(it.user.userId, firstPage),
    NOTHING,
  ],
  [
    'roles.listEffectivePermissions',
    (s, it) => s.roles.listEffectivePermissions(it.user.userId, it.api.identifier),
    [],
  ],
  ['signingKeys.list', (s) => s.signingKeys.list(), []],
  ['actions.find', (s, it) => s.actions.find(it.action.id), undefined],
  ['actions.findByName', (s, it) => s.actions.findByName(it.action.name), undefined],
  ['actions.list', (s) => s.actions.list(firstPage), NOTHING],
  ['actions.count', (s) => s.actions.count(), 0],
  ['actions.findVersion', (s, it) => s.actions.findVersion(it.action.id, it.version.id), undefined],
  ['actions.listVersions', (s, it) => s.actions.listVersions(it.action.id, firstPage), NOTHING],
  ['bindings.list', (s) => s.bindings.list('post-login', firstPage), NOTHING],
  ['bindings.listForAction', (s, it) => s.bindings.listForAction(it.action.id), []],
  ['bindings.listBound', (s) => s.bindings.listBound('post-login'), []],
  ['executions.findHead', async (s) => typeof (await s.executions.findHead()).sequence, 'bigint'],
  [
    'executions.listChanges',
    async (s) => (await s.executions.listChanges({ transaction: 0n, sequence: 0n }, 100)).changes,
    [],
  ],
  ['modules.find', (s, it) => s.modules.find(it.module.id), undefined],
  ['modules.list', (s) => s.modules.list(firstPage), NOTHING],
  ['modules.count', (s) => s.modules.count(), 0],
  ['modules.lock', (s, it) => s.modules.lock(it.module.id, 'change'), false],
  [
    'modules.findVersion',
    (s, it) => s.modules.findVersion(it.module.id, it.moduleVersion.id),
    undefined,
  ],
  ['modules.listVersions', (s, it) => s.modules.listVersions(it.module.id, firstPage), NOTHING],
  ['modules.listUses', (s, it) => s.modules.listUses(it.module.id, firstPage), NOTHING],
  ['modules.listUserNames', (s, it) => s.modules.listUserNames(it.module.id), []],
  ['tokenExchangeProfiles.find', (s, it) => s.tokenExchangeProfiles.find(it.profile.id), undefined],
  [
    'tokenExchangeProfiles.findBySubjectTokenType',
    (s, it) => s.tokenExchangeProfiles.findBySubjectTokenType(it.profile.subjectTokenType),
    undefined,
  ],
  ['tokenExchangeProfiles.list', (s) => s.tokenExchangeProfiles.list(firstPage), NOTHING],
  [
    'tokenExchangeProfiles.listForAction',
    (s, it) => s.tokenExchangeProfiles.listForAction(it.action.id),
    [],
  ],
  ['tokenExchangeProfiles.count', (s) => s.tokenExchangeProfiles.count(), 0],
  ['artifacts.find', (s, it) => s.artifacts.find(it.artifact.hash), undefined],
  ['executions.find', (s, it) => s.executions.find(it.execution.id), undefined],
  ['logs.find', (s, it) => s.logs.find(it.logId), undefined],
  ['logs.list', (s, it) => s.logs.list({ ...firstPage, userId: it.user.userId }), NOTHING],
  ['logs.listFrom', (s) => s.logs.listFrom('0', 100), []],
  ...MODELS.map(
    (model): Attack => [
      `oidcModels.find ${model}`,
      (s) => s.oidcModels.find(model, 'secret'),
      undefined,
    ],
  ),
  ['oidcModels.findByUid', (s) => s.oidcModels.findByUid('Session', 'uid'), undefined],
  [
    'oidcModels.findByUserCode',
    (s) => s.oidcModels.findByUserCode('AuthorizationCode', 'CODE'),
    undefined,
  ],
];

const REFUSED = Symbol('rejects');

const WRITES: readonly Attack[] = [
  ['clients.update', (s, it) => s.clients.update(it.client.clientId, { name: 'x' }), undefined],
  ['clients.delete', (s, it) => s.clients.delete(it.client.clientId), false],
  [
    'resourceServers.update',
    (s, it) => s.resourceServers.update(it.api.id, { name: 'x' }),
    undefined,
  ],
  [
    'resourceServers.changeIdentifier',
    (s, it) => s.resourceServers.changeIdentifier(it.api.id, 'urn:stolen'),
    undefined,
  ],
  ['resourceServers.delete', (s, it) => s.resourceServers.delete(it.api.id), false],
  ['clientGrants.create', (s, it) => s.clientGrants.create({ ...it.grant, id: 'cgr_x' }), REFUSED],
  ['clientGrants.update', (s, it) => s.clientGrants.update(it.grant.id, { scope: [] }), undefined],
  ['clientGrants.delete', (s, it) => s.clientGrants.delete(it.grant.id), false],
  [
    'connections.update',
    (s, it) => s.connections.update(it.connection.id, { realms: [] }),
    undefined,
  ],
  ['connections.delete', (s, it) => s.connections.delete(it.connection.id), false],
  ['users.create', (s, it) => s.users.create(it.user), REFUSED],
  [
    'users.update',
    (s, it) => s.users.update(it.user.userId, { blocked: true, passwordHash: 'x' }),
    undefined,
  ],
  [
    'users.mergeMetadata',
    (s, it) => s.users.mergeMetadata(it.user.userId, { appMetadata: { admin: true } }),
    undefined,
  ],
  [
    'users.recordLogin',
    (s, it) => s.users.recordLogin(it.user.userId, { ip: 'x', at: later }),
    undefined,
  ],
  ['users.delete', (s, it) => s.users.delete(it.user.userId), false],
  ['roles.update', (s, it) => s.roles.update(it.role.id, { name: 'x' }), undefined],
  ['roles.delete', (s, it) => s.roles.delete(it.role.id), false],
  ['roles.addPermissions', (s, it) => s.roles.addPermissions(it.role.id, [it.permission]), REFUSED],
  [
    'roles.removePermissions',
    (s, it) => s.roles.removePermissions(it.role.id, [it.permission]),
    undefined,
  ],
  ['roles.assign', (s, it) => s.roles.assign(it.user.userId, [it.role.id]), REFUSED],
  ['roles.unassign', (s, it) => s.roles.unassign(it.user.userId, [it.role.id]), undefined],
  ['roles.grantToUser', (s, it) => s.roles.grantToUser(it.user.userId, [it.permission]), REFUSED],
  [
    'roles.revokeFromUser',
    (s, it) => s.roles.revokeFromUser(it.user.userId, [it.permission]),
    undefined,
  ],
  ['signingKeys.rotate', (s) => s.signingKeys.rotate(sampleSigningKey()), REFUSED],
  ['signingKeys.revoke', (s, it) => s.signingKeys.revoke(it.key.kid), false],
  [
    'actions.updateDraft',
    (s, it) => s.actions.updateDraft(it.action.id, { code: 'evil()' }),
    undefined,
  ],
  [
    'actions.reportBuild',
    (s, it) => s.actions.reportBuild(it.action.id, 1, { status: 'failed' }),
    false,
  ],
  [
    'actions.deploy',
    (s, it) =>
      s.actions.deploy(it.action.id, { ...sampleContent(), id: randomUUID(), status: 'built' }),
    REFUSED,
  ],
  [
    'actions.reportVersionBuild',
    (s, it) => s.actions.reportVersionBuild(it.version.id, { status: 'failed' }),
    undefined,
  ],
  ['actions.delete', (s, it) => s.actions.delete(it.action.id), false],
  [
    'bindings.replace',
    (s, it) => s.bindings.replace('post-login', [sampleBinding(it.action.id, 0)]),
    REFUSED,
  ],
  ['bindings.replace with nothing', (s) => s.bindings.replace('post-login', []), []],
  [
    'modules.updateDraft',
    (s, it) => s.modules.updateDraft(it.module.id, { code: 'evil()' }),
    undefined,
  ],
  [
    'modules.publish',
    (s, it) => s.modules.publish(it.module.id, { ...it.moduleVersion, id: randomUUID() }),
    REFUSED,
  ],
  [
    'modules.reportBuild',
    (s, it) =>
      s.modules.reportBuild(it.module.id, it.moduleVersion.id, {
        dependencies: [{ name: 'evil', version: '1.0.0' }],
        diagnostics: [],
      }),
    undefined,
  ],
  ['modules.delete', (s, it) => s.modules.delete(it.module.id), false],
  [
    'tokenExchangeProfiles.create',
    (s, it) => s.tokenExchangeProfiles.create({ ...it.profile, id: 'tep_x' }),
    REFUSED,
  ],
  [
    'tokenExchangeProfiles.update',
    (s, it) => s.tokenExchangeProfiles.update(it.profile.id, { name: 'x' }),
    undefined,
  ],
  ['tokenExchangeProfiles.delete', (s, it) => s.tokenExchangeProfiles.delete(it.profile.id), false],
  ['artifacts.save', (s, it) => s.artifacts.save({ ...it.artifact, bundle: 'evil()' }), undefined],
  ['executions.save', (s, it) => s.executions.save({ ...it.execution, results: [] }), undefined],
  ['executions.deleteOlderThan', (s) => s.executions.deleteOlderThan(later), 1],
  ['logs.deleteOlderThan', (s) => s.logs.deleteOlderThan(later), 0],
  ...MODELS.flatMap((model): readonly Attack[] => [
    [`oidcModels.consume ${model}`, (s) => s.oidcModels.consume(model, 'secret'), false],
    [`oidcModels.destroy ${model}`, (s) => s.oidcModels.destroy(model, 'secret'), undefined],
    [
      `oidcModels.upsert ${model}`,
      (s) => s.oidcModels.upsert(model, 'secret', { mine: true }, 600),
      undefined,
    ],
  ]),
  ['oidcModels.revokeByGrantId', (s) => s.oidcModels.revokeByGrantId('grant'), undefined],
  [
    'oidcModels.revokeByAccountId',
    (s, it) => s.oidcModels.revokeByAccountId(it.user.userId),
    undefined,
  ],
  [
    'oidcModels.revokeGrants',
    (s, it) => s.oidcModels.revokeGrants(it.user.userId, () => true),
    undefined,
  ],
  ['oidcModels.destroyByUid', (s) => s.oidcModels.destroyByUid('Session', 'uid'), undefined],
  [
    'oidcModels.replace',
    (s) =>
      s.oidcModels.replace(
        'Session',
        { uid: 'uid' },
        { payload: { mine: true }, expiresInSeconds: 600 },
      ),
    false,
  ],
  // The attacker's own, of the lines above.
  ['oidcModels.deleteExpired', (s) => s.oidcModels.deleteExpired(later), MODELS.length],
];

test('no read with ids of one tenant finds anything in another', async () => {
  const victim = await stores.createTenant();
  const attacker = await stores.createTenant();
  const things = await fill(victim);
  for (const [method, call, expected] of READS) {
    expect(await call(attacker, things), method).toEqual(expected);
    const inTransaction = await attacker.transaction((tx) => call(tx, things));
    expect(inTransaction, `${method} in a transaction`).toEqual(expected);
  }
});

test('no write with ids of one tenant changes anything in another', async () => {
  const victim = await stores.createTenant();
  const attacker = await stores.createTenant();
  const things = await fill(victim);
  const before = await snapshot(victim, things);
  for (const [method, call, expected] of WRITES) {
    const outcome = await call(attacker, things).catch(() => REFUSED);
    expect(outcome, method).toEqual(expected);
    expect(await snapshot(victim, things), `after ${method}`).toEqual(before);
  }
});

test('the tables above cover every method of a tenant’s store', async () => {
  const tenant = await stores.createTenant();
  // Nothing of another tenant can be named in these.
  const harmless = [
    ...['clients.create', 'resourceServers.create', 'connections.create', 'roles.create'],
    ...['signingKeys.create', 'actions.create', 'modules.create', 'logs.append'],
  ];
  const covered = new Set([...READS, ...WRITES].map(([method]) => method.split(' ')[0]));
  const missing = Object.entries(tenant)
    .filter(([, repository]) => typeof repository === 'object')
    .flatMap(([name, repository]) => Object.keys(repository).map((method) => `${name}.${method}`))
    .filter((method) => !covered.has(method) && !harmless.includes(method));
  expect(missing).toEqual([]);
});
