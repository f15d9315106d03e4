import {
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
import type { ArtifactCache } from './artifact-cache.ts';
import { DeadlineWheel } from './deadline-wheel.ts';
import type { GuestEnd, GuestLink } from './guest-link.ts';
import { GuestProcess } from './guest-process.ts';
import { PendingRun } from './pending-run.ts';
import { StandbyPool } from './standby-pool.ts';
import { TenantLane } from './tenant-lane.ts';

export interface ActionPoolOptions {
  /** Starts a guest without a tenant. Throws when the machine cannot. */
  readonly startGuest: () => GuestLink;
  readonly artifacts: ArtifactCache;
  readonly egressPolicy: EgressPolicy;
  readonly limits: SandboxLimits;
  readonly logger: Logger;
}

/** Numbers for metrics. */
export interface PoolStats {
  readonly tenantProcesses: number;
  readonly standbys: number;
  readonly activeRuns: number;
  /** Processes ended since the start, by reason; `retired` ones did nothing wrong. */
  readonly endedProcesses: Readonly<Record<GuestEnd['reason'], number>>;
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
  readonly #ended = { time: 0, memory: 0, output: 0, process: 0, retired: 0 };
  /** Tenants that wait until another gives its process up. */
  readonly #waiting: (() => void)[] = [];
  readonly #closers: (() => void)[] = [];
  readonly #guests = new Set<GuestProcess>();
  #taken = 0;
  #activeRuns = 0;
  #isClosed = false;
  #watch: NodeJS.Timeout | undefined;
  #watchesFast = false;
  #lookedAtIdle = performance.now();

  constructor(options: ActionPoolOptions) {
    this.#options = options;
    const { limits, logger } = options;
    this.#standbys = new StandbyPool({
      start: () => this.#start(),
      stop: (link, detail) => link.kill({ reason: 'retired', detail }),
      count: limits.standbys,
      maxStarts: limits.maxStarts,
      startTimeoutMs: limits.startTimeoutMs,
      logger,
    });
    this.#standbys.fill();
    this.#watchEvery(IDLE_WATCH_MS);
  }

  get stats(): PoolStats {
    return {
      tenantProcesses: this.#taken,
      standbys: this.#standbys.readyCount,
      activeRuns: this.#activeRuns,
      endedProcesses: { ...this.#ended },
    };
  }

  run(request: RunRequest): Promise<RunReport> {
    if (this.#isClosed) {
      return Promise.reject(new AppError('sandbox_unavailable', 'The sandbox is closing.'));
    }
    if (request.actions.length === 0)
      return Promise.resolve({ results: [], bootMs: 0, totalMs: 0 });
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
      throw describeStartFailure(error as Error);
    });
    this.#standbys.putBack(link);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#activeRuns > 0) await new Promise<void>((resolve) => this.#closers.push(resolve));
    clearInterval(this.#watch);
    this.#wheel.close();
    this.#standbys.close();
    for (const wake of this.#waiting.splice(0)) wake();
    for (const link of this.#links) link.kill({ reason: 'retired', detail: 'closing' });
    await Promise.all([...this.#links].map((link) => link.ended));
  }

  #start(): GuestLink {
    const link = this.#options.startGuest();
    this.#links.add(link);
    void link.ended.then((end) => {
      this.#links.delete(link);
      this.#ended[end.reason] += 1;
      // After everybody who waits for the end has read the journal.
      setImmediate(() => link.dispose());
    });
    return link;
  }

  #getLane(tenantId: string): TenantLane {
    const known = this.#lanes.get(tenantId);
    if (known !== undefined) {
      // The map's order is the order of use.
      if (this.#taken >= this.#options.limits.maxTenantProcesses) {
        this.#lanes.delete(tenantId);
        this.#lanes.set(tenantId, known);
      }
      return known;
    }
    const lane = new TenantLane({
      tenantId,
      limits: this.#options.limits,
      logger: this.#options.logger,
      takeProcess: (owner) => this.#takeProcess(tenantId, owner),
      onIdle: () => this.#makeRoom(),
    });
    this.#lanes.set(tenantId, lane);
    return lane;
  }

  async #takeProcess(tenantId: string, lane: TenantLane): Promise<GuestProcess | undefined> {
    const { limits } = this.#options;
    while (this.#taken >= limits.maxTenantProcesses && !this.#isClosed) {
      const isFreed = new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.#makeRoom();
      await isFreed;
    }
    this.#taken += 1;
    let link: GuestLink;
    try {
      link = await this.#standbys.take();
    } catch (error) {
      this.#release();
      throw describeStartFailure(error as Error);
    }
    if (lane.isIdle) {
      // The runs that it was for have gone past their deadlines.
      this.#release();
      this.#standbys.putBack(link);
      return undefined;
    }
    const guest: GuestProcess = new GuestProcess({
      link,
      tenantId,
      egressPolicy: this.#options.egressPolicy,
      artifacts: this.#options.artifacts,
      limits,
      logger: this.#options.logger,
      mapError: (action, error) => this.#mapError(tenantId, action, error),
      onFree: () => lane.onFree(),
      onEnd: (end, unstarted) => {
        this.#guests.delete(guest);
        this.#release();
        lane.onProcessEnd(guest, end, unstarted);
      },
    });
    this.#guests.add(guest);
    return guest;
  }

  #release(): void {
    this.#taken -= 1;
    this.#waiting.shift()?.();
  }

  /** When others wait, the tenant that was idle longest gives its process up. */
  #makeRoom(): void {
    if (this.#waiting.length === 0) return;
    for (const lane of this.#lanes.values()) {
      if (!lane.isIdle || lane.process === undefined) continue;
      lane.retire();
      return;
    }
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
    }
    const idleSince = now - this.#options.limits.idleMs;
    for (const [tenantId, lane] of this.#lanes) {
      if (lane.isEmpty) this.#lanes.delete(tenantId);
      else if (lane.isIdle && (lane.process?.lastUsedAt ?? Infinity) < idleSince) lane.retire();
    }
    if (this.#activeRuns === 0 && this.#watchesFast) {
      this.#watchesFast = false;
      this.#watchEvery(IDLE_WATCH_MS);
    }
  }
}

function describeStartFailure(error: Error): AppError {
  return new AppError('sandbox_unavailable', 'No sandbox process can be started.', {
    detail: error.message,
    cause: error,
  });
}
