import {
  createTriggerPipeline,
  runChain,
  type TriggerPipeline,
  type TriggerRun,
} from '@tessera/engine';
import type {
  ActionResult,
  ActionRunner,
  ActionVersion,
  BoundAction,
  Execution,
  Group,
  NewLogEntry,
  Page,
  PageQuery,
  Role,
  RunReport,
  RunRequest,
  TenantStore,
} from '@tessera/model';
import { createGuest, type Exports, NOW_MS } from './guest.ts';

/** An action as these tests write it. */
export interface TestAction {
  readonly name?: string;
  readonly file: Exports | (() => Exports);
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface TestTenantOptions {
  /** By id of the user. */
  readonly roles?: Readonly<Record<string, readonly Role[]>>;
  /** By id of the user. */
  readonly groups?: Readonly<Record<string, readonly Pick<Group, 'id' | 'name'>[]>>;
  /** Falsifies what the sandbox reports. */
  readonly tamper?: (
    results: readonly ActionResult[],
    request: RunRequest,
  ) => readonly ActionResult[];
  /** The sandbox takes no run. */
  readonly refusal?: Error;
}

/** A tenant with actions bound to one trigger, a sandbox without walls, and a pipeline on both. */
export interface TestTenant {
  readonly pipeline: TriggerPipeline;
  readonly store: TenantStore;
  readonly executions: ReadonlyMap<string, Execution>;
  /** The tenant log. */
  readonly logEntries: readonly NewLogEntry[];
  readonly requests: readonly RunRequest[];
  readonly clock: { nowMs: number };
  /** Replaces the bound actions: a new deployment. */
  bind(actions: readonly TestAction[]): void;
  /** Deletes the action with its versions. */
  remove(actionId: string): void;
  run(run?: Partial<Omit<TriggerRun, 'store'>>): ReturnType<TriggerPipeline['run']>;
}

const DATE = new Date(NOW_MS);

export function createTestTenant(
  actions: readonly TestAction[],
  options: TestTenantOptions = {},
): TestTenant {
  const modules = new Map<string, TestAction['file']>();
  const versions = new Map<string, ActionVersion & { readonly actionName: string }>();
  const executions = new Map<string, Execution>();
  const requests: RunRequest[] = [];
  const clock = { nowMs: NOW_MS };
  let bound: readonly BoundAction[] = [];
  let deployments = 0;

  function bind(next: readonly TestAction[]): void {
    deployments += 1;
    bound = next.map((action, position) => {
      const version = createVersion(action, { position, deployment: deployments });
      const actionName = action.name ?? `Action ${position}`;
      versions.set(version.id, { ...version, actionName });
      modules.set(version.id, action.file);
      return {
        binding: {
          id: `binding-${position}`,
          triggerId: 'post-login',
          actionId: version.actionId,
          displayName: actionName,
          position,
          createdAt: DATE,
          updatedAt: DATE,
        },
        action: { id: version.actionId, name: actionName },
        version,
      };
    });
  }

  const runner: ActionRunner = {
    level: 'process',
    run: async (request) => {
      requests.push(request);
      if (options.refusal !== undefined) throw options.refusal;
      const report = await runInProcess(request, modules);
      return options.tamper
        ? { ...report, results: options.tamper(report.results, request) }
        : report;
    },
    evictTenant: async () => {},
    ping: async () => {},
    close: async () => {},
  };

  const logEntries: NewLogEntry[] = [];
  const store: TenantStore = {
    tenantId: 'tenant-1',
    bindings: { listBound: async () => bound },
    actions: {
      find: async (id: string) => {
        const version = [...versions.values()].find(({ actionId }) => actionId === id);
        return version && { id, name: version.actionName, deployedVersionId: version.id };
      },
      findVersion: async (_: string, versionId: string) => versions.get(versionId),
    },
    roles: {
      listEffective: async (userId: string, query: PageQuery) =>
        sliceOf(options.roles?.[userId] ?? [], query),
    },
    groups: {
      listForUser: async (userId: string, query: PageQuery) =>
        sliceOf(options.groups?.[userId] ?? [], query),
      isMember: async (userId: string, idsOrNames: readonly string[]) =>
        (options.groups?.[userId] ?? []).some(
          ({ id, name }) => idsOrNames.includes(id) || idsOrNames.includes(name),
        ),
    },
    executions: {
      save: async (execution: Execution) => {
        executions.set(execution.id, execution);
      },
      find: async (id: string) => executions.get(id),
    },
    logs: {
      append: async (...entries: readonly NewLogEntry[]) => {
        logEntries.push(...entries);
        return [];
      },
    },
    transaction: async (work: (tx: TenantStore) => Promise<unknown>) => work(store),
  } as unknown as TenantStore;

  const pipeline = createTriggerPipeline({
    runner,
    clock: { now: () => new Date(clock.nowMs) },
    randomBytes: (size) => new Uint8Array(size).fill(7),
  });

  bind(actions);
  return {
    pipeline,
    store,
    executions,
    logEntries,
    requests,
    clock,
    bind,
    remove: (actionId) => {
      for (const [id, version] of versions) if (version.actionId === actionId) versions.delete(id);
    },
    run: (run = {}) =>
      pipeline.run({ triggerId: 'post-login', event: {}, timeoutMs: 20_000, ...run, store }),
  };
}

/** A slice of a list whose order is not that of names. */
function sliceOf<T>(all: readonly T[], { page, perPage }: PageQuery): Page<T> {
  const items = all.toReversed().slice(page * perPage, (page + 1) * perPage);
  return { items, total: all.length };
}

function createVersion(
  action: TestAction,
  { position, deployment }: { readonly position: number; readonly deployment: number },
): ActionVersion {
  return {
    id: `version-${deployment}-${position}`,
    actionId: `action-${position}`,
    number: deployment,
    status: 'built',
    artifactHash: `hash-${deployment}-${position}`,
    code: '',
    dependencies: [],
    secrets: Object.entries(action.secrets ?? {}).map(([name, value]) => ({
      name,
      value,
      updatedAt: DATE,
    })),
    runtime: 'node24',
    supportedTriggers: [],
    createdAt: DATE,
    updatedAt: DATE,
  };
}

async function runInProcess(
  request: RunRequest,
  modules: ReadonlyMap<string, TestAction['file']>,
): Promise<RunReport> {
  const guest = createGuest(modules, {
    callHost: async (method, args) => request.onHostCall?.(method, args),
  });
  const chained = await runChain({ ...request }, guest);
  // Over the wire: what JSON cannot carry does not arrive.
  const results = JSON.parse(JSON.stringify(chained)) as typeof chained;
  return {
    bootMs: 0,
    totalMs: 1,
    results: results.map((result) => ({
      ...result,
      startedAt: new Date(result.startedAt),
      endedAt: new Date(result.endedAt),
    })),
  };
}
