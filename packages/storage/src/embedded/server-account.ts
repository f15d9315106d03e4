import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unavailable } from './unavailable.ts';

/** Whom the database server runs as. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. This id belongs to nobody on common systems (Debian reserves it), so
 * neither `nobody`'s other processes nor sandboxed code can open the socket or the files.
 */
const UNPRIVILEGED: ServerAccount = { uid: 65_533, gid: 65_533 };

/** As root: the account that owns `cluster`, or an unprivileged one. Otherwise undefined: this process's own. */
export async function chooseAccount(cluster: string): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const { uid, gid } = await stat(cluster);
    return uid === 0 ? UNPRIVILEGED : { uid, gid };
  } catch {
    // There is no cluster yet.
    return UNPRIVILEGED;
  }
}

/** `initdb` runs only as an account that has a name; as root, any but root. */
export async function findNamedAccount(): Promise<ServerAccount> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const unprivileged = lines.filter(([, , uid]) => Number(uid) > 0);
  const [, , uid, gid] = unprivileged.find(([name]) => name === 'nobody') ?? unprivileged[0] ?? [];
  if (uid === undefined) {
    throw unavailable(
      'PostgreSQL does not run as root, and /etc/passwd has no other account. Add one, or start as another user.',
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** The first directory on the way to `path` that `account` may not pass, if there is one. */
export async function findBarrier(
  path: string,
  account: ServerAccount,
): Promise<string | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return at;
    if (at === dirname(at)) return undefined;
  }
}
