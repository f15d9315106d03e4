/** A limit that an operator may set for one tenant: what it means, and what it may be. */
export interface TenantLimit {
  readonly unit: 'ms' | 'MB' | 'bytes' | 'count';
  /** Smallest and largest value, both permitted. */
  readonly min: number;
  readonly max: number;
  /** What happens at the limit, in a few words. */
  readonly meaning: string;
}

const MEGABYTE = 1024 * 1024;

/** Limits of a tenant's Actions, by their names on the wire. Units are in the names. */
export const TENANT_LIMITS = {
  run_timeout_ms: {
    unit: 'ms',
    min: 100,
    max: 60_000,
    meaning: 'time of one trigger run, all its Actions together; then the run is ended',
  },
  heap_mb: {
    unit: 'MB',
    min: 32,
    max: 4_096,
    meaning: "JavaScript heap of the tenant's process; beyond it the process ends",
  },
  memory_mb: {
    unit: 'MB',
    min: 64,
    max: 8_192,
    meaning: "private memory of the tenant's process; beyond it the process ends",
  },
  concurrent_runs: {
    unit: 'count',
    min: 1,
    max: 10_000,
    meaning: 'runs under way or waiting at once, per replica; one more is refused',
  },
  console_bytes: {
    unit: 'bytes',
    min: 256,
    max: MEGABYTE / 2,
    meaning: 'console output kept per Action and run; the rest is replaced by a notice',
  },
  requests_per_run: {
    unit: 'count',
    min: 0,
    max: 10_000,
    meaning: 'outbound connections that one run may open or take over; further ones fail',
  },
  network_bytes_per_run: {
    unit: 'bytes',
    min: 0,
    max: 10 * 1024 * MEGABYTE,
    meaning: 'bytes that one run may send and receive together; then its connections fail',
  },
  dependencies_mb: {
    unit: 'MB',
    min: 1,
    max: 2_048,
    meaning: "unpacked size of one Action's dependencies; beyond it the build fails",
  },
} as const satisfies Readonly<Record<string, TenantLimit>>;

export type TenantLimitName = keyof typeof TENANT_LIMITS;

/** All names, in the order in which they are shown. */
export const TENANT_LIMIT_NAMES = Object.keys(TENANT_LIMITS) as readonly TenantLimitName[];

/**
 * Says what is wrong with a value: the limit, the value and the range; undefined when it is permitted.
 * Only whole numbers are.
 */
export function findTenantLimitProblem(name: TenantLimitName, value: number): string | undefined {
  const { min, max } = TENANT_LIMITS[name];
  if (Number.isInteger(value) && value >= min && value <= max) return undefined;
  return `${name} is ${value}; it must be a whole number from ${min} to ${max}`;
}
