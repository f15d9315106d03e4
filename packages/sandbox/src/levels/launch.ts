import type { SandboxLevel } from '@tessera/model';

/** Descriptors that every guest gets besides its standard ones: control, egress, journal. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** User and group to become before anything of the guest starts. */
  readonly identity?: number;
  /** Files that the launcher reads from descriptors 6, 7, … */
  readonly files: readonly string[];
}

/** What a process slot is made of. */
export interface Slot {
  /** Unprivileged user and group of this slot's process alone; absent when we may not change users. */
  readonly identity?: number;
  /** Private temporary directory, where the level needs one on the machine. */
  readonly tmpDir?: string;
}

/** A way of starting guests. */
export interface Launcher {
  readonly level: SandboxLevel;
  /** What stands between a guest and the machine, in words for operators. */
  readonly layers: readonly string[];
  /** True when a slot needs a directory on the machine. */
  readonly needsTmpDir: boolean;
  /** What to start; with `program` instead of the guest, for probing. */
  plan(slot: Slot, limits: LaunchLimits): Launch;
}

export interface LaunchLimits {
  readonly heapMb: number;
  readonly maxTmpBytes: number;
  /** `RLIMIT_DATA` in bytes; absent until it was calibrated. */
  readonly dataBytes?: number;
}

/** Why a level cannot be had, and what an operator can do about it. */
export interface MissingLevel {
  readonly level: SandboxLevel;
  readonly reason: string;
  readonly remedy: string;
}
