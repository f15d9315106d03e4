import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';
const PREFIX = 'tessera-sandbox-';

/** The directory with everything that guests and their launchers read; gone when the runner closes. */
export class RuntimeDir {
  readonly path: string;
  /** A directory in memory where the machine has one: writes there do not wait for its disk. */
  readonly memoryPath: string;
  #tmpDirs = 0;

  constructor(parent: string = tmpdir()) {
    removeAbandoned(parent);
    this.path = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
    // Guests of other users read the bundle in here.
    chmodSync(this.path, 0o755);
    this.memoryPath = isWritable(SHARED_MEMORY) ? SHARED_MEMORY : this.path;
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content, { mode: 0o644 });
    return path;
  }

  createTmpDir(owner: number | undefined): string {
    this.#tmpDirs += 1;
    const path = join(this.path, `tmp-${this.#tmpDirs}`);
    mkdirSync(path, { mode: 0o700 });
    if (owner !== undefined) chownSync(path, owner, owner);
    return path;
  }

  removeTmpDir(path: string): void {
    rmSync(path, { recursive: true, force: true });
  }

  close(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Removes what runners left that were killed. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // Fails for those of other users, which are theirs to remove.
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {}
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
