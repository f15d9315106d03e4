import type { ActionLimits } from '@tessera/model';
import type { SandboxLimits } from '../limits.ts';

/** Below these Node does not come up; a smaller number is taken for them. */
const MIN_HEAP_MB = 16;
const MIN_MEMORY_MB = 48;

/** What a process is started with; one of another size cannot become it. */
export interface ProcessSize {
  readonly heapMb: number;
  readonly memoryMb: number;
}

/** The sandbox's limits with those of a tenant in their place. */
export function applyTenantLimits(
  limits: SandboxLimits,
  own: Partial<ActionLimits> | undefined,
): SandboxLimits {
  if (own === undefined) return limits;
  return {
    ...limits,
    heapMb: Math.max(MIN_HEAP_MB, own.heapMb ?? limits.heapMb),
    memoryMb: Math.max(MIN_MEMORY_MB, own.memoryMb ?? limits.memoryMb),
    maxTenantRuns: own.concurrentRuns ?? limits.maxTenantRuns,
    maxConsoleBytes: own.consoleBytes ?? limits.maxConsoleBytes,
    maxConnectionsPerRun: own.requestsPerRun ?? limits.maxConnectionsPerRun,
    maxNetworkBytesPerRun: own.networkBytesPerRun ?? limits.maxNetworkBytesPerRun,
  };
}

export function isSameSize(one: ProcessSize, other: ProcessSize): boolean {
  return one.heapMb === other.heapMb && one.memoryMb === other.memoryMb;
}

/** True when a process with the one's limits may go on serving under the other's. */
export function isSameForProcess(one: SandboxLimits, other: SandboxLimits): boolean {
  if (one === other) return true;
  return (Object.keys(one) as (keyof SandboxLimits)[]).every(
    // How many runs a tenant may have is judged before a process is asked for.
    (name) => name === 'maxTenantRuns' || one[name] === other[name],
  );
}
