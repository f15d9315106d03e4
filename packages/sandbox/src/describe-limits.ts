import { type BuildLimits, DEFAULT_LIMITS } from './builder/build-limits.ts';
import type { SandboxLimits } from './limits.ts';

/** A limit as an operator reads it. */
export interface LimitDescription {
  readonly name: string;
  readonly value: number;
  readonly unit: 'MB' | 'bytes' | 'ms' | 'count';
  /** What it bounds, and what happens at it. */
  readonly meaning: string;
  /** The name under which a tenant may have its own, through the platform API. */
  readonly perTenant?: string;
}

type Meaning = Omit<LimitDescription, 'name' | 'value'>;

/** A limit that is not described does not compile. */
const SANDBOX: Readonly<Record<keyof SandboxLimits, Meaning>> = {
  memoryMb: {
    unit: 'MB',
    perTenant: 'memory_mb',
    meaning: 'private memory of one process; beyond it the process ends',
  },
  heapMb: {
    unit: 'MB',
    perTenant: 'heap_mb',
    meaning: 'JavaScript heap of one process; beyond it the process ends',
  },
  maxConcurrentRuns: { unit: 'count', meaning: 'runs at once in one process; more wait' },
  maxTenantRuns: {
    unit: 'count',
    perTenant: 'concurrent_runs',
    meaning: 'runs of one tenant, under way or waiting; one more is refused',
  },
  maxConsoleBytes: {
    unit: 'bytes',
    perTenant: 'console_bytes',
    meaning: 'console output kept per Action and run; the rest is replaced by a notice',
  },
  maxResultBytes: { unit: 'bytes', meaning: 'all results of one run; beyond it the run fails' },
  maxEventBytes: { unit: 'bytes', meaning: 'the event of a run; beyond it the run fails' },
  maxHostCalls: {
    unit: 'count',
    meaning: 'reads of the host (api.cache, api.roles) in one run; beyond it the process ends',
  },
  standbys: { unit: 'count', meaning: 'processes kept ready, without a tenant' },
  maxTenantProcesses: {
    unit: 'count',
    meaning: 'tenants with a process of their own; past it an idle one gives way',
  },
  maxStarts: { unit: 'count', meaning: 'processes being started at once; more wait' },
  startTimeoutMs: { unit: 'ms', meaning: 'time for a process to start; then it is given up' },
  idleMs: { unit: 'ms', meaning: "an idle tenant's process ends after this" },
  maxIdleCpuMs: {
    unit: 'ms',
    meaning: 'processor time of an idle process between two runs; beyond it it is replaced',
  },
  maxRunsPerProcess: { unit: 'count', meaning: 'runs after which a process is replaced' },
  maxVersionsPerProcess: { unit: 'count', meaning: 'versions after which a process is replaced' },
  maxDeathsPerMinute: {
    unit: 'count',
    meaning: "deaths of a tenant's processes in a minute, after which new ones are delayed",
  },
  closeMs: { unit: 'ms', meaning: 'time for runs under way when the server stops' },
  watchMs: { unit: 'ms', meaning: 'how often memory is looked at during runs' },
  maxTmpBytes: {
    unit: 'bytes',
    meaning: 'temporary directory of a process; beyond it writes fail',
  },
  maxConnections: {
    unit: 'count',
    meaning: 'outbound connections open at once in one process; further ones fail',
  },
  maxConnectionsPerRun: {
    unit: 'count',
    perTenant: 'requests_per_run',
    meaning: 'outbound connections that one run may open or take over; further ones fail',
  },
  maxConnectionBytes: {
    unit: 'bytes',
    meaning: 'bytes in each direction of one outbound connection; beyond it it fails',
  },
  maxNetworkBytesPerRun: {
    unit: 'bytes',
    perTenant: 'network_bytes_per_run',
    meaning: 'bytes that one run may send and receive together; then its connections fail',
  },
  connectTimeoutMs: { unit: 'ms', meaning: 'time for an outbound connection; then it fails' },
};

const BUILDS: Readonly<Record<keyof BuildLimits, Meaning>> = {
  installBytes: {
    unit: 'bytes',
    perTenant: 'dependencies_mb',
    meaning: "unpacked size of one Action's dependencies; beyond it the build fails",
  },
  installFiles: {
    unit: 'count',
    meaning: "files of one Action's dependencies; beyond it the build fails",
  },
  packages: { unit: 'count', meaning: 'packages that one Action depends on, with their own' },
  artifactBytes: { unit: 'bytes', meaning: 'a built Action; beyond it the build fails' },
  sourceBytes: { unit: 'bytes', meaning: 'text that one build reads; beyond it the build fails' },
  buildMs: { unit: 'ms', meaning: 'time of one build; then it is ended and tried again' },
};

/** Every limit of runs and builds by name, with what it means. */
export function describeLimits(
  limits: SandboxLimits,
  builds: Partial<BuildLimits> = {},
): readonly LimitDescription[] {
  return [
    ...describe(limits, SANDBOX),
    ...describe<keyof BuildLimits>({ ...DEFAULT_LIMITS, ...builds }, BUILDS),
  ];
}

function describe<Name extends string>(
  values: Readonly<Record<Name, number>>,
  meanings: Readonly<Record<Name, Meaning>>,
): readonly LimitDescription[] {
  return (Object.keys(meanings) as Name[]).map((name) => ({
    name,
    value: values[name],
    ...meanings[name],
  }));
}
