import type { ActionResult, ConsoleLine, Execution, ExecutionChange } from '@tessera/model';
import { comparePositions, formatCursor, type LiveLogCursor } from './live-log-cursor.ts';

/** What a reader wants to see. */
export interface LiveLogFilter {
  readonly triggerId?: string;
  readonly actionId?: string;
  /** Console lines of this level and above; exceptions always pass. */
  readonly level?: ConsoleLine['level'];
}

type BrokenResult = Extract<ActionResult, { readonly kind: 'failed' | 'limit-exceeded' }>;

/** Something to tell. */
type LiveLogEvent =
  | { readonly kind: 'console'; readonly result: ActionResult; readonly line: ConsoleLine }
  | { readonly kind: 'exception'; readonly result: BrokenResult }
  | {
      readonly kind: 'execution';
      readonly status: Execution['status'];
      /** Of the part of the run that ended here. */
      readonly results: readonly ActionResult[];
    };

/** An event, and where a reader goes on that has it. */
export interface NumberedEvent {
  readonly cursor: LiveLogCursor;
  /** As server-sent event; undefined when the filter leaves it out. */
  readonly text: string | undefined;
}

const SEVERITY: Readonly<Record<ConsoleLine['level'], number>> = {
  debug: 0,
  log: 1,
  info: 1,
  warn: 2,
  error: 3,
};

/**
 * What a reader at `cursor` has not heard of a record. A run that was suspended is written several times,
 * each time with more results: what was told at an earlier place is not told again.
 */
export function* listNewEvents(
  change: ExecutionChange,
  cursor: LiveLogCursor,
  filter: LiveLogFilter,
): Generator<NumberedEvent> {
  const { execution, position } = change;
  const { events, ends } = listEvents(change);
  const told = countTold(change, cursor, ends);
  for (const [index, event] of events.entries()) {
    if (index < told) continue;
    const isLast = index === events.length - 1;
    const after: LiveLogCursor = isLast
      ? { position: { ...position, sequence: position.sequence + 1n }, events: 0 }
      : { position, events: index + 1 };
    const text = passes(execution, event, filter)
      ? `id: ${formatCursor(after)}\nevent: ${event.kind}\ndata: ${JSON.stringify(toWire(execution, event))}\n\n`
      : undefined;
    yield { cursor: after, text };
  }
}

/** Events of a record from its beginning, and how many there were at the end of each earlier part. */
function listEvents({ execution, parts }: ExecutionChange) {
  const events: LiveLogEvent[] = [];
  const ends: number[] = [];
  let from = 0;
  const tell = (to: number, status: Execution['status']): void => {
    const results = execution.results.slice(from, to);
    for (const result of results) {
      for (const line of result.logs) events.push({ kind: 'console', result, line });
      if (result.kind === 'failed' || result.kind === 'limit-exceeded')
        events.push({ kind: 'exception', result });
    }
    events.push({ kind: 'execution', status, results });
    from = to;
  };
  for (const part of parts) {
    tell(part.results, 'suspended');
    ends.push(events.length);
  }
  tell(execution.results.length, execution.status);
  return { events, ends };
}

function countTold(
  { position, parts }: ExecutionChange,
  cursor: LiveLogCursor,
  ends: readonly number[],
): number {
  if (comparePositions(position, cursor.position) === 0) return cursor.events;
  let told = 0;
  for (const [index, part] of parts.entries()) {
    const order = comparePositions(part.position, cursor.position);
    if (order < 0) told = ends[index] ?? 0;
    else if (order === 0) told = cursor.events;
  }
  return told;
}

function passes(execution: Execution, event: LiveLogEvent, filter: LiveLogFilter): boolean {
  const { triggerId, actionId, level } = filter;
  if (triggerId !== undefined && execution.triggerId !== triggerId) return false;
  const results = event.kind === 'execution' ? event.results : [event.result];
  if (actionId !== undefined && !results.some((result) => result.actionId === actionId))
    return false;
  return (
    level === undefined || event.kind !== 'console' || SEVERITY[event.line.level] >= SEVERITY[level]
  );
}

function toWire(execution: Execution, event: LiveLogEvent): object {
  const run = { execution_id: execution.id, trigger_id: execution.triggerId };
  switch (event.kind) {
    case 'console': {
      const { level, time, message } = event.line;
      return { ...run, ...identify(event.result), level, time, message };
    }
    case 'exception': {
      const { name, message, stack, line, column } = event.result.error;
      const limit = event.result.kind === 'limit-exceeded' ? { limit: event.result.limit } : {};
      const time = event.result.endedAt.toISOString();
      // Members that are undefined do not reach the JSON.
      return {
        ...run,
        ...identify(event.result),
        time,
        name,
        message,
        stack,
        line,
        column,
        ...limit,
      };
    }
    case 'execution':
      return { ...run, status: event.status, duration_ms: measure(execution, event.results) };
  }
}

function identify({ actionId, actionName, versionNumber }: ActionResult) {
  return { action_id: actionId, action_name: actionName, version_number: versionNumber };
}

/** From the start of the first action to the end of the last, ms. */
function measure(execution: Execution, results: readonly ActionResult[]): number {
  const first = results[0]?.startedAt ?? execution.createdAt;
  const last = results.at(-1)?.endedAt ?? execution.updatedAt;
  return Math.max(0, last.getTime() - first.getTime());
}
