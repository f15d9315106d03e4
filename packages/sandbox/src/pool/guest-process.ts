import type { GuestError, Logger, RunnableAction } from '@tessera/model';
import { encodeFrame } from '../channel/frame.ts';
import { ProtocolViolation } from '../channel/parse-guest-message.ts';
import { RateCap } from '../channel/rate-cap.ts';
import { EgressBroker } from '../egress/egress-broker.ts';
import type { EgressPolicy } from '../egress/egress-policy.ts';
import type { SandboxLimits } from '../limits.ts';
import type { GuestMessage, JournalEntry } from '../protocol.ts';
import { answerCall, type CallFrame } from './answer-call.ts';
import type { ArtifactCache } from './artifact-cache.ts';
import { buildCutResults, buildResults, hasStarted } from './build-results.ts';
import type { GuestEnd, GuestLink } from './guest-link.ts';
import type { PendingRun } from './pending-run.ts';
import type { RetireReason } from './pool-stats.ts';
import { ProcessWatch } from './process-watch.ts';
import { readJournal } from './read-journal.ts';

export interface GuestProcessOptions {
  readonly link: GuestLink;
  readonly tenantId: string;
  readonly egressPolicy: EgressPolicy;
  readonly artifacts: ArtifactCache;
  readonly limits: SandboxLimits;
  readonly logger: Logger;
  readonly mapError: (action: RunnableAction, error: GuestError) => GuestError;
  /** A run ended in the ordinary way, and its place is free. */
  readonly onFree: () => void;
  readonly onEnd: (end: GuestEnd, last: LastMoments) => void;
}

/** What a process leaves when it is dead. */
export interface LastMoments {
  /** Runs that it never began. */
  readonly unstarted: readonly PendingRun[];
  /** Names of the Actions that ran then and that it may have died of. */
  readonly actionNames: readonly string[];
}

/** Messages a second that belong to no run under way; honest ones are a handful. */
const MAX_IDLE_TALK = 500;
const MAX_IDLE_TALK_BYTES = 64 * 1024;
/**
 * Memory is looked at between runs too, at most this often: a leak of a megabyte per run would go from
 * harmless to deadly between two looks of the pool, and a look at every run would cost 2 % of it.
 */
const LOOK_BETWEEN_RUNS_MS = 5;
/** Collecting takes 10 to 30 ms, which must not fall between the runs of one login. */
const REST_AFTER_MS = 2_000;

/** A guest process with the one tenant that it serves for the rest of its life. */
export class GuestProcess {
  readonly #options: GuestProcessOptions;
  readonly #link: GuestLink;
  readonly #runs = new Map<number, PendingRun>();
  /** Runs that a limit of their own ended; the others of a killed process are bystanders. */
  readonly #offenders = new Set<PendingRun>();
  readonly #loaded = new Set<string>();
  readonly #cachesConsidered = new Set<string>();
  readonly #cachesAsked = new Set<string>();
  readonly #watch: ProcessWatch;
  readonly #broker: EgressBroker;
  readonly #idleTalk = new RateCap(MAX_IDLE_TALK);
  #lastRunId = 0;
  #retirement: RetireReason | undefined;
  /** It gave memory back after the run that ended then. */
  #restedAfter = 0;
  lastUsedAt = performance.now();

  constructor(options: GuestProcessOptions) {
    this.#options = options;
    this.#link = options.link;
    this.#watch = new ProcessWatch(options.link, options.limits);
    this.#broker = new EgressBroker({
      channel: options.link.egress,
      tenantId: options.tenantId,
      policy: options.egressPolicy,
      limits: options.limits,
      logger: options.logger,
      findAction: (run, place) => this.#runs.get(run)?.request.actions[place],
      onViolation: (detail) => this.#link.kill({ reason: 'process', detail }),
    });
    this.#link.onMessage = (message, bytes) => this.#receive(message, bytes);
    void this.#link.ended.then((end) => this.#bury(end));
    const { maxConsoleBytes, maxResultBytes } = options.limits;
    // What it was started with may have been for other tenants.
    this.#link.send({ t: 'limits', limits: { maxConsoleBytes, maxResultBytes } });
  }

  get limits(): SandboxLimits {
    return this.#options.limits;
  }

  get isIdle(): boolean {
    return this.#runs.size === 0;
  }

  /** True when it takes new runs of its tenant. */
  get isOpen(): boolean {
    return this.#retirement === undefined && !this.#link.isOver;
  }

  get hasRoom(): boolean {
    return this.#runs.size < this.#options.limits.maxConcurrentRuns;
  }

  /** True when nothing needs to be sent before the run. */
  isWarmFor(run: PendingRun): boolean {
    if (!this.isOpen) return false;
    for (const hash of run.hashes) if (!this.#loaded.has(hash)) return false;
    return true;
  }

  owns(run: PendingRun): boolean {
    return this.#runs.get(run.id) === run;
  }

  /** Sends the bundles that the run needs. Answers the first hash that does not exist. */
  async prepare(run: PendingRun): Promise<string | undefined> {
    for (const hash of run.hashes) {
      if (this.#loaded.has(hash)) continue;
      const artifact = await this.#options.artifacts.load(this.#options.tenantId, hash);
      if (artifact === undefined) return hash;
      if (this.#loaded.has(hash)) continue;
      this.#loaded.add(hash);
      this.#link.sendFrame(artifact.frame);
    }
    return undefined;
  }

  /** Must not await: the caller looked for room in this same turn. */
  start(run: PendingRun): void {
    const { request } = run;
    const event = JSON.stringify(request.event);
    if (event.length > this.#options.limits.maxEventBytes) {
      const { maxEventBytes } = this.#options.limits;
      const detail = `an event of ${event.length} bytes (limit ${maxEventBytes})`;
      run.settle(this.#cut(run, [], { reason: 'output', detail }));
      return;
    }
    this.#lastRunId += 1;
    run.id = this.#lastRunId;
    this.#runs.set(run.id, run);
    this.#broker.noteActions(request.actions);
    const head = JSON.stringify({
      t: 'run',
      id: run.id,
      triggerId: request.triggerId,
      firstHandler: request.firstHandler,
      canRedirect: request.canRedirect === true,
      backgroundMs: request.backgroundMs ?? 0,
      actions: request.actions,
    });
    this.#link.sendFrame(encodeFrame(`${head.slice(0, -1)},"event":${event}}`));
  }

  /** Ends the process because this run went past its time. */
  killForTime(run: PendingRun): void {
    this.#offenders.add(run);
    this.#link.kill({ reason: 'time', detail: `a run went past ${run.request.timeoutMs} ms` });
  }

  /** Takes no new runs and ends when those under way are done. */
  drain(reason: RetireReason): void {
    this.#retirement ??= reason;
    if (this.isIdle) this.#link.kill({ reason: 'retired', detail: this.#retirement });
  }

  /** Ends it although runs are under way, which end with it. */
  abandon(detail: string): void {
    this.#link.kill(
      this.isIdle ? { reason: 'retired', detail: 'closing' } : { reason: 'process', detail },
    );
  }

  get ended(): Promise<GuestEnd> {
    return this.#link.ended;
  }

  /** Looks at memory and temporary files: kills a process over a limit, replaces one that comes near it. */
  checkMemory(): void {
    const verdict = this.#watch.judge();
    if (verdict === 'grown') this.drain('memory');
    else if (verdict !== 'well') this.#link.kill(verdict.kill);
  }

  /** Lets a process that has been idle for a moment give back what its runs left behind. */
  rest(): void {
    if (!this.isIdle || this.#restedAfter === this.lastUsedAt) return;
    if (performance.now() - this.lastUsedAt < REST_AFTER_MS) return;
    this.#restedAfter = this.lastUsedAt;
    this.#link.send({ t: 'rest' });
  }

  /**
   * Retires a process that goes on working although no run is under way: work that an action left
   * running must not use up the machine.
   */
  checkIdleCpu(): void {
    if (this.isIdle && this.#watch.worksOnIdle(this.lastUsedAt)) this.drain('idle-work');
  }

  #receive(message: GuestMessage, bytes: number): void {
    switch (message.t) {
      case 'result': {
        if (bytes > 2 * this.#options.limits.maxResultBytes) {
          this.#link.kill({ reason: 'output', detail: `results of ${bytes} bytes` });
          return;
        }
        const run = this.#take(message.id);
        const { length } = message.results;
        // None at all would read as a run in which no Action had anything against it.
        if (length === 0 || length > run.request.actions.length) {
          this.#runs.set(run.id, run);
          throw new ProtocolViolation(`${length} results of ${run.request.actions.length} Actions`);
        }
        if (message.tainted === true) this.#retirement ??= 'tainted';
        run.settle(buildResults(run, message.results, this.#toolsFor(run)));
        this.#afterRun(run);
        return;
      }
      case 'oversized': {
        const run = this.#take(message.id);
        run.settle(
          this.#cut(run, [], {
            reason: 'output',
            detail: `results of ${message.bytes} bytes (limit ${this.#options.limits.maxResultBytes})`,
          }),
        );
        this.#afterRun(run);
        return;
      }
      case 'call':
        this.#answer(message, bytes);
        return;
      case 'tainted':
        this.#countIdleTalk(bytes);
        this.drain('tainted');
        return;
      case 'cached':
        if (!this.#cachesAsked.delete(message.hash))
          throw new ProtocolViolation('an unasked cache');
        this.#options.artifacts.addCodeCache(this.#options.tenantId, message.hash, message.data);
        return;
      default:
        throw new ProtocolViolation(`an unexpected ${message.t}`);
    }
  }

  #take(id: number): PendingRun {
    const run = this.#runs.get(id);
    if (run === undefined) throw new ProtocolViolation('an answer to a run that is not under way');
    this.#runs.delete(id);
    return run;
  }

  #afterRun(run: PendingRun): void {
    const { limits, onFree } = this.#options;
    this.#broker.forgetRun(run.id);
    this.lastUsedAt = performance.now();
    if (this.#lastRunId >= limits.maxRunsPerProcess) this.#retirement ??= 'runs';
    if (this.#loaded.size > limits.maxVersionsPerProcess) this.#retirement ??= 'versions';
    if (this.lastUsedAt - this.#watch.lookedAt > LOOK_BETWEEN_RUNS_MS) this.checkMemory();
    if (this.#retirement !== undefined) this.drain(this.#retirement);
    else if (this.isIdle) this.#askForCodeCaches(run);
    onFree();
  }

  /** Making one takes a few milliseconds; only while no run waits for them, and once per bundle. */
  #askForCodeCaches(run: PendingRun): void {
    const { artifacts, tenantId } = this.#options;
    for (const hash of run.hashes) {
      if (this.#cachesConsidered.has(hash)) continue;
      this.#cachesConsidered.add(hash);
      if (!artifacts.wantsCodeCache(tenantId, hash)) continue;
      this.#cachesAsked.add(hash);
      this.#link.send({ t: 'cache', hash });
    }
  }

  #answer(call: CallFrame['call'], bytes: number): void {
    const run = this.#runs.get(call.run);
    if (run === undefined) {
      // Asked by work that was left running; its run has its results already.
      this.#countIdleTalk(bytes);
      return;
    }
    const { maxHostCalls } = this.#options.limits;
    void answerCall({ call, bytes }, { run, link: this.#link, maxHostCalls });
  }

  #countIdleTalk(bytes: number): void {
    if (bytes > MAX_IDLE_TALK_BYTES || !this.#idleTalk.take())
      this.#link.kill({ reason: 'output', detail: 'too many messages that belong to no run' });
  }

  #toolsFor(run: PendingRun) {
    return {
      mapError: this.#options.mapError,
      maxConsoleBytes: this.#options.limits.maxConsoleBytes,
      listRequests: (place: number, told: Parameters<EgressBroker['listRequests']>[2]) =>
        this.#broker.listRequests(run.id, place, told),
    };
  }

  #cut(run: PendingRun, journal: readonly JournalEntry[], end: CuttingEnd) {
    const limit = end.reason === 'retired' ? 'process' : end.reason;
    return buildCutResults(run, {
      journal,
      limit,
      message: describeEnd(run, end),
      ...this.#toolsFor(run),
    });
  }

  #bury(end: GuestEnd): void {
    const journal = this.#runs.size === 0 ? [] : readJournal(this.#link.readJournal());
    const unstarted: PendingRun[] = [];
    const actionNames: string[] = [];
    for (const run of this.#runs.values()) {
      const isBystander = end.reason === 'time' && !this.#offenders.has(run);
      if (!run.isRetry && !this.#offenders.has(run) && !hasStarted(run, journal)) {
        unstarted.push(run);
        continue;
      }
      const results = this.#cut(run, journal, isBystander ? { ...end, reason: 'process' } : end);
      const last = results.at(-1);
      if (last?.kind === 'limit-exceeded' && !isBystander) actionNames.push(last.actionName);
      run.settle(results);
    }
    this.#runs.clear();
    this.#watch.close();
    this.#broker.close();
    this.#options.onEnd(end, { unstarted, actionNames });
  }
}

/** Why a run is cut, in words. */
type CuttingEnd = { readonly reason: GuestEnd['reason']; readonly detail: string };

function describeEnd(run: PendingRun, end: CuttingEnd): string {
  switch (end.reason) {
    case 'time':
      return `The Actions of this run did not end within ${run.request.timeoutMs} ms.`;
    case 'memory':
      return `The Action used too much memory: ${end.detail}.`;
    case 'output':
      return `The Action put out too much: ${end.detail}.`;
    case 'process':
    case 'retired':
      return `The process of the Action ended: ${end.detail}.`;
  }
}
