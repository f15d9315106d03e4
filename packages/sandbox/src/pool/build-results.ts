import type {
  ActionResult,
  ConsoleLine,
  GuestError,
  OutboundRequest,
  RunLimit,
  RunnableAction,
} from '@tessera/model';
import { CONSOLE_LINE_BYTES, type JournalEntry, type WireResult } from '../protocol.ts';
import type { PendingRun } from './pending-run.ts';

/** What the broker saw of an action, joined with what the guest says about it. */
type ListRequests = (place: number, told: WireResult['requests']) => readonly OutboundRequest[];
/** Moves an error's positions into the author's source. */
type MapError = (action: RunnableAction, error: GuestError) => GuestError;

export interface ResultTools {
  readonly listRequests: ListRequests;
  readonly mapError: MapError;
  /** Console output kept per action. */
  readonly maxConsoleBytes: number;
}

/** Times of the guest are believed within the run, so that a forged one cannot move a record. */
function toDate(run: PendingRun, timeMs: number): Date {
  return new Date(Math.min(Math.max(timeMs, run.arrivedAtMs), Date.now()));
}

/** Turns what the guest answered into results of the actions that the host asked for. */
export function buildResults(
  run: PendingRun,
  wire: readonly WireResult[],
  tools: ResultTools,
): readonly ActionResult[] {
  return wire
    .slice(0, run.request.actions.length)
    .map((result, place) => buildResult(run, { result, place }, tools));
}

function buildResult(
  run: PendingRun,
  { result, place }: { readonly result: WireResult; readonly place: number },
  tools: ResultTools,
): ActionResult {
  const action = run.request.actions[place] as RunnableAction;
  const base = {
    ...identify(action),
    startedAt: toDate(run, result.startedAt),
    endedAt: toDate(run, result.endedAt),
    commands: result.commands,
    logs: cutConsole(result.logs, tools.maxConsoleBytes),
    requests: tools.listRequests(place, result.requests),
  };
  if (result.kind !== 'failed' || result.error === undefined) {
    return { ...base, kind: result.kind === 'skipped' ? 'skipped' : 'completed' };
  }
  return { ...base, kind: 'failed', error: tools.mapError(action, result.error) };
}

function identify({ actionId, actionName, versionId, versionNumber }: RunnableAction) {
  return { actionId, actionName, versionId, versionNumber };
}

/** Results of a run that a limit ended, from what the guest noted before it died. */
export function buildCutResults(
  run: PendingRun,
  options: {
    readonly journal: readonly JournalEntry[];
    readonly limit: RunLimit;
    readonly message: string;
  } & ResultTools,
): readonly ActionResult[] {
  const entries = options.journal.filter((entry) => entry.r === run.id);
  const ended: ActionResult[] = [];
  for (const entry of entries) {
    // Ends come in order; anything else is not believed.
    if (!('e' in entry) || entry.a !== ended.length || entry.a >= run.request.actions.length)
      continue;
    ended.push(buildResult(run, { result: entry.e, place: entry.a }, options));
  }
  const last = ended.at(-1);
  if (last !== undefined && (last.kind === 'failed' || ended.length === run.request.actions.length))
    return ended;
  return [...ended, buildCutResult(run, { ...options, journal: entries }, ended.length)];
}

function buildCutResult(
  run: PendingRun,
  options: Parameters<typeof buildCutResults>[1],
  place: number,
): ActionResult {
  const action = run.request.actions[place] as RunnableAction;
  let startedAtMs = Date.now();
  const logs: ConsoleLine[] = [];
  for (const entry of options.journal) {
    if (entry.a !== place) continue;
    if ('s' in entry) startedAtMs = entry.s;
    else if ('l' in entry) logs.push(entry.l);
  }
  return {
    ...identify(action),
    kind: 'limit-exceeded',
    limit: options.limit,
    startedAt: toDate(run, startedAtMs),
    endedAt: new Date(),
    commands: [],
    logs: cutConsole(logs, options.maxConsoleBytes),
    requests: options.listRequests(place, []),
    error: { name: 'LimitExceeded', message: options.message },
  };
}

/** What the guest's notice of a cut may take. */
const NOTICE_BYTES = 256;

/** The guest keeps the limit by itself and says so in its last line; one that lies is cut here. */
function cutConsole(logs: readonly ConsoleLine[], maxBytes: number): readonly ConsoleLine[] {
  let bytes = 0;
  for (const [place, { time, message }] of logs.entries()) {
    bytes += Buffer.byteLength(message) + CONSOLE_LINE_BYTES;
    if (bytes <= maxBytes + NOTICE_BYTES) continue;
    const notice = `Console output was cut off here (limit ${maxBytes} bytes).`;
    return [...logs.slice(0, place), { level: 'warn', time, message: notice }];
  }
  return logs;
}

/** True when the guest noted that the run's first action began. */
export function hasStarted(run: PendingRun, journal: readonly JournalEntry[]): boolean {
  return journal.some((entry) => entry.r === run.id);
}
