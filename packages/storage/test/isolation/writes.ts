import { randomUUID } from 'node:crypto';
import { sampleBinding, sampleContent, sampleSigningKey } from '../samples.ts';
import { type Attack, later, MODELS, REFUSED } from './victim.ts';

export const WRITES: readonly Attack[] = [
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
  ['users.link', (s, it) => s.users.link(it.user.userId, 'auth0|other'), REFUSED],
  [
    'users.unlink',
    (s, it) => s.users.unlink(it.user.userId, { provider: 'auth0', userId: 'x' }),
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
    [
      `oidcModels.write ${model}`,
      (s) =>
        s.oidcModels.write(
          [{ model, id: 'secret', payload: { mine: true }, expiresInSeconds: 600 }],
          [],
        ),
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
