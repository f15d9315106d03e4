import type { SqlTransaction, StoreChange } from '@tessera/model';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { breaksConnection } from './map-database-error.ts';
import type { ReadLine } from './read-line.ts';

/** A statement that PostgreSQL parses and plans once per connection. `name` must be unique to `text`. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
}

/** What repositories run on: any connection of the pool, or the one connection of a transaction. */
export interface Session {
  /** Query builder. */
  readonly db: NodePgDatabase;
  /** Query builder for hot reads of single rows by their keys: see `ReadLine`. */
  readonly reads: NodePgDatabase;
  /** Inside a transaction caches are neither read nor filled: it may see what others do not. */
  readonly isTransaction: boolean;
  /** Runs a hot statement. */
  run<Row>(statement: NamedStatement, values: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs a hot statement that changes nothing and finds a handful of rows by their keys: see `ReadLine`. */
  read<Row>(statement: NamedStatement, values: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs `work` in this transaction, or in a new one. */
  transaction<T>(work: (session: TransactionSession) => Promise<T>): Promise<T>;
  /** Tells that rows changed: at once, or in a transaction when it commits. */
  changed(change: StoreChange): void;
}

export interface TransactionSession extends Session {
  readonly sql: SqlTransaction;
}

export type PublishChange = (change: StoreChange) => void;

/** The session of everything outside of transactions. */
export function createPoolSession(
  { pool, readLine }: { readonly pool: pg.Pool; readonly readLine: ReadLine },
  publish: PublishChange,
): Session {
  const queryable = {
    query: (config: pg.QueryConfig, values?: unknown[]) => queryPool(pool, config, values),
  };
  return {
    // Drizzle calls `query` only; the pool's own would close the connection at each refused statement.
    db: drizzle({ client: queryable as unknown as pg.Pool }),
    reads: drizzle({ client: readLine as unknown as pg.Client }),
    isTransaction: false,
    run: async (statement, values) => (await queryPool(pool, named(statement, values))).rows,
    read: async (statement, values) => (await readLine.query(named(statement, values))).rows,
    transaction: (work) => runTransaction(pool, publish, work),
    changed: publish,
  };
}

async function queryPool(
  pool: pg.Pool,
  config: pg.QueryConfig,
  values?: unknown[],
): Promise<pg.QueryResult> {
  const client = await pool.connect();
  try {
    const result = await client.query(config, values);
    client.release();
    return result;
  } catch (error) {
    client.release(breaksConnection(error));
    throw error;
  }
}

async function runTransaction<T>(
  pool: pg.Pool,
  publish: PublishChange,
  work: (session: TransactionSession) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const changes: StoreChange[] = [];
  let isBroken = false;
  try {
    await client.query('BEGIN');
    const result = await work(createTransactionSession(client, changes));
    const { command } = await client.query('COMMIT');
    // PostgreSQL rolls back, without an error, when a statement failed and `work` went on regardless.
    if (command !== 'COMMIT')
      throw new Error('The transaction was rolled back: a statement failed');
    for (const change of changes) publish(change);
    return result;
  } catch (error) {
    isBroken = !(await rollback(client));
    throw error;
  } finally {
    client.release(isBroken);
  }
}

function createTransactionSession(
  client: pg.PoolClient,
  changes: StoreChange[],
): TransactionSession {
  const db = drizzle({ client });
  const run: Session['run'] = async (statement, values) =>
    (await client.query(named(statement, values))).rows;
  const session: TransactionSession = {
    db,
    reads: db,
    isTransaction: true,
    run,
    read: run,
    transaction: (work) => work(session),
    changed: (change) => changes.push(change),
    sql: {
      executeSql: async (text, values) => ({ rows: (await client.query(text, values)).rows }),
    },
  };
  return session;
}

/** False when the connection is in an unknown state and must be closed. */
async function rollback(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    // The reason is the error that brought us here; the server rolls back when the connection closes.
    return false;
  }
}

function named({ name, text }: NamedStatement, values: readonly unknown[]): pg.QueryConfig {
  return { name, text, values: [...values] };
}
