import type { Clock, Logger, Store, TenantStore } from '@tessera/model';

/** How often expired rows are deleted, ms. Reads never return them, so only disk space depends on it. */
const INTERVAL_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Jobs of the management API are told of this long. */
const MANAGEMENT_JOB_DAYS = 30;
/**
 * Browsers that a person has not used for so long are forgotten: a day after their cookie, and the longest
 * that a tenant may know them (`remember_for`), have ended.
 */
export const DEVICE_RETENTION_DAYS = 366;

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

/** Rows that end, in the order in which they are deleted. */
const CLEANINGS: Readonly<Record<string, (tenant: TenantStore, times: Times) => Promise<unknown>>> =
  {
    oidcModels: ({ oidcModels }, { now }) => oidcModels.deleteExpired(now),
    tickets: ({ tickets }, { now }) => tickets.deleteExpired(now),
    loginBlocks: ({ loginBlocks }, { now }) => loginBlocks.deleteExpired(now),
    userDevices: ({ userDevices }, { daysAgo }) =>
      userDevices.deleteOlderThan(daysAgo(DEVICE_RETENTION_DAYS)),
    managementJobs: ({ managementJobs }, { daysAgo }) =>
      managementJobs.deleteOlderThan(daysAgo(MANAGEMENT_JOB_DAYS)),
    executions: ({ executions }, { daysAgo, executionRetentionDays }) =>
      executions.deleteOlderThan(daysAgo(executionRetentionDays)),
    logs: ({ logs }, { daysAgo, logRetentionDays }) =>
      logs.deleteOlderThan(daysAgo(logRetentionDays)),
    outbox: ({ outbox }, { daysAgo, outboxRetentionDays }) =>
      outbox.deleteOlderThan(daysAgo(outboxRetentionDays)),
  };

interface Times extends HousekeepingOptions {
  readonly now: Date;
  daysAgo(days: number): Date;
}

/**
 * Deletes what has expired, now and then. Every replica does; the statements do not disturb each other.
 * `stop` waits for the statement under way.
 */
export function startHousekeeping(options: HousekeepingOptions): { stop(): Promise<void> } {
  const { logger, intervalMs = INTERVAL_MS } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A round that takes longer than the interval is not joined by a second one.
    running ??= cleanUp(options, stopping.signal)
      .catch((error: unknown) =>
        logger.warn({ err: error }, 'housekeeping failed; it is tried again later'),
      )
      .finally(() => {
        running = undefined;
      });
  }, intervalMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

/** Tries every kind of row of every tenant, whatever becomes of the others; failures are logged. */
async function cleanUp(options: HousekeepingOptions, stopping: AbortSignal): Promise<void> {
  const { store, clock, logger } = options;
  const now = clock.now();
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
  const times = { ...options, now, daysAgo };
  for (const { id: tenantId } of await store.tenants.list()) {
    const tenant = store.tenant(tenantId);
    for (const [rows, clean] of Object.entries(CLEANINGS)) {
      if (stopping.aborted) return;
      try {
        await clean(tenant, times);
      } catch (error) {
        logger.warn({ err: error, tenantId, rows }, 'housekeeping failed; it is tried again later');
      }
    }
  }
}
