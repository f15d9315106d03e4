import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DataDirectory } from './data-directory.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { isAlive, SERVER_ENVIRONMENT } from './process-state.ts';
import { findNamedAccount, type ServerAccount } from './server-account.ts';
import { explainFailure, messageOf, unavailable } from './unavailable.ts';

/** Superuser of the cluster; the socket's directory admits nobody else. */
export const SUPERUSER = 'tessera';
const INITDB_TIMEOUT_MS = 120_000;

/**
 * Makes the cluster if there is none. It is made beside its place and moved there when complete: a killed
 * or failed start leaves no half cluster, and of two starters at once the first one wins.
 */
export async function initializeCluster(
  directory: DataDirectory,
  binaries: PostgresBinaries,
): Promise<void> {
  await removeAbandonedDrafts(directory.path);
  if (await isInitialized(directory, binaries)) return;
  const draft = join(directory.path, `.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await createDraft(draft, directory, binaries);
    await rename(draft, directory.cluster).catch(ifTaken);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Starters that were killed while they made a cluster leave it behind. */
async function removeAbandonedDrafts(path: string): Promise<void> {
  for (const entry of await readdir(path)) {
    const [, pid] = /^\.new-(\d+)-/.exec(entry) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(path, entry), { recursive: true, force: true });
  }
}

async function isInitialized(
  { path, cluster }: DataDirectory,
  { major }: PostgresBinaries,
): Promise<boolean> {
  let version: string;
  try {
    version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const entries = await readdir(cluster).catch(() => []);
    if (code === 'ENOENT' && entries.length === 0) return false;
    const explanation = code === 'ENOENT' ? undefined : explainFailure(messageOf(error), path);
    throw unavailable(
      explanation ?? `"${cluster}" is not empty, and not a PostgreSQL cluster. Move it away.`,
      error,
    );
  }
  if (version === major) return true;
  throw unavailable(
    `The data in "${path}" was written by PostgreSQL ${version}; this release brings PostgreSQL ${major}. Dump it with PostgreSQL ${version} and load it into an empty data directory, or use the release that wrote it.`,
  );
}

async function createDraft(
  draft: string,
  directory: DataDirectory,
  binaries: PostgresBinaries,
): Promise<void> {
  const { account } = directory;
  const creator = account === undefined ? undefined : await findNamedAccount();
  try {
    await mkdir(draft, { mode: 0o700 });
    if (creator !== undefined) await chown(draft, creator.uid, creator.gid);
    await promisify(execFile)(
      binaries.initdb,
      [
        ...['--pgdata', draft, '--username', SUPERUSER, '--auth', 'trust'],
        ...['--encoding', 'UTF8', '--locale', 'C', '--no-instructions'],
      ],
      { ...creator, cwd: draft, env: SERVER_ENVIRONMENT, timeout: INITDB_TIMEOUT_MS },
    );
    if (account !== undefined) await chownAll(draft, account);
  } catch (error) {
    const stderr = (error as { readonly stderr?: string }).stderr ?? '';
    const explanation = explainFailure(`${messageOf(error)}\n${stderr}`, directory.path);
    const last = stderr.trim().split('\n').at(-1) ?? '';
    throw unavailable(
      explanation ?? `The database cannot be created in "${directory.path}": ${last}`,
      error,
    );
  }
}

async function chownAll(path: string, { uid, gid }: ServerAccount): Promise<void> {
  await chown(path, uid, gid);
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    await chown(join(entry.parentPath, entry.name), uid, gid);
  }
}

/** Another starter's cluster is in place. */
function ifTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
