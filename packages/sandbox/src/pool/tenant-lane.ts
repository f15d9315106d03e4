import { AppError, type Logger } from '@tessera/model';
import type { SandboxLimits } from '../limits.ts';
import { buildCutResults } from './build-results.ts';
import type { GuestEnd } from './guest-link.ts';
import type { GuestProcess } from './guest-process.ts';
import type { PendingRun } from './pending-run.ts';

export interface TenantLaneOptions {
  readonly tenantId: string;
  readonly limits: SandboxLimits;
  readonly logger: Logger;
  /**
   * Gets a fresh process for the tenant; none when nothing waits for it any more. Rejects with
   * `sandbox_unavailable`.
   */
  readonly takeProcess: (lane: TenantLane) => Promise<GuestProcess | undefined>;
  /** The lane has nothing to do any more; its process may be given up. */
  readonly onIdle: () => void;
}

const MINUTE_MS = 60_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/** One tenant's way through the sandbox: its process, and the runs that wait for it. */
export class TenantLane {
  readonly #options: TenantLaneOptions;
  readonly #queue: PendingRun[] = [];
  readonly #runs = new Set<PendingRun>();
  #process: GuestProcess | undefined;
  /** Processes that finish their runs and take no more. */
  readonly #draining = new Set<GuestProcess>();
  #isPumping = false;
  #deaths: number[] = [];
  #wakeUps: (() => void)[] = [];

  constructor(options: TenantLaneOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#runs.size === 0;
  }

  get process(): GuestProcess | undefined {
    return this.#process;
  }

  get processes(): readonly GuestProcess[] {
    return this.#process === undefined ? [...this.#draining] : [this.#process, ...this.#draining];
  }

  submit(run: PendingRun): void {
    this.#runs.add(run);
    run.onDue = () => this.#expire(run);
    const isWarm = this.#process?.isWarmFor(run) === true;
    if (isWarm && this.#process?.hasRoom) {
      this.#process.start(run);
      return;
    }
    run.isCold = !isWarm;
    if (this.#queue.length >= this.#options.limits.maxQueuedRuns) {
      const { maxQueuedRuns } = this.#options.limits;
      run.refuse(
        new AppError(
          'sandbox_unavailable',
          `More than ${maxQueuedRuns} runs of the tenant are waiting.`,
        ),
      );
      return;
    }
    this.#queue.push(run);
    void this.#pump();
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
    return isQuiet && this.#countDeaths() === 0;
  }

  /** Gives up everything once the runs under way are done. The pool sends no new ones. */
  async close(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.#wakeUps.push(resolve));
    const { processes } = this;
    this.retire();
    await Promise.all(processes.map((process) => process.ended));
  }

  /** Gives the process up; runs under way end in it. */
  retire(): void {
    this.#process?.drain();
    if (this.#process !== undefined) this.#draining.add(this.#process);
    this.#process = undefined;
  }

  /** A place in a process became free. */
  onFree(): void {
    if (this.#queue.length > 0) void this.#pump();
  }

  /** One of the lane's processes is dead. */
  onProcessEnd(process: GuestProcess, end: GuestEnd, unstarted: readonly PendingRun[]): void {
    this.#draining.delete(process);
    if (this.#process === process) this.#process = undefined;
    if (end.reason !== 'retired') {
      this.#deaths.push(performance.now());
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
          if (run.isCold) run.bootMs = performance.now() - run.arrivedAt;
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

  async #getProcess(): Promise<GuestProcess | undefined> {
    if (this.#process?.isOpen) return this.#process;
    this.retire();
    await this.#backOff();
    this.#process = await this.#options.takeProcess(this);
    return this.#process;
  }

  /** A tenant whose code keeps killing its processes waits, longer each time, and others do not. */
  async #backOff(): Promise<void> {
    const { maxDeathsPerMinute, logger } = { ...this.#options.limits, ...this.#options };
    const excess = this.#countDeaths() - maxDeathsPerMinute;
    if (excess <= 0) return;
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** excess, MAX_DELAY_MS);
    logger.warn(
      { tenantId: this.#options.tenantId, deaths: this.#deaths.length, delayMs },
      'The processes of a tenant keep ending; the next one is delayed',
    );
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }

  #countDeaths(): number {
    const since = performance.now() - MINUTE_MS;
    this.#deaths = this.#deaths.filter((time) => time > since);
    return this.#deaths.length;
  }

  #expire(run: PendingRun): void {
    const place = this.#queue.indexOf(run);
    if (place === -1) {
      this.processes.find((process) => process.owns(run))?.killForTime(run);
      return;
    }
    this.#queue.splice(place, 1);
    run.settle(
      buildCutResults(run, {
        journal: [],
        limit: 'time',
        message: `The run waited ${run.request.timeoutMs} ms for a process and did not start.`,
        listRequests: () => [],
        mapError: (_action, error) => error,
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

function describeMissing(run: PendingRun) {
  return buildCutResults(run, {
    journal: [],
    limit: 'process',
    message: 'The build of an Action of this run is missing. Deploy the Action again.',
    listRequests: () => [],
    mapError: (_action, error) => error,
  });
}
