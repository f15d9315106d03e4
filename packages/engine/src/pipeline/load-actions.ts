import type {
  ActionContent,
  ActionSecret,
  ActionVersion,
  RunnableAction,
  TenantStore,
  TriggerId,
} from '@tessera/model';
import type { Suspension } from '../trigger-pipeline.ts';

/** The actions that are bound to a trigger, on the versions that serve traffic, in order. */
export async function loadBoundActions(
  store: TenantStore,
  triggerId: TriggerId,
): Promise<readonly RunnableAction[]> {
  const bound = await store.bindings.listBound(triggerId);
  return bound.map(({ action, version }) => {
    const runnable = toRunnable(action.name, version);
    // The repository lists built versions only; running without one would skip what may refuse.
    if (runnable === undefined) throw new Error(`Version ${version.id} is bound but not built`);
    return runnable;
  });
}

/**
 * The actions that a suspended run has left, on exactly the versions it began with. Undefined when
 * one of them is gone: the rest must not run without it, for it may have been the one that refuses.
 */
export async function loadRemainingActions(
  store: TenantStore,
  remaining: Suspension['remaining'],
): Promise<readonly RunnableAction[] | undefined> {
  const loaded = await Promise.all(
    remaining.map(async ({ actionId, versionId }) => {
      const [action, version] = await Promise.all([
        store.actions.find(actionId),
        store.actions.findVersion(actionId, versionId),
      ]);
      return action && version && toRunnable(action.name, version);
    }),
  );
  const present = loaded.filter((action) => action !== undefined);
  return present.length === remaining.length ? present : undefined;
}

/**
 * One action on its deployed version, for triggers whose actions are not bound. Undefined when there
 * is no such action, or no version of it serves traffic.
 */
export async function loadDeployedAction(
  store: TenantStore,
  actionId: string,
): Promise<readonly RunnableAction[] | undefined> {
  const action = await store.actions.find(actionId);
  if (action?.deployedVersionId === undefined) return undefined;
  const version = await store.actions.findVersion(actionId, action.deployedVersionId);
  const runnable = version && toRunnable(action.name, version);
  return runnable && [runnable];
}

function toRunnable(actionName: string, version: ActionVersion): RunnableAction | undefined {
  if (version.artifactHash === undefined) return undefined;
  return {
    actionId: version.actionId,
    actionName,
    versionId: version.id,
    versionNumber: version.number,
    artifactHash: version.artifactHash,
    ...toRunnableContent(version),
  };
}

/** What a run needs of an action's content besides its code: secrets, those of modules, egress rules. */
export function toRunnableContent({
  secrets,
  modules,
  egress,
}: ActionContent): Pick<RunnableAction, 'secrets' | 'modules' | 'egress'> {
  return {
    secrets: toValues(secrets),
    ...(modules && {
      modules: modules.map((module) => ({
        name: module.moduleName,
        versionId: module.moduleVersionId,
        secrets: toValues(module.secrets),
      })),
    }),
    ...(egress && { egress }),
  };
}

function toValues(secrets: readonly ActionSecret[]): Readonly<Record<string, string>> {
  return Object.fromEntries(secrets.map(({ name, value }) => [name, value]));
}
