import type { ChainActionResult, ChainEnvironment, ScopeReport } from '@tessera/engine';
import { runChain } from '@tessera/engine';
import type { ConsoleLine, GuestError, JsonValue } from '@tessera/model';
import { nameVersion, type RunMessage, type WireAction, type WireResult } from '../protocol.ts';
import { type ActionScope, runInScope } from './action-scope.ts';
import { awaitBackgroundWork } from './background-work.ts';
import { describeError } from './describe-error.ts';
import type { HostCalls } from './host-calls.ts';
import type { Journal, RunJournal } from './journal.ts';
import { listActionSecrets } from './mask-secrets.ts';
import type { ModuleStore } from './module-store.ts';
import { signToken, verifyToken } from './tokens.ts';

const now = Date.now;
const { stringify } = JSON;

/** What the runs of a process share. */
export interface GuestRuntime {
  readonly modules: ModuleStore;
  readonly journal: Journal;
  readonly hostCalls: HostCalls;
}

/** Runs a trigger's actions and returns their results in order, as a JSON array of `WireResult`. */
export async function runChainMessage(message: RunMessage, runtime: GuestRuntime): Promise<string> {
  const journal = runtime.journal.openRun(message.id);
  const environment = new RunEnvironment(message, { runtime, journal });
  const results = await runChain<WireAction>(message, environment);
  journal.close();
  return `[${results.map((result, place) => environment.printResult(result, place)).join(',')}]`;
}

/** The guest's side of one run. */
class RunEnvironment implements ChainEnvironment<WireAction> {
  readonly #message: RunMessage;
  readonly #runtime: GuestRuntime;
  readonly #journal: RunJournal;
  readonly #printed: { readonly json: string; readonly lines: number }[] = [];
  readonly nowMs = now;
  readonly signToken = signToken;
  readonly verifyToken = verifyToken;

  constructor(
    message: RunMessage,
    parts: { readonly runtime: GuestRuntime; readonly journal: RunJournal },
  ) {
    this.#message = message;
    this.#runtime = parts.runtime;
    this.#journal = parts.journal;
  }

  async load(action: WireAction): Promise<Readonly<Record<string, unknown>>> {
    return this.#runtime.modules.load(action);
  }

  callHost(method: string, args: readonly JsonValue[]): Promise<JsonValue | undefined> {
    return this.#runtime.hostCalls.call(this.#message.id, method, args);
  }

  describeError(error: unknown) {
    return describeError(error, this.#message.actions.flatMap(listActionSecrets));
  }

  onActionStart(action: WireAction, startedAtMs: number): void {
    this.#journal.noteStart(this.#placeOf(action), startedAtMs);
  }

  onActionEnd(action: WireAction, result: ChainActionResult): void {
    const place = this.#placeOf(action);
    // The last result is about to be sent; nothing can happen to it any more.
    if (place === this.#message.actions.length - 1) return;
    const json = stringify(toWireResult(result));
    this.#printed[place] = { json, lines: result.logs.length };
    this.#journal.noteEnd(place, json);
  }

  /** Prints a result once: nothing but late lines comes to it after its action ended. */
  printResult(result: ChainActionResult, place: number): string {
    const printed = this.#printed[place];
    return printed?.lines === result.logs.length ? printed.json : stringify(toWireResult(result));
  }

  /**
   * Settles when the handler does, or at the first error that it let escape into an event or a promise
   * nobody awaits. From then on the scope is closed.
   */
  scope<T>(action: WireAction, body: () => Promise<T>): Promise<ScopeReport<T>> {
    return new Promise((resolve) => {
      const close = (outcome: ScopeReport<T>['outcome']) => {
        if (scope.isClosed) return;
        scope.isClosed = true;
        resolve({ outcome, logs: scope.logs, requests: scope.requests });
      };
      // What breaks after the handler settled is noted; the handler itself did not fail.
      let hasSettled = false;
      const fail = (error: unknown) => {
        if (hasSettled) noteLateError(scope, this.describeError(error));
        else close({ ok: false, error });
      };
      const scope: ActionScope = {
        run: this.#message.id,
        place: this.#placeOf(action),
        ...(action.egress === undefined ? {} : { version: nameVersion(action) }),
        journal: this.#journal,
        secretValues: listActionSecrets(action),
        logs: [],
        requests: [],
        consoleBytes: 0,
        openRequests: 0,
        isClosed: false,
        fail,
      };
      const { backgroundMs } = this.#message;
      runInScope(scope, body).then((value) => {
        hasSettled = true;
        if (backgroundMs === 0) return close({ ok: true, value });
        return awaitBackgroundWork(scope, backgroundMs).then(() => close({ ok: true, value }));
      }, fail);
    });
  }

  #placeOf(action: WireAction): number {
    return this.#message.actions.indexOf(action);
  }
}

function noteLateError(scope: ActionScope, { name, message }: GuestError): void {
  const line: ConsoleLine = {
    level: 'error',
    time: new Date().toISOString(),
    message: `After the handler had settled: ${name}: ${message}`,
  };
  scope.logs.push(line);
  scope.journal.noteLine(scope.place, line);
}

/** Drops what the host knows already. */
function toWireResult(result: ChainActionResult): WireResult {
  const { kind, startedAt, endedAt, commands, logs, requests } = result;
  const base = { kind, startedAt, endedAt, commands, logs, requests };
  return result.kind === 'failed' ? { ...base, error: result.error } : base;
}
