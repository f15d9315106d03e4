import type { Clock, Logger, Store } from '@tessera/model';

/** How often expired rows are deleted, ms. Reads never return them, so only disk space depends on it. */
const INTERVAL_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Execution records and tenant log entries are kept this long, days. */
const RETENTION_DAYS = 10;

/** Deletes what has expired, now and then. Every replica does; the statements do not disturb each other. */
export function startHousekeeping(
  store: Store,
  clock: Clock,
  logger: Logger,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => cleanUp(store, clock))
      .catch((error: unknown) =>
        logger.warn({ err: error }, 'housekeeping failed; it is tried again later'),
      );
  }, INTERVAL_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function cleanUp(store: Store, clock: Clock): Promise<void> {
  const now = clock.now();
  const oldest = new Date(now.getTime() - RETENTION_DAYS * DAY_MS);
  for (const { id } of await store.tenants.list()) {
    const tenant = store.tenant(id);
    await tenant.oidcModels.deleteExpired(now);
    await tenant.executions.deleteOlderThan(oldest);
    await tenant.logs.deleteOlderThan(oldest);
  }
}
