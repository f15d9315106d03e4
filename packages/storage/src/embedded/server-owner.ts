import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { unavailable } from './unavailable.ts';

/** Any number; a session lock in the database `postgres`. */
const OWNER_LOCK = 0x6f776e72;
/** How long a predecessor may take to let go, in ms: a restart overlaps with the end of the old process. */
const HANDOVER_MS = 3_000;
const POLL_MS = 50;

/** `pg` has these; its types do not. */
type RefCounted = pg.Client & { ref(): void; unref(): void };

/** Holds the embedded server for one process. */
export interface ServerOwner {
  release(): Promise<void>;
}

/**
 * Claims the server for this process. The claim is a lock of a session: it ends with this process however
 * that ends, and cannot go stale. Rejects when another process holds it.
 */
export async function claimServer(
  connection: pg.ClientConfig,
  dataDir: string,
  onLost: () => void,
): Promise<ServerOwner> {
  const client = new pg.Client({
    ...connection,
    application_name: `tessera owner ${process.pid}`,
    database: 'postgres',
  }) as RefCounted;
  let isReleased = false;
  client.on('error', () => {
    // `end` follows.
  });
  const release = async () => {
    isReleased = true;
    client.ref();
    await client.end();
  };
  try {
    await client.connect();
    await lock(client, dataDir);
  } catch (error) {
    await release().catch(() => undefined);
    throw error;
  }
  client.on('end', () => {
    if (!isReleased) onLost();
  });
  // The claim lasts as long as the process; it is no reason for the process to last.
  client.unref();
  return { release };
}

async function lock(client: pg.Client, dataDir: string): Promise<void> {
  for (const deadline = Date.now() + HANDOVER_MS; ; await sleep(POLL_MS)) {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS locked',
      [OWNER_LOCK],
    );
    if (rows[0]?.locked === true) return;
    if (Date.now() >= deadline) break;
  }
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND objid = $1 AND granted`,
    [OWNER_LOCK],
  );
  const pid = rows[0]?.name.split(' ').at(-1) ?? 'unknown';
  throw unavailable(
    `The data directory "${dataDir}" is in use by process ${pid}. Stop that one, or give this one another data directory.`,
  );
}
