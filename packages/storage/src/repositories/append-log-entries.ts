import type { BoundStatement } from '../database/combine-statements.ts';
import type { TenantLogEntry } from './context.ts';
import { toStorableText } from './storable-text.ts';

/**
 * One parameter, so that a batch of any size is the same prepared statement. `details` is JSON within JSON: as
 * text it passes unread, whatever it holds.
 */
const APPEND = {
  name: 'append_log_entries',
  text: `INSERT INTO log_entries (tenant_id, log_id, date, type, description, client_id, client_name,
      connection, connection_id, ip, user_agent, hostname, user_id, user_name, audience, scope, strategy,
      strategy_type, details)
    SELECT tenant_id, log_id, date, type, description, client_id, client_name, connection, connection_id, ip,
      user_agent, hostname, user_id, user_name, audience, scope, strategy, strategy_type, details::json
    FROM json_to_recordset($1::json) AS r(tenant_id text, log_id text, date timestamptz, type text,
      description text, client_id text, client_name text, connection text, connection_id text, ip text,
      user_agent text, hostname text, user_id text, user_name text, audience text, scope text, strategy text,
      strategy_type text, details text)`,
};

/** Appends entries of any tenants. */
export function appendStatement(items: readonly TenantLogEntry[]): BoundStatement {
  return { statement: APPEND, values: [JSON.stringify(items.map(toRow))] };
}

function toRow({ details, date, ...entry }: TenantLogEntry) {
  const texts = Object.entries(entry).map(([name, value]) => [
    toSnakeCase(name),
    toStorableText(value),
  ]);
  return {
    ...Object.fromEntries(texts),
    date,
    ...(details !== undefined && { details: JSON.stringify(details) }),
  };
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
