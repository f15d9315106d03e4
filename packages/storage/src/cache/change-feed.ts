import type { Logger, StoreChange } from '@tessera/model';
import pg from 'pg';

/** Channel that the triggers of the migrations notify. */
const CHANNEL = 'tessera_changes';
/** First and longest pause before connecting again, in ms. */
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 5_000;
/** How often the connection is tried: a peer that vanished without a word is noticed after this long. */
const HEARTBEAT_MS = 15_000;

const KINDS: ReadonlySet<string> = new Set<StoreChange['kind']>([
  'tenants',
  'clients',
  'resourceServers',
  'clientGrants',
  'connections',
  'signingKeys',
  'bindings',
  'customTexts',
  'roles',
]);

export interface ChangeFeedOptions {
  readonly settings: pg.ClientConfig;
  readonly logger: Logger;
  onChange(change: StoreChange): void;
  /** Changes may have been missed: the connection was lost and is back. */
  onGap(): void;
}

export interface ChangeFeed {
  close(): Promise<void>;
}

/** Listens on a connection of its own for what other replicas change. Rejects when there is no database. */
export async function openChangeFeed(options: ChangeFeedOptions): Promise<ChangeFeed> {
  const feed = new ListeningFeed(options);
  await feed.start();
  return feed;
}

class ListeningFeed implements ChangeFeed {
  readonly #options: ChangeFeedOptions;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = RECONNECT_MIN_MS;
  #isClosed = false;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const client = new pg.Client(this.#options.settings);
    // Without a listener a lost connection would end the process. `end` follows and reconnects.
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => this.#receive(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      await close(client);
      throw error;
    }
    if (this.#isClosed) return close(client);
    this.#client = client;
    this.#pauseMs = RECONNECT_MIN_MS;
    this.#schedule(() => this.#beat(client), HEARTBEAT_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await close(client);
  }

  #lost(client: pg.Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = undefined;
    this.#options.logger.warn({}, 'the connection that hears of changes was lost');
    void close(client);
    this.#reconnectLater();
  }

  #reconnectLater(): void {
    this.#schedule(() => this.#reconnect(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, RECONNECT_MAX_MS);
  }

  async #reconnect(): Promise<void> {
    try {
      await this.start();
    } catch {
      // The pool's users get the error; here only the next attempt matters.
      if (!this.#isClosed) this.#reconnectLater();
      return;
    }
    if (!this.#isClosed) this.#options.onGap();
  }

  async #beat(client: pg.Client): Promise<void> {
    try {
      await client.query('SELECT 1');
    } catch {
      this.#lost(client);
      return;
    }
    if (this.#client === client) this.#schedule(() => this.#beat(client), HEARTBEAT_MS);
  }

  #schedule(task: () => Promise<void>, afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void task(), afterMs);
    this.#timer.unref();
  }

  #receive(payload: string | undefined): void {
    const change = parseChange(payload);
    if (change === undefined) {
      this.#options.logger.warn({}, 'a notification on the change channel was not understood');
      return;
    }
    this.#options.onChange(change);
  }
}

/** Anyone with access to the database may notify: what does not parse is dropped. */
function parseChange(payload: string | undefined): StoreChange | undefined {
  try {
    const { tenantId, kind } = JSON.parse(payload ?? '');
    if (typeof tenantId !== 'string' || !KINDS.has(kind)) return undefined;
    return { tenantId, kind };
  } catch {
    return undefined;
  }
}

/** Ends the connection; one that is already gone counts as ended. */
async function close(client: pg.Client): Promise<void> {
  try {
    await client.end();
  } catch {
    // Nothing is left to close.
  }
}
