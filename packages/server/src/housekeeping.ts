import type { Clock, Logger, Store } from '@tessera/model';

/** How often expired rows are deleted, ms. Reads never return them, so only disk space depends on it. */
const INTERVAL_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Jobs of the management API are told of this long. */
const MANAGEMENT_JOB_DAYS = 30;

export interface HousekeepingOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Execution records are kept this long, days; */
  readonly executionRetentionDays: number;
  /** and entries of the tenant log this long, */
  readonly logRetentionDays: number;
  /** and messages of the outbox, whatever became of them, this long. */
  readonly outboxRetentionDays: number;
  /** Default: every ten minutes. */
  readonly intervalMs?: number;
}

/** Deletes what has expired, now and then. Every replica does; the statements do not disturb each other. */
export function startHousekeeping(options: HousekeepingOptions): { stop(): Promise<void> } {
  const { logger, intervalMs = INTERVAL_MS } = options;
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => cleanUp(options))
      .catch((error: unknown) =>
        logger.warn({ err: error }, 'housekeeping failed; it is tried again later'),
      );
  }, intervalMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function cleanUp(options: HousekeepingOptions): Promise<void> {
  const { store, clock, executionRetentionDays, logRetentionDays, outboxRetentionDays } = options;
  const now = clock.now();
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
  for (const { id } of await store.tenants.list()) {
    const tenant = store.tenant(id);
    await tenant.oidcModels.deleteExpired(now);
    await tenant.tickets.deleteExpired(now);
    await tenant.loginBlocks.deleteExpired(now);
    await tenant.managementJobs.deleteOlderThan(daysAgo(MANAGEMENT_JOB_DAYS));
    await tenant.executions.deleteOlderThan(daysAgo(executionRetentionDays));
    await tenant.logs.deleteOlderThan(daysAgo(logRetentionDays));
    await tenant.outbox.deleteOlderThan(daysAgo(outboxRetentionDays));
  }
}
