import type { Logger } from '@tessera/model';
import pg from 'pg';

export interface PoolOptions {
  readonly connection: pg.ClientConfig;
  readonly logger: Logger;
  /** Connections at most (default 20). */
  readonly poolSize?: number;
  /** Longest run of one statement, in ms (default 15,000). The server ends it then. */
  readonly statementTimeoutMs?: number;
  /** Longest wait for a connection, in ms (default 5,000). */
  readonly connectTimeoutMs?: number;
}

const DEFAULT_POOL_SIZE = 20;
const DEFAULT_STATEMENT_TIMEOUT_MS = 15_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
/** Added to the statement timeout before this side gives up: a server that is gone cannot end a statement. */
const ANSWER_GRACE_MS = 2_000;

/** What every connection of this process is opened with. */
export function connectionSettings(options: PoolOptions): pg.ClientConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  return {
    application_name: 'tessera',
    keepAlive: true,
    ...options.connection,
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    // A transaction whose process hangs must not hold locks for ever.
    idle_in_transaction_session_timeout: 4 * statementTimeoutMs,
  };
}

/** Opens no connection yet. Idle connections that break are replaced at the next use. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionSettings(options),
    max: options.poolSize ?? DEFAULT_POOL_SIZE,
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) => {
    options.logger.warn({ reason: error.message }, 'an idle database connection was lost');
  });
  pool.on('connect', (client) => {
    client.on('error', () => {
      // The pool listens to idle connections only. One that breaks in our hands rejects the next statement;
      // without this listener it would end the process before.
    });
  });
  return pool;
}
