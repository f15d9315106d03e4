import { randomUUID } from 'node:crypto';
import type { TenantStore } from '@tessera/model';
import {
  createDeployedAction,
  createUser,
  firstPage,
  sampleApi,
  sampleBinding,
  sampleClient,
  sampleClientGrant,
  sampleExecution,
  sampleLogEntry,
  sampleRole,
  sampleSigningKey,
} from '../samples.ts';
import { fillFactorsAndMessages, snapshotFactorsAndMessages } from './factors-and-messages.ts';

/** One of everything, in the tenant that is attacked. */
export async function fill(tenant: TenantStore) {
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
  const group = await tenant.groups.create({ id: GROUP_ID, name: 'Staff', externalId: 'staff' });
  await tenant.groups.addMembers(group.id, [user.userId]);
  await tenant.groups.assignRoles(group.id, [role.id]);
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
  await tenant.tickets.save({ ...TICKET, userId: user.userId, payload });
  await tenant.passwordHistory.add(user.userId, '$former', 5);
  await tenant.loginBlocks.save({ ...BLOCK, userId: user.userId });
  await tenant.managementJobs.create({ ...JOB, input: { users: '[]' } });
  await fillFactorsAndMessages(tenant, user.userId);
  return {
    client,
    api,
    grant,
    connection,
    user,
    role,
    group,
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

export type Things = Awaited<ReturnType<typeof fill>>;
export const MODELS = ['Session', 'Grant', 'RefreshToken', 'AuthorizationCode'];

/** Everything of a tenant that can be read. */
export async function snapshot(tenant: TenantStore, it: Things) {
  const { userId } = it.user;
  return {
    clients: await tenant.clients.list(firstPage),
    apis: await tenant.resourceServers.list(firstPage),
    grants: await tenant.clientGrants.list(firstPage),
    connections: await tenant.connections.list(firstPage),
    users: await tenant.users.list(firstPage),
    ...(await snapshotFactorsAndMessages(tenant, userId)),
    hash: await tenant.users.findPasswordHash(userId),
    roles: await tenant.roles.list(firstPage),
    rolePermissions: await tenant.roles.listPermissions(it.role.id, firstPage),
    userRoles: await tenant.roles.listForUser(userId, firstPage),
    effectiveRoles: await tenant.roles.listEffective(userId, firstPage),
    groups: await tenant.groups.list(firstPage),
    groupMembers: await tenant.groups.listMembers(it.group.id, firstPage),
    groupRoles: await tenant.groups.listRoles(it.group.id, firstPage),
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
    ticket: await tenant.tickets.find(TICKET.kind, TICKET.key),
    formerPasswords: await tenant.passwordHistory.list(userId, 24),
    blocks: await tenant.loginBlocks.listForUser(userId),
    job: await tenant.managementJobs.find(JOB.id),
    jobInput: await tenant.managementJobs.findInput(JOB.id),
  };
}

export const GROUP_ID = 'grp_123456789ABCDEFGHJKLMN';
export const NOTHING = { items: [], total: 0 };
export const later = new Date('2100-01-01');
export const BLOCK = { identifier: 'victim', connection: 'people', expiresAt: later } as const;
export const JOB = {
  id: 'job_0123456789abcdef',
  type: 'users_import',
  status: 'pending',
  content: {},
} as const;
export const TICKET = { kind: 'password-reset', key: 'link', expiresAt: later } as const;

export type Attack = readonly [
  method: string,
  call: (attacker: TenantStore, it: Things) => Promise<unknown>,
  expected: unknown,
];

export const REFUSED = Symbol('rejects');
