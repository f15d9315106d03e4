import type { SandboxLimits } from '../limits.ts';
import { describeDiskExcess } from './disk-gauge.ts';
import type { GuestEnd, GuestLink } from './guest-link.ts';
import { openProcessGauge, type ProcessGauge } from './process-gauge.ts';

const MEGABYTE = 1024 * 1024;
/** A process that grew past this share of a limit is replaced before a run is cut. */
const GROWN = 0.75;
/** What Node needs besides the heap, about. */
const RUNTIME_BYTES = 10 * MEGABYTE;
/** A disk takes some ten megabytes in this time; looking at a full directory takes a few milliseconds. */
const LOOK_AT_DISK_MS = 50;

/** What becomes of a process that was looked at: nothing, no more runs, or its end at once. */
export type Verdict = 'well' | 'grown' | { readonly kill: GuestEnd };

/** Looks at what one guest process uses of the machine. */
export class ProcessWatch {
  readonly #link: GuestLink;
  readonly #limits: SandboxLimits;
  readonly #gauge: ProcessGauge;
  #lookedAt = 0;
  #lookedAtDisk = 0;
  /** Processor time at the first look since the last run. */
  #idleCpu: { readonly lastUsedAt: number; readonly cpuMs: number } | undefined;

  constructor(link: GuestLink, limits: SandboxLimits) {
    this.#link = link;
    this.#limits = limits;
    this.#gauge = openProcessGauge(link.pid);
  }

  /** When `judge` looked last; of `performance.now()`. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /**
   * Judges temporary files and memory. `grown`: it comes near its memory, or near its heap; when it ends
   * after the runs under way, a leak costs no run.
   */
  judge(): Verdict {
    this.#lookedAt = performance.now();
    const excess = this.#findDiskExcess();
    if (excess !== undefined)
      return { kill: { reason: 'output', detail: `${excess} in its temporary directory` } };
    const bytes = this.#gauge.readPrivateBytes();
    if (bytes === undefined) return 'well';
    const { memoryMb, heapMb } = this.#limits;
    if (bytes > memoryMb * MEGABYTE)
      return { kill: { reason: 'memory', detail: `more than ${memoryMb} MB of memory` } };
    const grown = GROWN * MEGABYTE;
    return bytes > Math.min(memoryMb * grown, RUNTIME_BYTES + heapMb * grown) ? 'grown' : 'well';
  }

  #findDiskExcess(): string | undefined {
    if (this.#lookedAt - this.#lookedAtDisk < LOOK_AT_DISK_MS) return undefined;
    this.#lookedAtDisk = this.#lookedAt;
    const { pid, tmpDir } = this.#link;
    return describeDiskExcess({ pid, tmpDir, maxBytes: this.#limits.maxTmpBytes });
  }

  /** True for an idle process, last used then, that has used more than `maxIdleCpuMs` since. */
  worksOnIdle(lastUsedAt: number): boolean {
    const cpuMs = this.#gauge.readCpuMs();
    if (cpuMs === undefined) return false;
    if (this.#idleCpu?.lastUsedAt !== lastUsedAt) {
      this.#idleCpu = { lastUsedAt, cpuMs };
      return false;
    }
    return cpuMs - this.#idleCpu.cpuMs > this.#limits.maxIdleCpuMs;
  }

  close(): void {
    this.#gauge.close();
  }
}
