import type { IncomingMessage } from 'node:http';
import type { MANAGEMENT_OPERATIONS, WireExecution } from '@tessera/api-contract';
import type { ActionResult, Execution } from '@tessera/model';
import { toWireRun } from '../../actions/wire-run.ts';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toNanoTimestamp } from '../../http/timestamps.ts';
import { WireError } from '../../http/wire-error.ts';
import type { ManagementApiOptions } from '../../options.ts';
import { type LiveLogCursor, parseCursor } from './live-log-cursor.ts';
import { createLiveLogStreams } from './live-log-streams.ts';

/** Ids are base64 or base64url; nothing can be stored under others. */
const EXECUTION_ID = /^[\w+/=-]{1,64}$/;

type WireResult = WireExecution['results'][number];

function toWireError(result: ActionResult): Pick<WireResult, 'error'> {
  if (result.kind !== 'failed' && result.kind !== 'limit-exceeded') return {};
  const { name, message, stack, line, column } = result.error;
  return {
    error: {
      id: result.kind === 'failed' ? name : `${result.limit}_limit_exceeded`,
      msg: message,
      ...(stack === undefined ? {} : { stack }),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    },
  };
}

const toWireResult = (result: ActionResult): WireResult => ({
  action_name: result.actionName,
  ...toWireError(result),
  started_at: toNanoTimestamp(result.startedAt),
  ended_at: toNanoTimestamp(result.endedAt),
  action_id: result.actionId,
  version_id: result.versionId,
  version_number: result.versionNumber,
  outcome: result.kind,
  ...toWireRun(result),
});

const toWireExecution = (execution: Execution): WireExecution => ({
  id: execution.id,
  trigger_id: execution.triggerId,
  status: execution.status,
  results: execution.results.map(toWireResult),
  created_at: toNanoTimestamp(execution.createdAt),
  updated_at: toNanoTimestamp(execution.updatedAt),
});

/** Where the reader stopped, as it says itself; undefined for one that begins. */
function readLastEventId(request: IncomingMessage): LiveLogCursor | undefined {
  const { 'last-event-id': header } = request.headers;
  if (header === undefined || header === '') return undefined;
  const cursor = parseCursor(String(header));
  if (cursor !== undefined) return cursor;
  throw new WireError(
    'invalid_body',
    'Last-Event-ID is no id of an event of this stream. Leave it out to begin with what happens now.',
    { errorCode: 'invalid_last_event_id' },
  );
}

export function executionHandlers(
  options: Pick<ManagementApiOptions, 'clock' | 'logger' | 'liveLogs'>,
): OperationHandlers<Pick<typeof MANAGEMENT_OPERATIONS, 'getExecution' | 'streamActionLogs'>> {
  const liveLogs = options.liveLogs ?? createLiveLogStreams(options);
  return {
    getExecution: async ({ store, params }) => {
      const execution = EXECUTION_ID.test(params.id)
        ? await store.executions.find(params.id)
        : undefined;
      if (execution === undefined) throw notFound('That execution does not exist.');
      return { status: 200, body: toWireExecution(execution) };
    },
    streamActionLogs: async ({ store, query, token }) => {
      const head = await store.executions.findHead();
      const { trigger_id: triggerId, action_id: actionId, level } = query;
      return {
        status: 200,
        stream: ({ request, response }) =>
          liveLogs.open({
            tenantId: store.tenantId,
            executions: store.executions,
            cursor: readLastEventId(request) ?? { position: head, events: 0 },
            filter: {
              ...(triggerId === undefined ? {} : { triggerId }),
              ...(actionId === undefined ? {} : { actionId }),
              ...(level === undefined ? {} : { level }),
            },
            expiresAt: token.expiresAt,
            request,
            response,
          }),
      };
    },
  };
}
