import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, totalmem, type } from 'node:os';

/** Where and on what something was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  /** Operating system's name and kernel version. */
  readonly kernel: string;
  readonly node: string;
  /** Processes that wanted a core in the minute before: well above 0 means that others were measured too. */
  readonly loadBefore: number;
}

export function readMachine(): Machine {
  return {
    cpu: readCpuModel(),
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** Virtual machines often hide the exact model; family and model numbers still tell the generation. */
function readCpuModel(): string {
  const name = cpus()[0]?.model.trim() ?? 'unknown';
  if (platform() !== 'linux') return name;
  const facts = readFileSync('/proc/cpuinfo', 'utf8');
  const family = /^cpu family\s*: (\d+)$/m.exec(facts)?.[1];
  const model = /^model\s*: (\d+)$/m.exec(facts)?.[1];
  return family && model ? `${name} (family ${family}, model ${model})` : name;
}
