import {
  ACTION_LIMITS,
  type CatalogTrigger,
  TRIGGER_CATALOG,
  type UpdateBindingsBody,
} from '@tessera/api-contract';
import type { Action, Binding, Page, PageQuery, TenantStore } from '@tessera/model';
import { WireError } from '../http/wire-error.ts';
import {
  type ActionWithVersion,
  type AuthoringServices,
  withDeployedVersion,
} from './action-authoring.ts';
import { createUuid, isUuid } from './create-uuid.ts';

/** A binding with what it binds. */
export interface BindingWithAction extends ActionWithVersion {
  readonly binding: Binding;
}
type BindingInput = UpdateBindingsBody['bindings'][number];

const badRequest = (message: string): WireError => new WireError('invalid_body', message);

/** The bindings of a trigger in order, with their actions. Entity-bound triggers have none. */
export async function listBindings(
  store: TenantStore,
  triggerId: string,
  query: PageQuery,
): Promise<Page<BindingWithAction>> {
  const { items, total } = await store.bindings.list(triggerId, query);
  const bindings = await Promise.all(items.map((binding) => withAction(store, binding)));
  return { items: bindings.filter((one) => one !== undefined), total };
}

async function withAction(
  store: TenantStore,
  binding: Binding,
): Promise<BindingWithAction | undefined> {
  const action = await store.actions.find(binding.actionId);
  // Deleted since the bindings were read.
  if (action === undefined) return undefined;
  return { binding, ...(await withDeployedVersion(store, action)) };
}

/** Replaces the bindings of a trigger, all or none; every binding gets a new id. */
export async function replaceBindings(
  services: AuthoringServices,
  store: TenantStore,
  request: { readonly triggerId: string; readonly bindings: readonly BindingInput[] },
): Promise<readonly BindingWithAction[]> {
  const { triggerId } = request;
  const versions = TRIGGER_CATALOG.filter(({ id }) => id === triggerId);
  if (versions.every((version) => version.binding_policy === 'entity-bound')) {
    throw badRequest('cannot update action bindings for an entity-bound trigger');
  }
  return await store.transaction(async (tx) => {
    const present = await tx.bindings.list(triggerId, {
      page: 0,
      perPage: ACTION_LIMITS.bindingsPerTrigger,
    });
    const wanted: { action: Action; displayName: string }[] = [];
    for (const [index, input] of request.bindings.entries()) {
      const found = await resolveRef(tx, present.items, { input, index });
      checkBindable(found.action, versions, wanted);
      wanted.push(found);
    }
    const replaced = await tx.bindings.replace(
      triggerId,
      wanted.map(({ action, displayName }, position) => ({
        id: createUuid(services.randomBytes),
        triggerId,
        actionId: action.id,
        displayName,
        position,
      })),
    );
    const bindings = await Promise.all(replaced.map((binding) => withAction(tx, binding)));
    return bindings.filter((one) => one !== undefined);
  });
}

/** Finds what a `ref` names: an action by id or name, or the action of a binding that is there now. */
async function resolveRef(
  store: TenantStore,
  present: readonly Binding[],
  { input, index }: { readonly input: BindingInput; readonly index: number },
): Promise<{ readonly action: Action; readonly displayName: string }> {
  const { type, value } = input.ref;
  const binding = type === 'binding_id' ? present.find(({ id }) => id === value) : undefined;
  const action =
    type === 'action_name'
      ? await store.actions.findByName(value)
      : await findById(store, type === 'action_id' ? value : binding?.actionId);
  if (action === undefined) {
    const thing = type === 'binding_id' ? 'binding' : 'action';
    throw badRequest(`That ${thing} does not exist: "${value}" (bindings[${index}]).`);
  }
  return { action, displayName: input.display_name ?? binding?.displayName ?? action.name };
}

const findById = async (store: TenantStore, id: string | undefined): Promise<Action | undefined> =>
  id !== undefined && isUuid(id) ? await store.actions.find(id) : undefined;

function checkBindable(
  action: Action,
  versions: readonly CatalogTrigger[],
  bound: readonly { readonly action: Action }[],
): void {
  const isSupported = action.supportedTriggers.some((supported) =>
    versions.some(({ id, version }) => id === supported.id && version === supported.version),
  );
  if (!isSupported) {
    throw badRequest(
      `The action "${action.name}" does not support the trigger ${versions[0]?.id ?? ''}.`,
    );
  }
  if (action.deployedVersionId === undefined) {
    throw new WireError(
      'action_not_deployed',
      'Trying to create a binding for an action that has not been deployed yet',
    );
  }
  if (bound.some((one) => one.action.id === action.id)) {
    throw badRequest(`The action "${action.name}" can be bound to a trigger only once.`);
  }
}
