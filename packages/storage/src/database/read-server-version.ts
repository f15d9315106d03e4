import pg from 'pg';

const TIMEOUT_MS = 5_000;

/** The version of the PostgreSQL at an address, e.g. `18.4`. Rejects when it does not answer. */
export async function readServerVersion(address: pg.ClientConfig): Promise<string> {
  const client = new pg.Client({
    ...address,
    application_name: 'tessera',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}
