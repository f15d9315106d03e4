import type { Page, PageQuery } from '@tessera/model';

/** A row as an entity has it: columns that may be null become members that may be absent. */
export type WithoutNulls<Row> = {
  [K in keyof Row as null extends Row[K] ? never : K]: Row[K];
} & { [K in keyof Row as null extends Row[K] ? K : never]?: Exclude<Row[K], null> };

export function withoutNulls<Row extends object>(row: Row): WithoutNulls<Row> {
  const members = Object.entries(row).filter(([, value]) => value !== null);
  return Object.fromEntries(members) as WithoutNulls<Row>;
}

/** Of a patch, the members that may be changed and are there. What else a caller smuggled in is dropped. */
export function pickPatch<Patch extends object, Key extends keyof Patch & string>(
  patch: Patch,
  allowed: readonly Key[],
): Pick<Patch, Key> {
  const members = allowed.filter((key) => patch[key] !== undefined).map((key) => [key, patch[key]]);
  return Object.fromEntries(members) as Pick<Patch, Key>;
}

/** A page of `items`; asks for the total only when the items do not tell it. */
export async function toPage<T>(
  query: PageQuery,
  items: readonly T[],
  countAll: () => PromiseLike<number>,
): Promise<Page<T>> {
  const isLastPage = items.length < query.perPage && (items.length > 0 || query.page === 0);
  if (isLastPage) return { items, total: query.page * query.perPage + items.length };
  return { items, total: await countAll() };
}

/** `LIMIT` and `OFFSET` of a page. */
export function sliceOf(query: PageQuery): { readonly limit: number; readonly offset: number } {
  return { limit: query.perPage, offset: query.page * query.perPage };
}

/** The one row that `RETURNING` gave. */
export function first<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('A statement returned no row where one is certain');
  return row;
}
