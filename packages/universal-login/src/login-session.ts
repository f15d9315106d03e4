import type {
  Client,
  Connection,
  LoginTransaction,
  RequestContext,
  TenantStore,
} from '@tessera/model';
import { PAGE_LIMITS } from './limits.ts';
import type { UniversalLoginOptions } from './options.ts';
import { NO_CONNECTION, PageProblemError, TRANSACTION_UNKNOWN } from './page-problem.ts';

/** A login that waits for a person: whose, for which application, with which connection. */
export interface LoginSession {
  readonly context: RequestContext;
  readonly store: TenantStore;
  readonly transaction: LoginTransaction;
  readonly client: Client;
  /** The one that the page is for. */
  readonly connection: Connection;
  /** Connections that the person may use: the one that the request names, or all of the application. */
  readonly connections: readonly Connection[];
  /**
   * True when the application has several connections of the page's kind, so that the page names the one
   * it uses. A database beside buttons of other kinds needs no name.
   */
  readonly isOneOfSeveral: boolean;
}

const STATE = /^[\w.~-]+$/;

/** True for a text that can be a `state`. */
export function isState(state: unknown): state is string {
  return typeof state === 'string' && state.length <= PAGE_LIMITS.stateLength && STATE.test(state);
}

/** Finds the login behind a `state`. Throws `PageProblemError` when there is none to go on with. */
export async function getLoginSession(
  { transactions, store }: UniversalLoginOptions,
  context: RequestContext,
  state: unknown,
): Promise<LoginSession> {
  const transaction = isState(state) ? await transactions.find(context, state) : undefined;
  if (!transaction) throw new PageProblemError(TRANSACTION_UNKNOWN);
  const tenantStore = store.tenant(context.tenant.id);
  const client = await tenantStore.clients.find(transaction.clientId);
  // Deleted since the login began.
  if (!client) throw new PageProblemError(TRANSACTION_UNKNOWN);
  const all = await tenantStore.connections.listForClient(client.clientId);
  const named = all.find(({ name }) => name === transaction.connection);
  const connections = named === undefined ? all : [named];
  const connection = connections.find(({ strategy }) => strategy === 'auth0') ?? connections[0];
  if (!connection) throw new PageProblemError(NO_CONNECTION);
  const isOneOfSeveral = all.filter(({ strategy }) => strategy === connection.strategy).length > 1;
  return {
    context,
    store: tenantStore,
    transaction,
    client,
    connection,
    connections,
    isOneOfSeveral,
  };
}

/** The session with another connection that the person may use. Throws `PageProblemError` otherwise. */
export function withConnection(
  session: LoginSession,
  isWanted: (connection: Connection) => boolean,
): LoginSession {
  const connection = session.connections.find(isWanted);
  if (!connection) throw new PageProblemError(NO_CONNECTION);
  return { ...session, connection };
}
