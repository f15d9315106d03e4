import type { ActionResult, RunReport, RunRequest } from '@tessera/model';
import type { Deadline } from './deadline-wheel.ts';

/** One call of `run()`, from its arrival until its report. */
export class PendingRun implements Deadline {
  readonly request: RunRequest;
  readonly promise: Promise<RunReport>;
  readonly dueAt: number;
  readonly arrivedAt = performance.now();
  readonly arrivedAtMs = Date.now();
  /** Hashes of the artifacts that it needs. */
  readonly hashes: readonly string[];
  /** Set when the run was sent to a process. */
  id = 0;
  /** Time to get and prepare a process; 0 when it was warm. */
  bootMs = 0;
  /** It waits for a process or a bundle, not only for a place. */
  isCold = false;
  /** A process died under it before it had started; it happens to a run once. */
  isRetry = false;
  hostCalls = 0;
  onDue: () => void = () => {};
  #isSettled = false;
  readonly #resolve: (report: RunReport) => void;
  readonly #reject: (error: Error) => void;
  readonly #onSettled: (run: PendingRun) => void;

  constructor(request: RunRequest, onSettled: (run: PendingRun) => void) {
    this.request = request;
    this.hashes = request.actions.map((action) => action.artifactHash);
    this.dueAt = this.arrivedAt + request.timeoutMs;
    this.#onSettled = onSettled;
    const { promise, resolve, reject } = Promise.withResolvers<RunReport>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  settle(results: readonly ActionResult[]): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#onSettled(this);
    this.#resolve({ results, bootMs: this.bootMs, totalMs: performance.now() - this.arrivedAt });
  }

  refuse(error: Error): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#onSettled(this);
    this.#reject(error);
  }
}
