import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type {
  ActionBuilder,
  BuildOutcome,
  BuildRequest,
  CancelSignal,
  ModuleSource,
} from '@tessera/model';
import { BuildFailure, buildFailure, RegistryUnavailableError } from './build-failure.ts';
import { type BuildLimits, DEFAULT_LIMITS, MAX_CODE_LENGTH } from './build-limits.ts';
import {
  type BuildFolders,
  type BuildOrder,
  type ModuleOrder,
  RESULT_FILES,
  type RegistryAccess,
} from './build-messages.ts';
import type { BuildReport } from './build-report.ts';
import { createCacheKeeper } from './cache-keeper.ts';
import { readDependencies } from './dependency-order.ts';
import type { NpmConfig } from './npm-config.ts';
import { createSlots } from './slots.ts';
import { MODULE_PREFIX } from './source-unit.ts';
import { BuildCancelledError, spawnBuild } from './spawn-build.ts';

export interface ActionBuilderOptions {
  /** Folder of this builder alone; two processes must not share it. Made when absent. */
  readonly cacheDir: string;
  /** Where packages come from; default: `npmConfig`'s registry, else npm's own. */
  readonly registry?: string;
  /** The machine's npm configuration, from `readNpmConfig`; default: npm's defaults. */
  readonly npmConfig?: NpmConfig;
  /** Hosts (`host` or `host:port`) that a dependency's own registry may have although they are private or without TLS. */
  readonly trustedRegistryHosts?: readonly string[];
  /** Builds that run at once; more wait. Default 2. */
  readonly maxConcurrentBuilds?: number;
  /** Installed dependency sets that are kept for reuse. Default 32. */
  readonly maxInstalls?: number;
  /** Size of npm's download cache, beyond which it is emptied at the next start. Default 1 GiB. */
  readonly maxCacheBytes?: number;
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: Partial<BuildLimits>;
}

/** A builder that can be shut down. */
export interface ClosableActionBuilder extends ActionBuilder {
  /** Stops the running builds, refuses new ones, and resolves when nothing of them is left. */
  close(): Promise<void>;
}

/** Builds actions in processes of their own; see the package's README for what it refuses. */
export function createActionBuilder(options: ActionBuilderOptions): ClosableActionBuilder {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const slots = createSlots(options.maxConcurrentBuilds ?? 2);
  const cacheDir = resolve(options.cacheDir);
  const keeper = createCacheKeeper(cacheDir, {
    maxInstalls: options.maxInstalls ?? 32,
    maxCacheBytes: options.maxCacheBytes ?? 1024 ** 3,
    inUseMs: limits.buildMs,
  });
  const access = createAccess(options);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  const run = async (request: BuildRequest): Promise<BuildOutcome> => {
    const order = readOrder(request, {
      access,
      limits: limitsFor(request, limits),
      folders: keeper.foldersFor(randomUUID()),
    });
    if (order instanceof BuildFailure) return { kind: 'failed', diagnostics: order.diagnostics };
    const signal = joinSignals(request.signal, closing.signal);
    if (signal.aborted) throw new BuildCancelledError();
    const release = await slots.acquire(signal);
    try {
      await keeper.prepare(order.folders);
      if (signal.aborted) throw new BuildCancelledError();
      const report = await spawnBuild(order, {
        cacheDir,
        timeoutMs: limits.buildMs,
        signal,
        ...(options.npmConfig?.extraCaFile === undefined
          ? {}
          : { extraCaFile: options.npmConfig.extraCaFile }),
      });
      return await readOutcome(report, order.folders);
    } finally {
      await keeper.clean(order.folders);
      release();
    }
  };

  return {
    build(request) {
      const outcome = run(request);
      const settled = outcome.then(
        () => undefined,
        () => undefined,
      );
      running.add(settled);
      void settled.then(() => running.delete(settled));
      return outcome;
    },
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}

/** The tenant's own limit, where it has one, instead of the server's. */
function limitsFor({ dependenciesMb }: BuildRequest, limits: BuildLimits): BuildLimits {
  if (dependenciesMb === undefined) return limits;
  return { ...limits, installBytes: dependenciesMb * 1024 * 1024 };
}

function createAccess({
  registry,
  npmConfig,
  trustedRegistryHosts = [],
}: ActionBuilderOptions): RegistryAccess {
  const address = registry ?? npmConfig?.registry;
  return {
    ...(address === undefined ? {} : { registry: address }),
    keyed: npmConfig?.keyed ?? {},
    ...(npmConfig?.ca === undefined ? {} : { ca: npmConfig.ca }),
    ...(npmConfig?.proxy === undefined ? {} : { proxy: npmConfig.proxy }),
    ...(npmConfig?.httpsProxy === undefined ? {} : { httpsProxy: npmConfig.httpsProxy }),
    ...(npmConfig?.noProxy === undefined ? {} : { noProxy: npmConfig.noProxy }),
    strictSsl: npmConfig?.strictSsl ?? true,
    trustedHosts: [
      ...(address === undefined ? [] : [new URL(address).host]),
      ...trustedRegistryHosts,
    ],
  };
}

function readOrder(
  request: BuildRequest,
  rest: Pick<BuildOrder, 'access' | 'limits' | 'folders'>,
): BuildOrder | BuildFailure {
  const { actionName, code, modules = [], role = 'action' } = request;
  const problem = findCodeProblem(code);
  if (problem !== undefined) return problem;
  const dependencies = readDependencies(request.dependencies);
  if (dependencies instanceof BuildFailure) return dependencies;
  const orders: ModuleOrder[] = [];
  for (const module of modules) {
    const order = readModule(module);
    if (order instanceof BuildFailure) return order;
    orders.push(order);
  }
  const sourceName =
    role === 'module' ? toModuleSourceName(actionName) : `${toFileName(actionName, 'action')}.js`;
  return { sourceName, code, dependencies, role, modules: orders, ...rest };
}

function readModule({ name, code, dependencies }: ModuleSource): ModuleOrder | BuildFailure {
  const problem = findCodeProblem(code);
  if (problem !== undefined) return problem;
  const orders = readDependencies(dependencies);
  if (orders instanceof BuildFailure) return orders;
  return { name, sourceName: toModuleSourceName(name), code, dependencies: orders };
}

function findCodeProblem(code: string): BuildFailure | undefined {
  if (code.length <= MAX_CODE_LENGTH) return undefined;
  return buildFailure(
    'code_too_large',
    `The code has ${code.length} characters (limit ${MAX_CODE_LENGTH})`,
  );
}

function joinSignals(wanted: CancelSignal | undefined, closing: AbortSignal): AbortSignal {
  const joined = new AbortController();
  for (const signal of [wanted, closing]) {
    if (signal?.aborted === true) joined.abort();
    else signal?.addEventListener('abort', () => joined.abort());
  }
  return joined.signal;
}

/** As code names the module: nobody takes it for a file. */
const toModuleSourceName = (name: string): string =>
  `${MODULE_PREFIX}${toFileName(name, 'module')}`;

/** Readable in a stack trace, and never a path. */
function toFileName(given: string, otherwise: string): string {
  const name = given.replace(/[^\p{L}\p{N}_. -]+/gu, '-').replace(/^[. -]+/, '');
  return name === '' ? otherwise : name.slice(0, 100);
}

async function readOutcome(report: BuildReport, { work }: BuildFolders): Promise<BuildOutcome> {
  switch (report.kind) {
    case 'built': {
      const [bundle, sourceMap, lockfile] = await Promise.all(
        [RESULT_FILES.bundle, RESULT_FILES.sourceMap, RESULT_FILES.lockfile].map((file) =>
          readFile(join(work, file), 'utf8'),
        ),
      );
      if (bundle === undefined || sourceMap === undefined || lockfile === undefined)
        throw new Error('The build left no result');
      const { hash, dependencies } = report;
      const artifact = { hash, bundle, sourceMap, lockfile, dependencies };
      return { kind: 'built', artifact, diagnostics: report.diagnostics };
    }
    case 'failed':
      return { kind: 'failed', diagnostics: report.diagnostics };
    case 'registry-unavailable':
      throw new RegistryUnavailableError(report.code);
    case 'crashed':
      throw new Error(`The build crashed: ${report.message}`);
  }
}
