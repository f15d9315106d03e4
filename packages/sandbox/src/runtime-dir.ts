import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
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
    this.path = mkdtempSync(join(parent, `${PREFIX}${readPidNamespace()}-${process.pid}-`));
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

  /** Never throws: what a guest made hard to remove is tried again when the runner closes. */
  removeTmpDir(path: string): void {
    try {
      removeTree(path);
    } catch {
      // The disk gauge ends guests that make such directories before they hold much.
    }
  }

  close(): void {
    removeTree(this.path);
  }
}

/** Also removes directories that a guest of our own user has locked. */
function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    unlock(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function unlock(directory: string): void {
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) unlock(join(directory, entry.name));
  }
}

/**
 * Removes what runners left that were killed: their directories, and launchers that were starting a
 * guest at that moment and wait for their parent ever since.
 */
function removeAbandoned(parent: string): void {
  const pattern = new RegExp(`${PREFIX}${readPidNamespace()}-(\\d+)-[^/]+`);
  const isAbandoned = (text: string) => {
    const pid = pattern.exec(text)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  };
  for (const { pid, command } of listProcesses()) {
    if (command.some((word) => word.startsWith(parent) && isAbandoned(word)))
      ignoreRefusal(() => process.kill(pid, 'SIGKILL'));
  }
  for (const name of readdirSync(parent)) {
    if (isAbandoned(name))
      ignoreRefusal(() => rmSync(join(parent, name), { recursive: true, force: true }));
  }
}

/** What belongs to another user is theirs to remove. */
function ignoreRefusal(body: () => void): void {
  try {
    body();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'EACCES' && code !== 'ESRCH') throw error;
  }
}

/** Process numbers mean nothing in another container that shares the directory. */
function readPidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '0';
  }
}

function listProcesses(): readonly { readonly pid: number; readonly command: readonly string[] }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [
        { pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') },
      ];
    } catch {
      return [];
    }
  });
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
