import {
  type ActionLimits,
  type ActionResult,
  AppError,
  type Logger,
  type RunLimit,
} from '@tessera/model';
import type { SandboxLimits } from '../limits.ts';
import { buildCutResults } from './build-results.ts';
import { DeathRecord } from './death-record.ts';
import type { GuestEnd } from './guest-link.ts';
import type { GuestProcess, LastMoments } from './guest-process.ts';
import type { PendingRun } from './pending-run.ts';
import type { PoolCounters, RetireReason } from './pool-stats.ts';
import { applyTenantLimits, isSameForProcess } from './tenant-limits.ts';

export interface TenantLaneOptions {
  readonly tenantId: string;
  /** The sandbox's; the tenant's own go over them. */
  readonly limits: SandboxLimits;
  readonly limitsOf: (tenantId: string) => Partial<ActionLimits> | undefined;
  readonly counters: PoolCounters;
  readonly logger: Logger;
  /**
   * Gets a fresh process for the tenant; none when nothing waits for it any more. Rejects with
   * `sandbox_unavailable`.
   */
  readonly takeProcess: (lane: TenantLane) => Promise<GuestProcess | undefined>;
  /** The lane has nothing to do any more; its process may be given up. */
  readonly onIdle: () => void;
}

/** Runs wait for a delayed process up to this; for a longer delay they are told why there is none. */
const MAX_WAIT_MS = 1_000;

/** One tenant's way through the sandbox: its process, and the runs that wait for it. */
export class TenantLane {
  readonly #options: TenantLaneOptions;
  readonly #queue: PendingRun[] = [];
  readonly #runs = new Set<PendingRun>();
  #process: GuestProcess | undefined;
  /** Processes that finish their runs and take no more. */
  readonly #draining = new Set<GuestProcess>();
  #isPumping = false;
  readonly #deaths = new DeathRecord();
  /** Deaths that the next process was delayed for already. */
  #deathsServed = 0;
  /** No process starts, and no run waits for one, before this. */
  #haltedUntil = 0;
  #wakeUps: (() => void)[] = [];
  #own: Partial<ActionLimits> | undefined;
  #limits: SandboxLimits;

  constructor(options: TenantLaneOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#refreshLimits();
  }

  /** Those that hold for the tenant now. */
  get limits(): SandboxLimits {
    return this.#limits;
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  get isIdle(): boolean {
    return this.#runs.size === 0;
  }

  /** Artifacts of the run that waits longest. */
  get nextHashes(): Iterable<string> {
    return this.#queue[0]?.hashes ?? [];
  }

  get process(): GuestProcess | undefined {
    return this.#process;
  }

  get processes(): readonly GuestProcess[] {
    return this.#process === undefined ? [...this.#draining] : [this.#process, ...this.#draining];
  }

  submit(run: PendingRun): void {
    this.#refreshLimits();
    const { maxTenantRuns } = this.#limits;
    if (this.#runs.size >= maxTenantRuns) {
      this.#options.counters.refusedRuns += 1;
      run.refuse(
        new AppError(
          'too_many_runs',
          `The tenant has ${this.#runs.size} runs of Actions under way or waiting (limit ${maxTenantRuns}). Try again in a moment.`,
        ),
      );
      return;
    }
    this.#runs.add(run);
    run.onDue = () => this.#expire(run);
    const isWarm = this.#process?.isWarmFor(run) === true;
    if (isWarm && this.#process?.hasRoom) {
      this.#options.counters.warmRuns += 1;
      this.#process.start(run);
      return;
    }
    run.isCold = !isWarm;
    if (run.isCold && performance.now() < this.#haltedUntil) {
      this.#halt(run);
      return;
    }
    this.#queue.push(run);
    void this.#pump();
  }

  /** Takes up the tenant's limits of this moment; a process that was made for others is replaced. */
  #refreshLimits(): void {
    const own = this.#options.limitsOf(this.#options.tenantId);
    if (own === this.#own) return;
    this.#own = own;
    this.#limits = applyTenantLimits(this.#options.limits, own);
    if (this.#process !== undefined && !this.#suits(this.#process)) this.retire('limits');
  }

  #suits(process: GuestProcess): boolean {
    return isSameForProcess(process.limits, this.#limits);
  }

  /** A run has its report. */
  forget(run: PendingRun): void {
    this.#runs.delete(run);
    if (this.isIdle) {
      for (const wake of this.#wakeUps.splice(0)) wake();
      this.#options.onIdle();
    }
  }

  /** True when forgetting the lane loses nothing. */
  get isEmpty(): boolean {
    const isQuiet = this.isIdle && !this.#isPumping && this.processes.length === 0;
    return isQuiet && this.#deaths.count() === 0;
  }

  /** Gives up everything once the runs under way are done. The pool sends no new ones. */
  async close(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.#wakeUps.push(resolve));
    const { processes } = this;
    this.retire('tenant');
    await Promise.all(processes.map((process) => process.ended));
  }

  /** Gives the process up; runs under way end in it. */
  retire(reason: RetireReason): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    this.#draining.add(process);
    process.drain(reason);
  }

  /** A place in a process became free. */
  onFree(): void {
    if (this.#queue.length > 0) void this.#pump();
  }

  /** One of the lane's processes is dead. */
  onProcessEnd(
    process: GuestProcess,
    end: GuestEnd,
    { unstarted, actionNames }: LastMoments,
  ): void {
    this.#draining.delete(process);
    if (this.#process === process) this.#process = undefined;
    if (end.reason !== 'retired') {
      this.#deaths.note(actionNames);
      const { tenantId, logger } = this.#options;
      logger.warn(
        { tenantId, reason: end.reason, detail: end.detail },
        'A sandbox process was ended',
      );
    }
    // They had not begun, so running them again cannot do anything twice.
    for (const run of unstarted) {
      run.isRetry = true;
      this.#queue.unshift(run);
    }
    if (this.#queue.length > 0) void this.#pump();
  }

  /** Brings waiting runs into a process. One at a time: two pumps would take two processes. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#queue.length > 0) {
        const process = await this.#getProcess();
        // Nobody waited when it came; somebody may by now.
        if (process === undefined) continue;
        const run = this.#queue[0];
        if (run === undefined || !process.hasRoom) break;
        const missing = await process.prepare(run);
        // Time passed: the run may have gone past its deadline, the process may have died.
        if (this.#queue[0] !== run || !process.isOpen) continue;
        if (missing === undefined && !process.hasRoom) break;
        this.#queue.shift();
        if (missing === undefined) {
          this.#count(run);
          process.start(run);
        } else {
          run.settle(describeMissing(run));
        }
      }
    } catch (error) {
      this.#refuseAll(error as Error);
    } finally {
      this.#isPumping = false;
    }
  }

  #count(run: PendingRun): void {
    const { counters } = this.#options;
    if (run.isCold) {
      run.bootMs = performance.now() - run.arrivedAt;
      counters.coldRuns += 1;
    } else counters.warmRuns += 1;
  }

  async #getProcess(): Promise<GuestProcess | undefined> {
    if (this.#process?.isOpen) return this.#process;
    // It says itself why it takes no more.
    this.retire('surplus');
    if (!(await this.#backOff())) return undefined;
    const process = await this.#options.takeProcess(this);
    this.#process = process;
    if (process === undefined || this.#suits(process)) return process;
    // The limits changed while it was on its way.
    this.retire('limits');
    return undefined;
  }

  /**
   * A tenant whose code keeps killing its processes waits, longer each time, and others do not. Answers
   * false when the wait is too long for the runs at hand; those are ended.
   */
  async #backOff(): Promise<boolean> {
    const delayMs = this.#deaths.getDelayMs(this.#limits.maxDeathsPerMinute);
    // After a wait one process may show that the code does better now.
    if (delayMs === 0 || this.#deaths.total === this.#deathsServed) return true;
    this.#deathsServed = this.#deaths.total;
    const { tenantId, logger } = this.#options;
    logger.warn(
      { tenantId, deaths: this.#deaths.count(), delayMs },
      'The processes of a tenant keep ending; the next one is delayed',
    );
    if (delayMs <= MAX_WAIT_MS) {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      return true;
    }
    this.#haltedUntil = performance.now() + delayMs;
    for (const run of this.#queue.splice(0)) this.#halt(run);
    return false;
  }

  /** Ends a run at once, as a value that says which Actions keep ending the process. */
  #halt(run: PendingRun): void {
    this.#options.counters.haltedRuns += 1;
    const seconds = Math.ceil((this.#haltedUntil - performance.now()) / 1000);
    run.settle(
      buildUnstartedResults(run, {
        limit: 'process',
        message: `The process of the tenant's Actions ended ${this.#deaths.count()} times within a minute (limit ${this.#limits.maxDeathsPerMinute}): ${this.#deaths.describe()}. The next one starts in ${seconds} s at the earliest.`,
      }),
    );
  }

  #expire(run: PendingRun): void {
    const place = this.#queue.indexOf(run);
    if (place === -1) {
      this.processes.find((process) => process.owns(run))?.killForTime(run);
      return;
    }
    this.#queue.splice(place, 1);
    run.settle(
      buildUnstartedResults(run, {
        limit: 'time',
        message: `The run waited ${run.request.timeoutMs} ms for a process and did not start.`,
      }),
    );
  }

  #refuseAll(error: Error): void {
    const refusal =
      error instanceof AppError
        ? error
        : new AppError('sandbox_unavailable', 'The sandbox cannot run Actions now.', {
            detail: error.message,
            cause: error,
          });
    for (const run of this.#queue.splice(0)) run.refuse(refusal);
  }
}

function describeMissing(run: PendingRun): readonly ActionResult[] {
  return buildUnstartedResults(run, {
    limit: 'process',
    message: 'The build of an Action of this run is missing. Deploy the Action again.',
  });
}

function buildUnstartedResults(
  run: PendingRun,
  end: { readonly limit: RunLimit; readonly message: string },
): readonly ActionResult[] {
  return buildCutResults(run, {
    ...end,
    journal: [],
    listRequests: () => [],
    maxConsoleBytes: 0,
    mapError: (_action, error) => error,
  });
}
