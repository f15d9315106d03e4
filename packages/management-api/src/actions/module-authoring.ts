import { ACTION_LIMITS, type CreateModuleBody, type UpdateModuleBody } from '@tessera/api-contract';
import {
  type ActionModule,
  AppError,
  type ModuleContent,
  type ModuleVersion,
  type ModuleWithVersion,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../http/not-found.ts';
import { WireError } from '../http/wire-error.ts';
import type { AuthoringServices } from './action-authoring.ts';
import { mergeSecrets, readDependencies } from './action-input.ts';
import { createUuid, isUuid } from './create-uuid.ts';
import { isSameModule } from './is-same-content.ts';

/** Actions that a refused deletion names. */
const NAMED_USERS = 5;

type Transaction = Parameters<Parameters<TenantStore['transaction']>[0]>[0];

/** Finds a module; rejects with `not_found`. */
export async function getModule(
  { modules }: Pick<TenantStore, 'modules'>,
  id: string,
): Promise<ModuleWithVersion> {
  const found = isUuid(id) ? await modules.find(id) : undefined;
  if (found === undefined) throw notFound('The action module does not exist.');
  return found;
}

/** Creates a module and, when asked for, its first version, all or nothing. */
export async function createModule(
  services: AuthoringServices,
  store: TenantStore,
  body: CreateModuleBody,
): Promise<ModuleWithVersion> {
  const secrets = mergeSecrets([], body.secrets ?? [], services.clock.now());
  return await store.transaction(async (tx) => {
    const module = await tx.modules.create({
      id: createUuid(services.randomBytes),
      name: body.name,
      code: body.code,
      dependencies: readDependencies(body.dependencies ?? []),
      secrets,
    });
    if ((await tx.modules.count()) > ACTION_LIMITS.modulesPerTenant) {
      throw new AppError(
        'limit_reached',
        `The tenant has reached its limit of ${ACTION_LIMITS.modulesPerTenant} action modules.`,
      );
    }
    const latest = body.publish === true ? await publish(services, tx, module) : undefined;
    return { module, latest, actionCount: 0 };
  });
}

/** Changes the draft; published versions stay as they are. */
export async function updateModule(
  services: AuthoringServices,
  store: TenantStore,
  change: { readonly id: string; readonly body: UpdateModuleBody },
): Promise<ModuleWithVersion> {
  const { id, body } = change;
  await getModule(store, id);
  return await store.transaction(async (tx) => {
    // An empty change locks the row: two savers must not merge secrets into the same old list.
    const current = await tx.modules.updateDraft(id, {});
    if (current === undefined) throw notFound('The action module does not exist.');
    await tx.modules.updateDraft(id, {
      ...(body.code === undefined ? {} : { code: body.code }),
      ...(body.dependencies === undefined
        ? {}
        : { dependencies: readDependencies(body.dependencies) }),
      ...(body.secrets === undefined
        ? {}
        : { secrets: mergeSecrets(current.secrets, body.secrets, services.clock.now()) }),
    });
    return await getModule(tx, id);
  });
}

/** Deletes a module that no draft and no deployed version of an action uses. */
export async function deleteModule(store: TenantStore, id: string): Promise<void> {
  const { module } = await getModule(store, id);
  await store.transaction(async (tx) => {
    // Who is about to use it comes before, and is seen, or after, and finds it gone.
    await tx.modules.lock(module.id, 'change');
    const users = await tx.modules.listUserNames(module.id);
    if (users.length > 0) {
      const named = users.slice(0, NAMED_USERS).map((name) => `"${name}"`);
      const more = users.length > NAMED_USERS ? `, and ${users.length - NAMED_USERS} more` : '';
      throw new WireError(
        'module_in_use',
        `The Actions Module cannot be deleted because it is in use by one or more actions: ${named.join(', ')}${more}.`,
      );
    }
    if (!(await tx.modules.delete(module.id))) throw notFound('The action module does not exist.');
  });
}

/** Makes the draft the next version. */
export async function publishModule(
  services: AuthoringServices,
  store: TenantStore,
  id: string,
): Promise<ModuleVersion> {
  await getModule(store, id);
  return await store.transaction(async (tx) => {
    // Of several publishers of one draft the first makes the version.
    await tx.modules.lock(id, 'change');
    const { module, latest } = await getModule(tx, id);
    if (latest !== undefined && isSameModule(module, latest)) {
      throw new WireError(
        'conflict',
        'No draft version is available to publish: the draft is the same as the latest version.',
      );
    }
    return await publish(services, tx, module);
  });
}

async function publish(
  services: AuthoringServices,
  tx: Transaction,
  module: ActionModule,
): Promise<ModuleVersion> {
  const version = await tx.modules.publish(module.id, {
    ...contentOf(module),
    id: createUuid(services.randomBytes),
  });
  await services.jobs.enqueue(
    {
      kind: 'build-module',
      tenantId: tx.tenantId,
      moduleId: module.id,
      versionId: version.id,
    },
    { transaction: tx.sql },
  );
  return version;
}

/** Finds a published version; rejects with `not_found`. */
export async function getModuleVersion(
  store: TenantStore,
  moduleId: string,
  versionId: string,
): Promise<ModuleVersion> {
  const version =
    isUuid(moduleId) && isUuid(versionId)
      ? await store.modules.findVersion(moduleId, versionId)
      : undefined;
  if (version === undefined) throw notFound('The module or version does not exist.');
  return version;
}

/** Makes the draft what a published version is; what actions use stays as it is. */
export async function rollBackModule(
  store: TenantStore,
  request: { readonly id: string; readonly versionId: string },
): Promise<ModuleWithVersion> {
  const { module } = await getModule(store, request.id);
  const version = await getModuleVersion(store, module.id, request.versionId);
  if (isSameModule(module, version)) {
    throw new WireError('conflict', 'The specified version is already the current draft version.');
  }
  await store.modules.updateDraft(module.id, contentOf(version));
  return await getModule(store, module.id);
}

const contentOf = ({ code, dependencies, secrets }: ModuleContent): ModuleContent => ({
  code,
  dependencies,
  secrets,
});
