import type { Connection, JsonObject, NewLogEntry } from '@tessera/model';
import type { AccountContext } from './account-context.ts';
import { LIMITS } from './limits.ts';

/** Codes of the tenant log that this package writes; their meanings are the hosted service's. */
type AccountLogType =
  | 'ss'
  | 'fs'
  | 'fp'
  | 'fu'
  | 'f'
  | 'scp'
  | 'fcp'
  | 'scpr'
  | 'fcpr'
  | 'sv'
  | 'fv'
  | 'svr'
  | 'sui'
  | 'fui'
  | 'pwd_leak'
  | 'signup_pwd_leak'
  | 'reset_pwd_leak'
  | 'pla'
  | 'ublkdu'
  | 'limit_wc'
  | 'limit_mu'
  | 'cls'
  | 'cs';

/** Facts of a log entry besides those of the context. None of them may hold a password. */
export interface AccountLogFacts {
  readonly type: AccountLogType;
  readonly at: Date;
  readonly description?: string;
  readonly connection?: Connection;
  readonly userId?: string;
  readonly userName?: string;
  /** Executions of the flow; named at `details.actions.executions`. */
  readonly executions?: readonly string[];
  readonly details?: JsonObject;
}

/** Kinds of strategies as the tenant log names them. */
const STRATEGY_TYPES: Readonly<Record<Connection['strategy'], string>> = {
  auth0: 'database',
  email: 'passwordless',
  sms: 'passwordless',
  oidc: 'enterprise',
};

/** Builds an entry of the tenant log; texts are cut at `LIMITS.logTextLength`. */
export function buildLogEntry(context: AccountContext, facts: AccountLogFacts): NewLogEntry {
  const { client, request } = context;
  const { connection, executions = [] } = facts;
  const details: JsonObject = {
    ...facts.details,
    ...(executions.length > 0 ? { actions: { executions } } : {}),
  };
  return {
    date: facts.at,
    type: facts.type,
    ip: request.ip,
    hostname: request.hostname,
    strategyType: STRATEGY_TYPES[connection?.strategy ?? 'auth0'],
    ...(facts.description === undefined ? {} : { description: cut(facts.description) }),
    ...(request.userAgent === undefined ? {} : { userAgent: cut(request.userAgent) }),
    ...(client ? { clientId: client.clientId, clientName: client.name } : {}),
    ...(connection
      ? { connection: connection.name, connectionId: connection.id, strategy: connection.strategy }
      : {}),
    ...(facts.userId === undefined ? {} : { userId: facts.userId }),
    ...(facts.userName === undefined ? {} : { userName: cut(facts.userName) }),
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
}

/** NUL is no text to the database. */
function cut(text: string): string {
  return text.replaceAll('\0', '').slice(0, LIMITS.logTextLength).toWellFormed();
}
