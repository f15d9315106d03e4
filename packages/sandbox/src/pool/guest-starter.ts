import type { Logger } from '@tessera/model';
import type { Launcher } from '../levels/launch.ts';
import { readDataBytes } from '../levels/process-tree.ts';
import type { SandboxLimits } from '../limits.ts';
import type { Preload } from '../protocol.ts';
import type { RuntimeDir } from '../runtime-dir.ts';
import { GuestLink } from './guest-link.ts';
import { SlotPool } from './slot-pool.ts';
import type { ProcessSize } from './tenant-limits.ts';

export interface GuestStarterOptions {
  readonly launcher: Launcher;
  readonly runtimeDir: RuntimeDir;
  readonly limits: SandboxLimits;
  readonly canChangeUser: boolean;
  readonly logger: Logger;
  /** PEM certificates that guests trust besides Node's own. */
  readonly ca: readonly string[];
}

const MEGABYTE = 1024 * 1024;
/** Room above the results for a frame's other members. */
const MAX_FRAME_BYTES = 8 * MEGABYTE;

/** Starts guests at one level. */
export class GuestStarter {
  readonly #options: GuestStarterOptions;
  readonly #slots: SlotPool;
  /** What Node has mapped before an Action runs. */
  #mappedBytes: number | undefined;

  constructor(options: GuestStarterOptions) {
    this.#options = options;
    const { runtimeDir, canChangeUser, launcher } = options;
    this.#slots = new SlotPool({ runtimeDir, canChangeUser, needsTmpDir: launcher.needsTmpDir });
  }

  /**
   * Starts one guest and ends it again. Learns how much memory Node has mapped before an action runs:
   * the kernel's limit for memory outside the heap is that plus the budget, and differs by version.
   *
   * Answers why the guest did not come up, or undefined.
   */
  async calibrate(): Promise<string | undefined> {
    let link: GuestLink;
    try {
      link = this.start(this.#options.limits, 'common');
    } catch (error) {
      return (error as Error).message;
    }
    const { startTimeoutMs } = this.#options.limits;
    const timer = setTimeout(
      () => link.kill({ reason: 'time', detail: `not ready within ${startTimeoutMs} ms` }),
      startTimeoutMs,
    );
    try {
      await link.ready;
      this.#mappedBytes = link.pid === undefined ? undefined : readDataBytes(link.pid);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    } finally {
      clearTimeout(timer);
      link.kill({ reason: 'retired', detail: 'surplus' });
      await link.ended;
      link.dispose();
    }
  }

  /** Throws when the machine does not let us. */
  start({ heapMb, memoryMb }: ProcessSize, preload: Preload): GuestLink {
    const { launcher, runtimeDir, limits, ca, logger } = this.#options;
    const slot = this.#slots.acquire();
    try {
      const launch = launcher.plan(slot, {
        heapMb,
        maxTmpBytes: limits.maxTmpBytes,
        ...(this.#mappedBytes === undefined
          ? {}
          : { dataBytes: this.#mappedBytes + memoryMb * MEGABYTE }),
      });
      const link = new GuestLink({
        launch,
        journalDir: runtimeDir.memoryPath,
        tmpDir: slot.tmpDir,
        maxFrameBytes: MAX_FRAME_BYTES,
        logger,
      });
      void link.ended.then(() => this.#slots.release(slot));
      const { maxConsoleBytes, maxResultBytes } = limits;
      link.send({ t: 'start', limits: { maxConsoleBytes, maxResultBytes }, ca, preload });
      return link;
    } catch (error) {
      this.#slots.release(slot);
      throw error;
    }
  }
}
