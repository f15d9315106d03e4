/** Limits of the sandbox. Sizes in bytes unless the name says otherwise. */
export interface SandboxLimits {
  /** Private memory of one process, in MB; watched, and enforced by the kernel for off-heap memory. */
  readonly memoryMb: number;
  /** JavaScript heap of one process, in MB. */
  readonly heapMb: number;
  /** Runs at once in one process; a kill ends all of them. */
  readonly maxConcurrentRuns: number;
  /** Runs of one tenant, under way or waiting; one more is refused with `too_many_runs`. */
  readonly maxTenantRuns: number;
  /** Console output kept per action; the rest is replaced by a notice. */
  readonly maxConsoleBytes: number;
  /** All results of one run as JSON. */
  readonly maxResultBytes: number;
  readonly maxEventBytes: number;
  /** Host calls (`api.cache`, `api.roles`, …) in one run. */
  readonly maxHostCalls: number;
  /** Processes kept ready, without a tenant. */
  readonly standbys: number;
  /** Tenants with a process of their own; past it the idle one that is used least gives way. */
  readonly maxTenantProcesses: number;
  /** Processes being started at once. */
  readonly maxStarts: number;
  readonly startTimeoutMs: number;
  /** An idle tenant's process ends after this. */
  readonly idleMs: number;
  /** Processor time that an idle process may use between two runs. */
  readonly maxIdleCpuMs: number;
  /** A process is replaced after this many runs, */
  readonly maxRunsPerProcess: number;
  /** and after loading this many versions. */
  readonly maxVersionsPerProcess: number;
  /**
   * Deaths of a tenant's processes within a minute, after which new ones are delayed, longer with each
   * further death; from a second on the tenant's runs are told so instead of waiting.
   */
  readonly maxDeathsPerMinute: number;
  /** On closing, runs under way may go on for this long. */
  readonly closeMs: number;
  /** How often memory is looked at while runs are under way. */
  readonly watchMs: number;
  /** Private temporary directory of a process. */
  readonly maxTmpBytes: number;
  /** Outbound connections open at once in one process. */
  readonly maxConnections: number;
  /** Outbound connections that one run may open. */
  readonly maxConnectionsPerRun: number;
  /** Bytes in each direction of one outbound connection. */
  readonly maxConnectionBytes: number;
  /** Bytes that the connections of one run may carry, both directions together. */
  readonly maxNetworkBytesPerRun: number;
  readonly connectTimeoutMs: number;
}

export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  memoryMb: 256,
  heapMb: 160,
  maxConcurrentRuns: 32,
  maxTenantRuns: 250,
  maxConsoleBytes: 64 * 1024,
  maxResultBytes: 1024 * 1024,
  maxEventBytes: 1024 * 1024,
  maxHostCalls: 1_000,
  standbys: 2,
  maxTenantProcesses: 200,
  maxStarts: 2,
  startTimeoutMs: 10_000,
  idleMs: 300_000,
  maxIdleCpuMs: 1_000,
  maxRunsPerProcess: 50_000,
  maxVersionsPerProcess: 64,
  maxDeathsPerMinute: 20,
  closeMs: 20_000,
  watchMs: 25,
  maxTmpBytes: 16 * 1024 * 1024,
  maxConnections: 64,
  maxConnectionsPerRun: 200,
  maxConnectionBytes: 256 * 1024 * 1024,
  maxNetworkBytesPerRun: 512 * 1024 * 1024,
  connectTimeoutMs: 10_000,
};

/** What one run may do on the network. */
export type NetworkLimits = Pick<SandboxLimits, 'maxConnectionsPerRun' | 'maxNetworkBytesPerRun'>;
