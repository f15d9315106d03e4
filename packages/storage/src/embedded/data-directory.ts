import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '@tessera/model';
import { chooseAccount, findBarrier, type ServerAccount } from './server-account.ts';
import { explainFailure, messageOf, unavailable } from './unavailable.ts';

/** Where the files of the embedded database are, and who owns them. */
export interface DataDirectory {
  /** Absolute and free of symbolic links. */
  readonly path: string;
  /** The cluster ("PGDATA"). */
  readonly cluster: string;
  readonly logFile: string;
  /** Set when this process is root: whom the server runs as. */
  readonly account: ServerAccount | undefined;
}

/** Link in a data directory that an unprivileged account cannot reach, to the one used instead. */
const RELOCATED = 'relocated';
const RELOCATION_BASE = '/var/lib/tessera';

/**
 * Makes the directory. As root below a directory that is closed to others (`/root`), the server could not
 * get there: the files then live in `/var/lib/tessera`, and a link in the data directory says where.
 */
export async function openDataDirectory(dataDir: string, logger: Logger): Promise<DataDirectory> {
  try {
    await mkdir(dataDir, { recursive: true });
    const path = await realpath(dataDir);
    const account = await chooseAccount(join(path, 'cluster'));
    const barrier = account === undefined ? undefined : await findBarrier(dirname(path), account);
    if (account === undefined) {
      await chmod(path, 0o700);
      return describe(path, account);
    }
    const reachable = barrier === undefined ? path : await relocate(path, barrier, logger);
    const owner = (await chooseAccount(join(reachable, 'cluster'))) ?? account;
    await chown(reachable, owner.uid, owner.gid);
    // Others may pass, not list: `initdb` runs as another account than the server.
    await chmod(reachable, 0o711);
    return describe(reachable, owner);
  } catch (error) {
    const explanation = explainFailure(messageOf(error), dataDir);
    throw explanation === undefined ? error : unavailable(explanation, error);
  }
}

function describe(path: string, account: ServerAccount | undefined): DataDirectory {
  return { path, cluster: join(path, 'cluster'), logFile: join(path, 'postgres.log'), account };
}

async function relocate(path: string, barrier: string, logger: Logger): Promise<string> {
  const link = join(path, RELOCATED);
  const known = await lstat(link).catch(() => undefined);
  if (known === undefined) {
    const target = await createTarget(path, barrier);
    try {
      await symlink(target, link);
    } catch (error) {
      await rm(target, { recursive: true });
      // Another starter was faster: its directory counts.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  const target = await realpath(link).catch((error: unknown) => {
    throw unavailable(
      `The database files that "${link}" points to are gone. Restore them, or delete the link to start empty.`,
      error,
    );
  });
  logger.warn(
    { closed: barrier, files: target },
    'the data directory is closed to the database account; its files are elsewhere',
  );
  return target;
}

async function createTarget(path: string, barrier: string): Promise<string> {
  try {
    await mkdir(RELOCATION_BASE, { recursive: true, mode: 0o755 });
    return await mkdtemp(join(RELOCATION_BASE, 'postgres-'));
  } catch (error) {
    throw unavailable(
      `The database runs as an unprivileged user, who cannot reach "${path}": "${barrier}" is closed to others. Open it (chmod o+x "${barrier}"), choose another data directory, or start as another user.`,
      error,
    );
  }
}
