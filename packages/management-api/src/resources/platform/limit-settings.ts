import type { TenantLimitName } from '@tessera/api-contract';
import type { ActionLimits } from '@tessera/model';

/** Limits that a tenant's `actionLimits` hold; the time of a run is a setting of its own. */
export type ActionLimitName = Exclude<TenantLimitName, 'run_timeout_ms'>;

/** Names on the wire and in the configuration, and what they are in a tenant's settings. */
export const LIMIT_SETTINGS: Readonly<Record<ActionLimitName, keyof ActionLimits>> = {
  heap_mb: 'heapMb',
  memory_mb: 'memoryMb',
  concurrent_runs: 'concurrentRuns',
  console_bytes: 'consoleBytes',
  requests_per_run: 'requestsPerRun',
  network_bytes_per_run: 'networkBytesPerRun',
  dependencies_mb: 'dependenciesMb',
};
