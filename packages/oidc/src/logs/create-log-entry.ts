import type { JsonObject, NewLogEntry, User } from '@tessera/model';
import { userAgentOf } from '../http/request-facts.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { HasRequest } from '../request-state.ts';

interface LoggedRequest extends HasRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What an entry says beyond what every request has. Never codes, tokens or secrets. */
export interface LogFacts {
  /** Code of the tenant log, e.g. `seacft`. */
  readonly type: string;
  readonly description?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientName?: string | undefined;
  readonly user?: User | undefined;
  /** When the profile itself is not at hand. */
  readonly userId?: string | undefined;
  readonly connection?:
    | { readonly connectionId: string; readonly connectionName: string }
    | undefined;
  readonly audience?: string | undefined;
  readonly scope?: string | undefined;
  readonly details?: JsonObject | undefined;
}

/** Notes an entry for the tenant log; it is written before the response leaves. */
export function noteLogEntry(request: LoggedRequest, scope: IssuerScope, facts: LogFacts): void {
  const state = scope.requests.of(request);
  const { user, connection, details, ...named } = facts;
  const entry: { [K in keyof NewLogEntry]: NewLogEntry[K] | undefined } = {
    ...named,
    date: scope.clock.now(),
    ip: state.context.ip,
    userAgent: userAgentOf({ method: '', headers: request.headers }),
    hostname: scope.hostname,
    userId: user?.userId ?? facts.userId,
    userName: user && (user.email ?? user.username ?? user.phoneNumber ?? user.name),
    connection: connection?.connectionName,
    connectionId: connection?.connectionId,
    ...(connection === undefined ? {} : strategyOf(user, connection.connectionName)),
    details: withExecutions(details, state.executions),
  };
  const present = Object.entries(entry).filter(([, value]) => value !== undefined);
  state.logEntries.push(Object.fromEntries(present) as unknown as NewLogEntry);
}

/** Kinds of strategies that are no databases, as the tenant log names them. */
const STRATEGY_TYPES: Readonly<Record<string, string>> = {
  email: 'passwordless',
  sms: 'passwordless',
  oidc: 'enterprise',
};

/** By the identity that the connection has authenticated; without a profile it was a database. */
function strategyOf(user: User | undefined, connectionName: string) {
  const identity = user?.identities.find(({ connection }) => connection === connectionName);
  const strategy = identity?.provider ?? 'auth0';
  return { strategy, strategyType: STRATEGY_TYPES[strategy] ?? 'database' };
}

function withExecutions(
  details: JsonObject | undefined,
  executions: readonly string[],
): JsonObject | undefined {
  if (executions.length === 0) return details;
  return { ...details, actions: { executions: [...executions] } };
}
