import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectory } from './data-directory.ts';
import { unavailable } from './unavailable.ts';

/** What `sun_path` holds on macOS, the smaller one (Linux: 107), in bytes. */
const MAX_SOCKET_PATH_BYTES = 103;
/** Names the socket file; nothing listens on TCP. */
export const SOCKET_PORT = 5432;

/** Makes the private directory for the socket: in the data directory, or below `/tmp` when that is too long. */
export async function openSocketDirectory({ path, account }: DataDirectory): Promise<string> {
  const inside = join(path, 'socket');
  const directory = fits(inside) ? inside : join('/tmp', `tessera-${shortName(path)}`);
  await mkdir(directory, { mode: 0o700 }).catch(ifExists);
  const owner = account?.uid ?? process.getuid?.();
  const found = await lstat(directory);
  // In /tmp anyone may have been here before us.
  if (!found.isDirectory() || (found.uid !== owner && found.uid !== process.getuid?.())) {
    throw unavailable(
      `"${directory}" must be a directory of the database's account, for its socket. Remove what is there.`,
    );
  }
  await chmod(directory, 0o700);
  if (account !== undefined) await chown(directory, account.uid, account.gid);
  return directory;
}

function fits(directory: string): boolean {
  return (
    Buffer.byteLength(join(directory, `.s.PGSQL.${SOCKET_PORT}.lock`)) <= MAX_SOCKET_PATH_BYTES
  );
}

function shortName(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

function ifExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
