import {
  type ActionLimits,
  AppError,
  type GuestError,
  type Logger,
  type RunnableAction,
  type RunReport,
  type RunRequest,
} from '@tessera/model';
import type { EgressPolicy } from '../egress/egress-policy.ts';
import { mapGuestError } from '../errors/map-guest-error.ts';
import type { SandboxLimits } from '../limits.ts';
import type { Preload } from '../protocol.ts';
import type { ArtifactCache } from './artifact-cache.ts';
import { DeadlineWheel } from './deadline-wheel.ts';
import type { GuestLink } from './guest-link.ts';
import { GuestProcess } from './guest-process.ts';
import { PendingRun } from './pending-run.ts';
import { PoolCounters, type PoolStats, type ProcessCounts } from './pool-stats.ts';
import { StandbyPool } from './standby-pool.ts';
import { TenantLane } from './tenant-lane.ts';
import type { ProcessSize } from './tenant-limits.ts';
import { TenantPlaces } from './tenant-places.ts';
import { TenantUse } from './tenant-use.ts';

export interface ActionPoolOptions {
  /** Starts a guest without a tenant. Throws when the machine cannot. */
  readonly startGuest: (size: ProcessSize, preload: Preload) => GuestLink;
  readonly artifacts: ArtifactCache;
  readonly egressPolicy: EgressPolicy;
  readonly limits: SandboxLimits;
  /** A tenant's own limits of this moment; asked before each run. */
  readonly limitsOf: (tenantId: string) => Partial<ActionLimits> | undefined;
  readonly logger: Logger;
}

/** How often idle processes are looked at. */
const IDLE_WATCH_MS = 1_000;

/** All processes and runs of the sandbox. */
export class ActionPool {
  readonly #options: ActionPoolOptions;
  readonly #standbys: StandbyPool<GuestLink>;
  readonly #wheel = new DeadlineWheel();
  readonly #lanes = new Map<string, TenantLane>();
  readonly #links = new Set<GuestLink>();
  readonly #counters = new PoolCounters();
  readonly #places: TenantPlaces<GuestProcess>;
  readonly #use: TenantUse;
  readonly #closers: (() => void)[] = [];
  readonly #guests = new Set<GuestProcess>();
  #activeRuns = 0;
  /** No new runs. */
  #isClosed = false;
  /** No new processes either. */
  #isEnding = false;
  #watch: NodeJS.Timeout | undefined;
  #watchesFast = false;
  #lookedAtIdle = performance.now();

  constructor(options: ActionPoolOptions) {
    this.#options = options;
    const { limits, logger } = options;
    this.#places = new TenantPlaces({
      count: limits.maxTenantProcesses,
      giveUp: () => this.#evictLeastUsed(),
    });
    this.#use = new TenantUse(limits.maxTenantProcesses);
    this.#standbys = new StandbyPool({
      start: (size, preload) => this.#start(size, preload),
      stop: (link, detail) => link.kill({ reason: 'retired', detail }),
      usualSize: limits,
      count: limits.standbys,
      maxStarts: limits.maxStarts,
      startTimeoutMs: limits.startTimeoutMs,
      logger,
    });
    this.#standbys.fill();
    this.#watchEvery(IDLE_WATCH_MS);
  }

  get stats(): PoolStats {
    const processes = this.#countProcesses();
    let queuedRuns = 0;
    for (const lane of this.#lanes.values()) queuedRuns += lane.queueLength;
    return {
      processes,
      tenantProcesses: this.#places.taken,
      standbys: processes.standby,
      activeRuns: this.#activeRuns,
      queuedRuns,
      waitingTenants: this.#places.waiting,
      ...this.#counters.totals,
    };
  }

  #countProcesses(): ProcessCounts {
    const counts = { idle: 0, busy: 0, draining: 0 };
    for (const guest of this.#guests) {
      if (!guest.isOpen) counts.draining += 1;
      else if (guest.isIdle) counts.idle += 1;
      else counts.busy += 1;
    }
    const { readyCount, startingCount } = this.#standbys;
    return { standby: readyCount, starting: startingCount, ...counts };
  }

  run(request: RunRequest): Promise<RunReport> {
    if (this.#isClosed) {
      return Promise.reject(describeClosing());
    }
    if (request.actions.length === 0)
      return Promise.resolve({ results: [], bootMs: 0, totalMs: 0 });
    this.#use.note(request.tenantId);
    const lane = this.#getLane(request.tenantId);
    const run = new PendingRun(request, (settled) => {
      this.#activeRuns -= 1;
      this.#wheel.delete(settled);
      lane.forget(settled);
      if (this.#activeRuns === 0) for (const resume of this.#closers.splice(0)) resume();
    });
    this.#activeRuns += 1;
    this.#wheel.add(run);
    if (!this.#watchesFast) {
      this.#watchesFast = true;
      this.#watchEvery(this.#options.limits.watchMs);
    }
    lane.submit(run);
    return run.promise;
  }

  async evictTenant(tenantId: string): Promise<void> {
    const lane = this.#lanes.get(tenantId);
    // A run that comes from now on gets a lane, and a process, of its own.
    this.#lanes.delete(tenantId);
    await lane?.close();
  }

  /** Resolves when some process is ready; rejects when none can be had. */
  async ping(): Promise<void> {
    if (this.#standbys.readyCount > 0) return;
    const link = await this.#standbys.take().catch((error: Error) => {
      throw this.#isEnding ? describeClosing() : describeStartFailure(error as Error);
    });
    this.#standbys.putBack(link);
  }

  /** Lets the runs under way end, for `closeMs` at most. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const isDone = this.#activeRuns === 0 || (await this.#waitForRuns());
    this.#isEnding = true;
    this.#standbys.close();
    this.#places.close();
    if (!isDone) await this.#endRuns();
    clearInterval(this.#watch);
    this.#wheel.close();
    for (const link of this.#links) link.kill({ reason: 'retired', detail: 'closing' });
    await Promise.all([...this.#links].map((link) => link.ended));
  }

  /** False when some are still under way after `closeMs`. */
  #waitForRuns(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), this.#options.limits.closeMs);
      this.#closers.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  async #endRuns(): Promise<void> {
    const { limits, logger } = this.#options;
    logger.warn({ runs: this.#activeRuns }, 'Runs of Actions were cut off: the server shuts down');
    const settled = new Promise<void>((resolve) => this.#closers.push(resolve));
    for (const guest of this.#guests)
      guest.abandon(`the server shuts down and waited ${limits.closeMs} ms for it`);
    await settled;
  }

  #start(size: ProcessSize, preload: Preload): GuestLink {
    const link = this.#options.startGuest(size, preload);
    this.#links.add(link);
    void link.ended.then((end) => {
      this.#links.delete(link);
      this.#counters.countEnd(end);
      // After everybody who waits for the end has read the journal.
      setImmediate(() => link.dispose());
    });
    return link;
  }

  #getLane(tenantId: string): TenantLane {
    const known = this.#lanes.get(tenantId);
    if (known !== undefined) return known;
    const { limits, limitsOf, logger } = this.#options;
    const lane = new TenantLane({
      ...{ tenantId, limits, limitsOf, logger, counters: this.#counters },
      takeProcess: (owner) => this.#takeProcess(tenantId, owner),
      onIdle: () => this.#places.makeRoom(),
    });
    this.#lanes.set(tenantId, lane);
    return lane;
  }

  async #takeProcess(tenantId: string, lane: TenantLane): Promise<GuestProcess | undefined> {
    const preload = await this.#options.artifacts.findPreload(tenantId, lane.nextHashes);
    await this.#places.acquire();
    const { limits } = lane;
    let link: GuestLink | undefined;
    try {
      if (!lane.isIdle) link = await this.#standbys.take({ size: limits, preload });
    } catch (error) {
      this.#places.release();
      throw this.#isEnding ? describeClosing() : describeStartFailure(error as Error);
    }
    if (link === undefined || lane.isIdle) {
      // The runs that it was for have gone past their deadlines.
      this.#places.release();
      if (link !== undefined) this.#standbys.putBack(link, limits);
      return undefined;
    }
    this.#counters.coldStarts += 1;
    const guest: GuestProcess = new GuestProcess({
      link,
      tenantId,
      egressPolicy: this.#options.egressPolicy,
      artifacts: this.#options.artifacts,
      limits,
      logger: this.#options.logger,
      mapError: (action, error) => this.#mapError(tenantId, action, error),
      onFree: () => lane.onFree(),
      onEnd: (end, last) => {
        this.#guests.delete(guest);
        this.#places.release(guest);
        lane.onProcessEnd(guest, end, last);
      },
    });
    this.#guests.add(guest);
    return guest;
  }

  /** When others wait, the idle tenant that is used least gives its process up. */
  #evictLeastUsed(): GuestProcess | undefined {
    let least: { readonly lane: TenantLane; readonly process: GuestProcess } | undefined;
    let leastScore = Number.POSITIVE_INFINITY;
    for (const [tenantId, lane] of this.#lanes) {
      const { process } = lane;
      if (!lane.isIdle || process?.isOpen !== true) continue;
      const score = this.#use.scoreOf(tenantId);
      if (score >= leastScore) continue;
      leastScore = score;
      least = { lane, process };
    }
    least?.lane.retire('evicted');
    return least?.process;
  }

  #mapError(tenantId: string, action: RunnableAction, error: GuestError): GuestError {
    const bundle = this.#options.artifacts.peek(tenantId, action.artifactHash);
    return mapGuestError(error, bundle === undefined ? [] : [bundle]);
  }

  #watchEvery(intervalMs: number): void {
    clearInterval(this.#watch);
    this.#watch = setInterval(() => this.#look(), intervalMs);
    this.#watch.unref();
  }

  #look(): void {
    for (const guest of this.#guests) if (!guest.isIdle) guest.checkMemory();
    const now = performance.now();
    // A timer may come a little early.
    if (now - this.#lookedAtIdle < IDLE_WATCH_MS * 0.9) return;
    this.#lookedAtIdle = now;
    for (const guest of this.#guests) {
      guest.checkMemory();
      guest.checkIdleCpu();
      guest.rest();
    }
    const idleSince = now - this.#options.limits.idleMs;
    for (const [tenantId, lane] of this.#lanes) {
      if (lane.isEmpty) this.#lanes.delete(tenantId);
      else if (lane.isIdle && (lane.process?.lastUsedAt ?? Infinity) < idleSince)
        lane.retire('idle');
    }
    if (this.#activeRuns === 0 && this.#watchesFast) {
      this.#watchesFast = false;
      this.#watchEvery(IDLE_WATCH_MS);
    }
  }
}

function describeClosing(): AppError {
  return new AppError('sandbox_unavailable', 'The sandbox is closing.');
}

function describeStartFailure(error: Error): AppError {
  return new AppError('sandbox_unavailable', 'No sandbox process can be started.', {
    detail: error.message,
    cause: error,
  });
}
