import type { Page, PageQuery } from '@tessera/model';
import { z } from 'zod';
import { WireError } from './wire-error.ts';

const DEFAULT_PER_PAGE = 50;
/** The Actions service has its own default. */
const DEFAULT_PROTO_PER_PAGE = 20;

interface PagingQuery {
  readonly page?: number | undefined;
  readonly per_page?: number | undefined;
  readonly include_totals?: boolean | undefined;
  readonly from?: string | undefined;
  readonly take?: number | undefined;
}

/** The page of a repository that a query asks for. `per_page=0` is the default, as zeros are elsewhere. */
export function toPageQuery(query: PagingQuery, defaultPerPage = DEFAULT_PER_PAGE): PageQuery {
  if (query.from !== undefined || query.take !== undefined) return readCursor(query);
  return {
    page: query.page ?? 0,
    perPage: query.per_page === undefined || query.per_page === 0 ? defaultPerPage : query.per_page,
  };
}

export const toProtoPageQuery = (query: PagingQuery): PageQuery =>
  toPageQuery(query, DEFAULT_PROTO_PER_PAGE);

/**
 * Answers a list in the dialect that the query asks for: checkpoints (`take`, `from`), with totals
 * (`include_totals=true`), or a bare array. Checkpoints win.
 *
 * @param hasLength The lists of users also say how many they hold.
 */
export function toListBody<T>(
  key: string,
  page: Page<T>,
  options: { readonly query: PagingQuery; readonly hasLength?: boolean },
): object {
  const { query } = options;
  if (query.from !== undefined || query.take !== undefined) {
    const { page: index, perPage } = readCursor(query);
    const hasMore = (index + 1) * perPage < page.total;
    return { [key]: page.items, ...(hasMore ? { next: writeCursor(index + 1, perPage) } : {}) };
  }
  if (query.include_totals !== true) return [...page.items];
  const { page: index, perPage } = toPageQuery(query);
  return {
    total: page.total,
    start: index * perPage,
    limit: perPage,
    ...(options.hasLength === true ? { length: page.items.length } : {}),
    [key]: page.items,
  };
}

/** Answers a list of the Actions service, which omits zeros. */
export function toProtoListBody<T>(key: string, page: Page<T>, query: PagingQuery): object {
  const { page: index, perPage } = toProtoPageQuery(query);
  return {
    [key]: page.items,
    ...(page.items.length === 0 ? {} : { total: page.total }),
    ...(index === 0 ? {} : { page: index }),
    per_page: perPage,
  };
}

/** Answers a list of modules or of their versions, which names every number; past the end there is no total. */
export function toCountedListBody<T>(key: string, page: Page<T>, query: PagingQuery): object {
  const { page: index, perPage } = toPageQuery(query);
  return {
    [key]: page.items,
    total: page.items.length === 0 ? 0 : page.total,
    page: index,
    per_page: perPage,
  };
}

/** A cursor is opaque to callers; it keeps the size of the first page, so that slices do not overlap. */
const cursorSchema = z.tuple([z.int().min(1).max(1_000_000), z.int().min(1).max(1_000)]);

const writeCursor = (page: number, perPage: number): string =>
  Buffer.from(JSON.stringify([page, perPage])).toString('base64url');

function readCursor(query: PagingQuery): PageQuery {
  if (query.from === undefined) return { page: 0, perPage: query.take ?? DEFAULT_PER_PAGE };
  try {
    const text = Buffer.from(query.from, 'base64url').toString('utf8');
    const [page, perPage] = cursorSchema.parse(JSON.parse(text));
    return { page, perPage };
  } catch (cause) {
    throw invalidCursor(cause);
  }
}

const invalidCursor = (cause: unknown): WireError =>
  new WireError(
    'invalid_query_string',
    "Query validation error: 'Not a checkpoint of this list' on property from.",
    { errorCode: 'invalid_query_string', cause },
  );
