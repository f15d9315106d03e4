import { delimiter } from 'node:path';
import type {
  ActionLimits,
  ActionRunner,
  ArtifactSource,
  Logger,
  SandboxLevel,
} from '@tessera/model';
import { type EgressOptions, EgressPolicy } from './egress/egress-policy.ts';
import { buildGuestBundle } from './guest-bundle.ts';
import { detectSandboxLevel } from './levels/detect-sandbox-level.ts';
import type { Launcher, MissingLevel } from './levels/launch.ts';
import { inspectMachine } from './levels/machine.ts';
import { stageNode } from './levels/stage-node.ts';
import { DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from './limits.ts';
import { ActionPool } from './pool/action-pool.ts';
import { ArtifactCache } from './pool/artifact-cache.ts';
import { GuestStarter } from './pool/guest-starter.ts';
import type { PoolStats } from './pool/pool-stats.ts';
import { RuntimeDir } from './runtime-dir.ts';

export interface ActionRunnerOptions {
  readonly artifacts: ArtifactSource;
  readonly logger: Logger;
  /** Default `auto`: the strongest that the machine allows. A named level that cannot be had rejects. */
  readonly level?: 'auto' | SandboxLevel;
  readonly egress?: EgressOptions;
  readonly limits?: Partial<SandboxLimits>;
  /**
   * A tenant's own limits, in place of those of all. Asked before each run, so it must answer at once and
   * without much work; a change holds from the next run on, in a new process where that needs one.
   */
  readonly limitsOf?: (tenantId: string) => Partial<ActionLimits> | undefined;
  /** PEM certificates that Actions trust besides the usual ones, e.g. of the server's own authority. */
  readonly extraCaCertificates?: readonly string[];
  /** Where the runner makes its own directory, which guests' users must be able to enter. Default: the system's. */
  readonly runtimeDir?: string;
  /** The machine's PATH, where bubblewrap and its like are looked for first. */
  readonly searchPath?: string;
}

/** What protects the machine from Actions, for operators. */
export interface SandboxDescription {
  readonly level: SandboxLevel;
  readonly layers: readonly string[];
  /** Stronger levels, why they cannot be had, and what to do about it. */
  readonly missing: readonly MissingLevel[];
  readonly limits: SandboxLimits;
}

export interface SandboxRunner extends ActionRunner {
  describeSandbox(): SandboxDescription;
  /** Rules for egress have changed: connections that they forbid now are closed. */
  applyEgressRules(): void;
  readonly stats: PoolStats;
}

const MIN_NODE_MAJOR = 24;

/**
 * Starts the sandbox: finds the isolation level, and keeps standbys from then on.
 *
 * Rejects with one clear sentence when the level that was asked for cannot be had, or a rule for egress
 * cannot be read.
 */
export async function createActionRunner(options: ActionRunnerOptions): Promise<SandboxRunner> {
  checkNode();
  const limits: SandboxLimits = { ...DEFAULT_SANDBOX_LIMITS, ...options.limits };
  const egressPolicy = new EgressPolicy(options.egress ?? {});
  const runtimeDir = new RuntimeDir(options.runtimeDir);
  try {
    const { starter, launcher, missing } = await prepare(options, { limits, runtimeDir });
    const artifacts = new ArtifactCache(options.artifacts);
    const pool = new ActionPool({
      startGuest: (size, preload) => starter.start(size, preload),
      artifacts,
      egressPolicy,
      limits,
      limitsOf: options.limitsOf ?? (() => undefined),
      logger: options.logger,
    });
    return createRunner({
      pool,
      runtimeDir,
      egressPolicy,
      description: { level: launcher.level, layers: launcher.layers, missing, limits },
    });
  } catch (error) {
    runtimeDir.close();
    throw error;
  }
}

async function prepare(
  options: ActionRunnerOptions,
  { limits, runtimeDir }: { readonly limits: SandboxLimits; readonly runtimeDir: RuntimeDir },
): Promise<{ starter: GuestStarter; launcher: Launcher; missing: readonly MissingLevel[] }> {
  const searchPath = options.searchPath?.split(delimiter) ?? [];
  const [machine, bundle] = await Promise.all([
    inspectMachine({ nodePath: process.execPath, searchPath }),
    buildGuestBundle(),
  ]);
  const bundlePath = runtimeDir.write('guest.cjs', bundle);
  const nodePath = await stageNode(machine, runtimeDir);
  const starterOptions = {
    runtimeDir,
    limits,
    canChangeUser: machine.canChangeUser,
    logger: options.logger,
    ca: options.extraCaCertificates ?? [],
  };
  let starter: GuestStarter | undefined;
  const { launcher, missing } = await detectSandboxLevel(options.level ?? 'auto', {
    machine,
    runtimeDir,
    nodePath,
    bundlePath,
    async tryLauncher(candidate) {
      const trial = new GuestStarter({ ...starterOptions, launcher: candidate });
      const failure = await trial.calibrate();
      if (failure === undefined) starter = trial;
      return failure;
    },
  });
  if (starter === undefined) throw new Error('No guest was tried.');
  return { starter, launcher, missing };
}

function createRunner(parts: {
  readonly pool: ActionPool;
  readonly runtimeDir: RuntimeDir;
  readonly egressPolicy: EgressPolicy;
  readonly description: SandboxDescription;
}): SandboxRunner {
  const { pool, runtimeDir, egressPolicy, description } = parts;
  let closing: Promise<void> | undefined;
  return {
    level: description.level,
    run: (request) => pool.run(request),
    evictTenant: (tenantId) => pool.evictTenant(tenantId),
    ping: () => pool.ping(),
    close() {
      closing ??= pool.close().finally(() => runtimeDir.close());
      return closing;
    },
    describeSandbox: () => description,
    applyEgressRules: () => egressPolicy.announceChange(),
    get stats() {
      return pool.stats;
    },
  };
}

function checkNode(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= MIN_NODE_MAJOR) return;
  throw new Error(
    `The sandbox needs Node ${MIN_NODE_MAJOR} or newer; this is ${process.versions.node}.`,
  );
}
