import type { RunLimit } from '@tessera/model';

/** Why a process was ended although it did nothing wrong. */
const RETIRE_REASONS = [
  /** Its tenant ran nothing for `idleMs`. */
  'idle',
  /** Another tenant needed its place (`maxTenantProcesses`). */
  'evicted',
  /** Its memory grew past a share of its limits. */
  'memory',
  /** It served `maxRunsPerProcess` runs, */
  'runs',
  /** or loaded more than `maxVersionsPerProcess` versions. */
  'versions',
  /** Code of an Action broke out of every handler. */
  'tainted',
  /** It used more than `maxIdleCpuMs` of processor time while no run was under way. */
  'idle-work',
  /** Its tenant's limits changed. */
  'limits',
  /** Its tenant was deleted. */
  'tenant',
  /** It was started and is not needed: a trial, or a standby too many. */
  'surplus',
  /** It did not get ready within `startTimeoutMs`. */
  'start',
  /** The sandbox closes. */
  'closing',
] as const;

export type RetireReason = (typeof RETIRE_REASONS)[number];

const RUN_LIMITS: readonly RunLimit[] = ['time', 'memory', 'output', 'process'];

/** Processes as they are now. */
export interface ProcessCounts {
  /** Ready, without a tenant. */
  readonly standby: number;
  readonly starting: number;
  /** A tenant's, with no run under way. */
  readonly idle: number;
  /** A tenant's, with runs under way. */
  readonly busy: number;
  /** A tenant's, ending once its runs are done. */
  readonly draining: number;
}

/**
 * Numbers for metrics. Totals count from the start of the runner and never fall; the others are of this
 * moment. Names stay as they are: dashboards depend on them.
 */
export interface PoolStats {
  readonly processes: ProcessCounts;
  /** Places of `maxTenantProcesses` that are taken. */
  readonly tenantProcesses: number;
  /** The same as `processes.standby`. */
  readonly standbys: number;
  /** Runs under way or waiting. */
  readonly activeRuns: number;
  /** Runs that wait for a process, a bundle or a place in a process. */
  readonly queuedRuns: number;
  /** Tenants that wait until another one gives its process up. */
  readonly waitingTenants: number;
  /** Total: processes that were given to a tenant. */
  readonly coldStarts: number;
  /** Total: runs that waited for a process or for a bundle to be sent. */
  readonly coldRuns: number;
  /** Total: runs that found their tenant's process with everything loaded. */
  readonly warmRuns: number;
  /** Total: runs refused because their tenant had `maxTenantRuns` of them. */
  readonly refusedRuns: number;
  /** Total: runs answered without a process because those of their tenant kept dying. */
  readonly haltedRuns: number;
  /** Total: processes ended in good order, by reason. */
  readonly retirements: Readonly<Record<RetireReason, number>>;
  /** Total: processes that a limit ended or that died, by limit. */
  readonly kills: Readonly<Record<RunLimit, number>>;
  /** Total: all ends; `retired` is the sum of `retirements`, the rest is `kills`. */
  readonly endedProcesses: Readonly<Record<RunLimit | 'retired', number>>;
}

/** What is counted as it happens. */
export class PoolCounters {
  coldStarts = 0;
  coldRuns = 0;
  warmRuns = 0;
  refusedRuns = 0;
  haltedRuns = 0;
  readonly #retirements = createCounts(RETIRE_REASONS);
  readonly #kills = createCounts(RUN_LIMITS);

  countEnd(
    end:
      | { readonly reason: RunLimit }
      | { readonly reason: 'retired'; readonly detail: RetireReason },
  ): void {
    if (end.reason === 'retired') this.#retirements[end.detail] += 1;
    else this.#kills[end.reason] += 1;
  }

  get totals(): Omit<
    PoolStats,
    'processes' | 'tenantProcesses' | 'standbys' | 'activeRuns' | 'queuedRuns' | 'waitingTenants'
  > {
    const { coldStarts, coldRuns, warmRuns, refusedRuns, haltedRuns } = this;
    const retired = Object.values(this.#retirements).reduce((sum, count) => sum + count, 0);
    return {
      ...{ coldStarts, coldRuns, warmRuns, refusedRuns, haltedRuns },
      retirements: { ...this.#retirements },
      kills: { ...this.#kills },
      endedProcesses: { ...this.#kills, retired },
    };
  }
}

function createCounts<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
