import { WireError } from '../../http/wire-error.ts';

/** What a search of the tenant log can ask for. All given conditions must hold. */
export interface LogQuery {
  readonly type?: readonly string[];
  readonly userId?: string;
  readonly clientId?: string;
  /** Entries from this one on, itself included. */
  readonly fromLogId?: string;
}

const refuse = (message: string): WireError =>
  new WireError('invalid_query_string', message, { errorCode: 'invalid_query_string' });

const TERM =
  /^(type|user_id|client_id|log_id):(?:"([^"]*)"|\[(\d+) TO \*\]|\(([^()]*)\)|([^\s()"[\]:*]+))$/;
/** Splits at ` AND ` outside quotes and parentheses. */
const AND = /\s+AND\s+(?=(?:[^"]*"[^"]*")*[^"]*$)(?![^(]*\))/;
const OR = /\s+OR\s+/;

const unquote = (text: string): string => text.trim().replace(/^"(.*)"$/, '$1');

/**
 * Reads the part of the Lucene syntax that the log's own tools send: `type:"s"`, `type:(s OR f)`,
 * `user_id:"…"`, `client_id:"…"`, `log_id:[<id> TO *]`, joined by `AND`. Anything else is refused:
 * to ignore a condition would answer entries that were not asked for.
 */
export function parseLogQuery(q: string | undefined): LogQuery {
  let query: LogQuery = {};
  for (const term of (q ?? '').trim().split(AND)) {
    if (term !== '') query = { ...query, ...parseTerm(term.trim()) };
  }
  return query;
}

function parseTerm(term: string): LogQuery {
  const [, field, quoted, range, list, plain] = TERM.exec(term) ?? [];
  const value = quoted ?? plain;
  if (field === 'type' && list !== undefined) return { type: list.split(OR).map(unquote) };
  if (field === 'type' && value !== undefined) return { type: [value] };
  if (field === 'user_id' && value !== undefined) return { userId: value };
  if (field === 'client_id' && value !== undefined) return { clientId: value };
  if (field === 'log_id' && range !== undefined) return { fromLogId: range };
  throw refuse(
    `The search "${term.slice(0, 100)}" is not supported: use type, user_id, client_id, or log_id:[<id> TO *].`,
  );
}

/** Newest first unless asked otherwise. */
export function readSort(sort: string | undefined): { readonly ascending?: boolean } {
  if (sort === undefined || sort === 'date:-1') return {};
  if (sort === 'date:1') return { ascending: true };
  throw refuse(`The log cannot be sorted by "${sort}": use date:1 or date:-1.`);
}
