import type { WireLogEntry } from '@tessera/api-contract';
import type { LogEntry, RequestContext } from '@tessera/model';

const MOBILE = /\b(?:Mobi|Android|iPhone|iPad|iPod)\b/i;

/** An entry in the key order of the recordings; what is unknown is `null` or empty, never absent. The environment is the tenant's host. */
export const toWireLogEntry = (
  entry: LogEntry,
  { tenant, baseUrl }: RequestContext,
): WireLogEntry => ({
  _id: entry.logId,
  log_id: entry.logId,
  date: entry.date.toISOString(),
  type: entry.type,
  description: entry.description ?? '',
  connection: entry.connection ?? null,
  connection_id: entry.connectionId ?? '',
  organization_id: null,
  organization_name: null,
  client_id: entry.clientId ?? null,
  client_name: entry.clientName ?? null,
  ip: entry.ip ?? null,
  hostname: entry.hostname ?? null,
  details: entry.details ?? null,
  user_id: entry.userId ?? '',
  user_name: entry.userName ?? '',
  user_agent: entry.userAgent ?? null,
  audience: entry.audience ?? null,
  scope: entry.scope ?? null,
  strategy: entry.strategy ?? null,
  strategy_type: entry.strategyType ?? null,
  isMobile: MOBILE.test(entry.userAgent ?? ''),
  location_info: null,
  tenant_name: tenant.name,
  environment_name: new URL(baseUrl).hostname,
});
