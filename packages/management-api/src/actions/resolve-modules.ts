import type { CreateActionBody } from '@tessera/api-contract';
import type { ModuleReference, TenantStore } from '@tessera/model';
import { WireError } from '../http/wire-error.ts';
import { isUuid } from './create-uuid.ts';

type ModuleInput = NonNullable<CreateActionBody['modules']>[number];

/**
 * The module versions that a body names, with what the names stand for. Refuses what does not exist.
 * Within a transaction none of them is deleted before it ends.
 */
export async function resolveModules(
  store: Pick<TenantStore, 'modules'>,
  inputs: readonly ModuleInput[],
): Promise<readonly ModuleReference[]> {
  const references: ModuleReference[] = [];
  for (const [index, input] of inputs.entries()) {
    references.push(await resolveModule(store, input, `modules[${index}]`));
  }
  return references;
}

async function resolveModule(
  { modules }: Pick<TenantStore, 'modules'>,
  { module_id, module_version_id }: ModuleInput,
  place: string,
): Promise<ModuleReference> {
  const exists = isUuid(module_id) && (await modules.lock(module_id, 'use'));
  const found = exists ? await modules.find(module_id) : undefined;
  if (found === undefined) {
    throw refuse(`The action module ${module_id} does not exist`, `${place}.module_id`);
  }
  const { module } = found;
  const version = isUuid(module_version_id)
    ? await modules.findVersion(module.id, module_version_id)
    : undefined;
  if (version === undefined) {
    throw refuse(
      `The action module "${module.name}" has no version ${module_version_id}`,
      `${place}.module_version_id`,
    );
  }
  return {
    moduleId: module.id,
    moduleName: module.name,
    moduleVersionId: version.id,
    moduleVersionNumber: version.number,
    secrets: version.secrets,
  };
}

const refuse = (reason: string, property: string): WireError =>
  new WireError('invalid_body', `Payload validation error: '${reason}' on property ${property}.`, {
    errorCode: 'invalid_body',
  });
