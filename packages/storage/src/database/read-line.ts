import pg from 'pg';
import { breaksConnection } from './map-database-error.ts';

/** One connection that many short reads share. */
export interface ReadLine {
  /** Runs one statement that changes nothing and finds a handful of rows by their keys. */
  query(config: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult>;
  /** Closes the connection after what is under way. Reads reject from now on. */
  close(): Promise<void>;
}

/**
 * Reads are sent without waiting for the answers of those before them (pipelining), so that PostgreSQL's
 * process is woken once for many, and no connection has to be taken from the pool and given back. They are
 * answered in order: a slow one would hold up the others, and belongs to the pool. The connection is opened
 * at the first read, and again at the first one after it broke; what was under way then rejects.
 */
export function createReadLine(settings: pg.ClientConfig): ReadLine {
  let open: Promise<pg.Client> | undefined;
  let isClosed = false;

  const connect = (): Promise<pg.Client> => {
    const client = new pg.Client({ ...settings, pipeline: true });
    const opening = client.connect().then(() => client);
    const forget = (): void => {
      if (open === opening) open = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    opening.catch(forget);
    return opening;
  };

  return {
    async query(config, values) {
      if (isClosed) throw new Error('The connection for reads was closed');
      open ??= connect();
      const opened = open;
      const client = await opened;
      try {
        return await client.query(config, values);
      } catch (error) {
        if (breaksConnection(error)) {
          // Its end may be told only after this.
          if (open === opened) open = undefined;
          void client.end();
        }
        throw error;
      }
    },
    async close() {
      isClosed = true;
      const client = await open?.catch(() => undefined);
      await client?.end();
    },
  };
}
