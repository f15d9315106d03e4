import type { MANAGEMENT_OPERATIONS, QueryOf } from '@tessera/api-contract';
import type { LogEntry, Page, RequestContext, TenantStore } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { selectFields } from '../../http/select-fields.ts';
import { WireError } from '../../http/wire-error.ts';
import { toWireLogEntry } from './log-mapper.ts';
import { type LogQuery, parseLogQuery, readSort } from './log-query.ts';

type LogOperations = Pick<typeof MANAGEMENT_OPERATIONS, 'listLogs' | 'getLog'>;
type ListQuery = QueryOf<LogOperations['listLogs']>;

/** Entries that a search can page through; beyond, checkpoints are the way. */
const MAX_SEARCHED = 1_000;
const DEFAULT_TAKE = 50;
const LOG_ID = /^\d{1,80}$/;

const findEntry = async (store: TenantStore, id: string): Promise<LogEntry | undefined> =>
  LOG_ID.test(id) ? await store.logs.find(id) : undefined;

/** Entries after a checkpoint, oldest first, and the address of those after them. */
async function listFrom(store: TenantStore, query: ListQuery, context: RequestContext) {
  const { from = '', take = DEFAULT_TAKE } = query;
  if (!LOG_ID.test(from)) {
    throw new WireError(
      'invalid_query_string',
      "Query validation error: 'Not the id of a log entry' on property from.",
      {
        errorCode: 'invalid_query_string',
      },
    );
  }
  const entries = await store.logs.listFrom(from, take);
  const next = new URL('api/v2/logs', context.baseUrl);
  next.searchParams.set('from', entries.at(-1)?.logId ?? from);
  next.searchParams.set('take', String(take));
  return {
    status: 200 as const,
    body: entries.map((entry) => selectFields(toWireLogEntry(entry, context), query)),
    headers: { link: `<${next.href}>; rel="next"` },
  };
}

/** Entries from one on, newest first: what a tool that follows the log asks for again and again. */
async function listSince(
  store: TenantStore,
  search: LogQuery,
  perPage: number,
): Promise<Page<LogEntry>> {
  const first = await findEntry(store, search.fromLogId ?? '');
  const later = await store.logs.listFrom(search.fromLogId ?? '', perPage);
  const found = [...(first === undefined ? [] : [first]), ...later].filter(
    (entry) =>
      (search.type === undefined || search.type.includes(entry.type)) &&
      (search.userId === undefined || search.userId === entry.userId) &&
      (search.clientId === undefined || search.clientId === entry.clientId),
  );
  return { items: found.reverse().slice(0, perPage), total: found.length };
}

async function search(store: TenantStore, query: ListQuery): Promise<Page<LogEntry>> {
  const page = toPageQuery({ page: query.page, per_page: query.per_page ?? query.take });
  if ((page.page + 1) * page.perPage > MAX_SEARCHED && page.page > 0) {
    throw new WireError(
      'invalid_query_string',
      `You can only page through the first ${MAX_SEARCHED} records. Use from and take to get more.`,
      { errorCode: 'invalid_paging' },
    );
  }
  const { fromLogId, ...conditions } = parseLogQuery(query.q ?? query.search);
  if (fromLogId !== undefined)
    return await listSince(store, { fromLogId, ...conditions }, page.perPage);
  return await store.logs.list({ ...page, ...conditions, ...readSort(query.sort) });
}

export function logHandlers(): OperationHandlers<LogOperations> {
  return {
    listLogs: async ({ store, context, query }) => {
      if (query.from !== undefined) return await listFrom(store, query, context);
      const { items, total } = await search(store, query);
      const entries = items.map((entry) => selectFields(toWireLogEntry(entry, context), query));
      const { page, include_totals } = query;
      return {
        status: 200,
        body: toListBody(
          'logs',
          { items: entries, total },
          {
            query: { page, per_page: query.per_page ?? query.take, include_totals },
            hasLength: true,
          },
        ),
      };
    },
    getLog: async ({ store, context, params }) => {
      const entry = await findEntry(store, params.id);
      if (entry === undefined) throw notFound('Log not found.', 'inexistent_log');
      return { status: 200, body: toWireLogEntry(entry, context) };
    },
  };
}
