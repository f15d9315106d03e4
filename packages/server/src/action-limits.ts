import { findTenantLimitProblem, TENANT_LIMIT_NAMES } from '@tessera/api-contract';
import { LIMIT_SETTINGS } from '@tessera/management-api';
import type { ActionLimits } from '@tessera/model';
import {
  DEFAULT_DEPENDENCIES_MB,
  DEFAULT_SANDBOX_LIMITS,
  type SandboxLimits,
} from '@tessera/sandbox';
import { StartupError } from './startup-error.ts';

const VARIABLE = 'TESSERA_ACTION_LIMITS';
const EXAMPLE = `Example: ${VARIABLE}=heap_mb=256,memory_mb=512,concurrent_runs=500. See docs/configuration.md.`;

/**
 * Reads `TESSERA_ACTION_LIMITS`, a list such as `heap_mb=256,concurrent_runs=500`; what it does not name is
 * as the sandbox has it.
 *
 * @throws StartupError that names the variable, the entry and an example.
 */
export function parseActionLimits(entries: readonly string[]): ActionLimits {
  const limits: Record<keyof ActionLimits, number> = { ...DEFAULT_ACTION_LIMITS };
  for (const entry of entries) {
    const [, name = '', digits = ''] = /^([a-z_]+)\s*=\s*(\d{1,15})$/.exec(entry) ?? [];
    if (!isLimit(name)) throw new StartupError(describeUnknown(entry, name));
    const problem = findTenantLimitProblem(name, Number(digits));
    if (problem !== undefined)
      throw new StartupError(`${VARIABLE} is not valid: ${problem}. ${EXAMPLE}`);
    limits[LIMIT_SETTINGS[name]] = Number(digits);
  }
  if (limits.heapMb > limits.memoryMb) {
    throw new StartupError(
      `${VARIABLE} is not valid: heap_mb is ${limits.heapMb}; it must not be more than memory_mb, which is ${limits.memoryMb}. ${EXAMPLE}`,
    );
  }
  return limits;
}

function isLimit(name: string): name is keyof typeof LIMIT_SETTINGS {
  return Object.hasOwn(LIMIT_SETTINGS, name);
}

function describeUnknown(entry: string, name: string): string {
  if (name === 'run_timeout_ms') {
    return `${VARIABLE} is not valid: run_timeout_ms is set per tenant, through the platform API. ${EXAMPLE}`;
  }
  const known = TENANT_LIMIT_NAMES.filter(isLimit).join(', ');
  return `${VARIABLE} is not valid: "${entry}" is no limit; each entry is name=number with one of ${known}. ${EXAMPLE}`;
}

const DEFAULT_ACTION_LIMITS: ActionLimits = {
  heapMb: DEFAULT_SANDBOX_LIMITS.heapMb,
  memoryMb: DEFAULT_SANDBOX_LIMITS.memoryMb,
  concurrentRuns: DEFAULT_SANDBOX_LIMITS.maxTenantRuns,
  consoleBytes: DEFAULT_SANDBOX_LIMITS.maxConsoleBytes,
  requestsPerRun: DEFAULT_SANDBOX_LIMITS.maxConnectionsPerRun,
  networkBytesPerRun: DEFAULT_SANDBOX_LIMITS.maxNetworkBytesPerRun,
  dependenciesMb: DEFAULT_DEPENDENCIES_MB,
};

/** The same limits by the sandbox's names. */
export function toSandboxLimits(limits: ActionLimits): Partial<SandboxLimits> {
  return {
    heapMb: limits.heapMb,
    memoryMb: limits.memoryMb,
    maxTenantRuns: limits.concurrentRuns,
    maxConsoleBytes: limits.consoleBytes,
    maxConnectionsPerRun: limits.requestsPerRun,
    maxNetworkBytesPerRun: limits.networkBytesPerRun,
  };
}
