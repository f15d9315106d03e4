import { ACTION_LIMITS, type CreateActionBody, type UpdateActionBody } from '@tessera/api-contract';
import {
  type Action,
  type ActionContent,
  type ActionVersion,
  AppError,
  type Clock,
  type JobQueue,
  type RandomBytes,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../http/not-found.ts';
import { WireError } from '../http/wire-error.ts';
import {
  checkUpgrade,
  mergeSecrets,
  readDependencies,
  readEgress,
  readNewDraft,
  readTriggers,
} from './action-input.ts';
import { createUuid, isUuid } from './create-uuid.ts';
import { resolveModules } from './resolve-modules.ts';

export interface AuthoringServices {
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** An action and the version that serves traffic, if any. */
export interface ActionWithVersion {
  readonly action: Action;
  readonly deployed: ActionVersion | undefined;
}

type Transaction = Parameters<Parameters<TenantStore['transaction']>[0]>[0];

/** Finds an action; rejects with `not_found`. */
export async function getAction(store: TenantStore, id: string): Promise<Action> {
  const action = isUuid(id) ? await store.actions.find(id) : undefined;
  if (action === undefined) throw notFound('That action does not exist.');
  return action;
}

/** The action with the version that it serves. */
export async function withDeployedVersion(
  store: TenantStore,
  action: Action,
): Promise<ActionWithVersion> {
  const deployed =
    action.deployedVersionId === undefined
      ? undefined
      : await store.actions.findVersion(action.id, action.deployedVersionId);
  return { action, deployed };
}

/** Creates an action, its build job and, when asked for, its first version, all or nothing. */
export async function createAction(
  services: AuthoringServices,
  store: TenantStore,
  body: CreateActionBody,
): Promise<ActionWithVersion> {
  const draft = readNewDraft(body, services.clock.now());
  return await store.transaction(async (tx) => {
    const modules = await resolveModules(tx, body.modules ?? []);
    const created = await tx.actions.create({
      ...draft,
      ...(modules.length === 0 ? {} : { modules }),
      id: createUuid(services.randomBytes),
      status: 'pending',
    });
    if ((await tx.actions.count()) > ACTION_LIMITS.actionsPerTenant) {
      throw new AppError(
        'limit_reached',
        `The tenant has reached its limit of ${ACTION_LIMITS.actionsPerTenant} actions.`,
      );
    }
    await enqueueDraftBuild(services, tx, created);
    if (body.deploy !== true) return { action: created, deployed: undefined };
    const deployed = await tx.actions.deploy(created.id, {
      ...contentOf(created),
      id: createUuid(services.randomBytes),
      status: 'pending',
    });
    const { tenantId } = tx;
    await services.jobs.enqueue(
      { kind: 'build-version', tenantId, actionId: created.id, versionId: deployed.id },
      { transaction: tx.sql },
    );
    return { action: { ...created, deployedVersionId: deployed.id }, deployed };
  });
}

/** Changes the draft and enqueues its build. What serves traffic stays as it is. */
export async function updateAction(
  services: AuthoringServices,
  store: TenantStore,
  change: { readonly id: string; readonly body: UpdateActionBody },
): Promise<ActionWithVersion> {
  const { id, body } = change;
  await getAction(store, id);
  return await store.transaction(async (tx) => {
    // An empty change locks the row: two savers must not merge secrets into the same old list.
    const current = await tx.actions.updateDraft(id, {});
    if (current === undefined) throw notFound('That action does not exist.');
    const updated = await tx.actions.updateDraft(id, {
      ...readPatch(current, body, services.clock.now()),
      ...(body.modules === undefined ? {} : { modules: await resolveModules(tx, body.modules) }),
    });
    if (updated === undefined) throw notFound('That action does not exist.');
    await enqueueDraftBuild(services, tx, updated);
    return await withDeployedVersion(tx, updated);
  });
}

function readPatch(current: Action, body: UpdateActionBody, now: Date) {
  const { name, code, runtime } = body;
  const supportedTriggers =
    body.supported_triggers === undefined ? undefined : readTriggers(body.supported_triggers);
  if (supportedTriggers !== undefined) checkUpgrade(current.supportedTriggers, supportedTriggers);
  return {
    ...(name === undefined ? {} : { name }),
    ...(code === undefined ? {} : { code }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(supportedTriggers === undefined ? {} : { supportedTriggers }),
    ...(body.dependencies === undefined
      ? {}
      : { dependencies: readDependencies(body.dependencies) }),
    ...(body.secrets === undefined
      ? {}
      : { secrets: mergeSecrets(current.secrets, body.secrets, now) }),
    ...(body.egress === undefined
      ? {}
      : { egress: body.egress === null ? null : readEgress(body.egress) }),
  };
}

/**
 * Deletes an action. One that is bound to a trigger, or that a token exchange profile runs, only with
 * `force`: its bindings and profiles go with it.
 */
export async function deleteAction(
  store: TenantStore,
  request: { readonly id: string; readonly force: boolean },
): Promise<void> {
  const { id } = await getAction(store, request.id);
  await store.transaction(async (tx) => {
    if (!request.force) await checkUnbound(tx, id);
    if (!(await tx.actions.delete(id))) throw notFound('That action does not exist.');
  });
}

async function checkUnbound(tx: Transaction, id: string): Promise<void> {
  const isBound = (await tx.bindings.listForAction(id)).length > 0;
  const isInProfile = (await tx.tokenExchangeProfiles.listForAction(id)).length > 0;
  if (!isBound && !isInProfile) return;
  throw new WireError('action_bound', 'Unable to delete an action bound to a trigger.');
}

/** Makes the built draft the deployed version. */
export async function deployAction(
  services: AuthoringServices,
  store: TenantStore,
  id: string,
): Promise<{ readonly action: Action; readonly version: ActionVersion }> {
  const action = await getAction(store, id);
  if (action.status !== 'built' || action.artifactHash === undefined) {
    throw new WireError(
      'action_not_built',
      "A draft must be in the 'built' state before it can be deployed.",
    );
  }
  // The artifact is that of the content read with it: a save in between changes neither.
  const version = await store.actions.deploy(action.id, {
    ...contentOf(action),
    id: createUuid(services.randomBytes),
    artifactHash: action.artifactHash,
    status: 'built',
  });
  return { action, version };
}

/** Finds a version of an action; rejects with `not_found`. */
export async function getActionVersion(
  store: TenantStore,
  actionId: string,
  versionId: string,
): Promise<ActionVersion> {
  const version = isUuid(versionId)
    ? await store.actions.findVersion(actionId, versionId)
    : undefined;
  if (version === undefined) throw notFound('That action version does not exist.');
  return version;
}

/** Deploys the content of an older version as a new one; the draft follows only when asked to. */
export async function rollBack(
  services: AuthoringServices,
  store: TenantStore,
  request: { readonly actionId: string; readonly versionId: string; readonly updateDraft: boolean },
): Promise<{ readonly action: Action; readonly version: ActionVersion }> {
  const action = await getAction(store, request.actionId);
  const old = await getActionVersion(store, action.id, request.versionId);
  if (old.status !== 'built' || old.artifactHash === undefined) {
    throw new WireError(
      'action_not_built',
      "A version must be in the 'built' state before it can be deployed.",
    );
  }
  const { artifactHash } = old;
  return await store.transaction(async (tx) => {
    const version = await tx.actions.deploy(action.id, {
      ...contentOf(old),
      id: createUuid(services.randomBytes),
      artifactHash,
      status: 'built',
    });
    if (!request.updateDraft) return { action, version };
    const updated = await tx.actions.updateDraft(action.id, {
      ...contentOf(old),
      modules: old.modules ?? [],
      egress: old.egress ?? null,
    });
    if (updated === undefined) throw notFound('That action does not exist.');
    await enqueueDraftBuild(services, tx, updated);
    return { action: updated, version };
  });
}

/** What a deployment snapshots of an action or a version. */
const contentOf = ({
  code,
  dependencies,
  secrets,
  runtime,
  supportedTriggers,
  modules,
  egress,
}: ActionContent): ActionContent => ({
  code,
  dependencies,
  secrets,
  runtime,
  supportedTriggers,
  ...(modules && { modules }),
  ...(egress && { egress }),
});

async function enqueueDraftBuild(
  services: AuthoringServices,
  tx: Transaction,
  { id, draftRevision }: Action,
): Promise<void> {
  await services.jobs.enqueue(
    { kind: 'build-draft', tenantId: tx.tenantId, actionId: id, draftRevision },
    { transaction: tx.sql },
  );
}
