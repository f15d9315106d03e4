import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from './startup-error.ts';

/**
 * The embedded database runs as another user when we are root, and has to pass through; what is secret
 * in here has a mode of its own.
 */
const MODE = 0o755;

/** Makes the data directory, or says in one sentence why it cannot be used. */
export function prepareDataDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    // The dot makes a file answer that it is none.
    accessSync(`${directory}/.`, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StartupError(`the data directory ${directory} ${explain(cause)}`, { cause });
  }
}

/** Not Node's `recursive`: where nothing can be made (`/proc`), that never comes back. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  mkdirSync(directory, { mode: MODE });
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read and written by this user. Change its owner or mode, or set TESSERA_DATA_DIR to another directory.';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'is, or lies below, a file. Set TESSERA_DATA_DIR to a directory.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'cannot be made: the disk is full. Free some space and start again.';
    case 'EROFS':
      return 'lies on a read-only file system. Set TESSERA_DATA_DIR to another directory.';
    default:
      return `cannot be made (${String(code)}). Set TESSERA_DATA_DIR to another directory.`;
  }
}
