import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type Logger } from '@tessera/model';

/** Passwords that are known from data breaches. */
export interface BreachedPasswords {
  /** True when somebody's breach has made the password known. */
  has(password: string): Promise<boolean>;
}

/** Knows none; what a server without data has. */
export const NO_BREACHED_PASSWORDS: BreachedPasswords = { has: async () => false };

/** Hex digits of the SHA-1 that name a file, as in the range files that are published. */
const PREFIX_LENGTH = 5;

/**
 * Passwords in a folder of range files: `<first 5 hex digits of the SHA-1>.txt` (or without `.txt`) with a
 * line `<other 35>:<count>` for each password. A count of 0 is padding. A file that is not there lists
 * nothing; one that cannot be read fails the check, so that a broken disk does not switch it off.
 */
export function openBreachedPasswords(folder: string, logger: Logger): BreachedPasswords {
  return {
    async has(password) {
      const sha1 = createHash('sha1').update(password).digest('hex').toUpperCase();
      const prefix = sha1.slice(0, PREFIX_LENGTH);
      const suffix = sha1.slice(PREFIX_LENGTH);
      const text = await readRange(folder, prefix, logger);
      for (const line of text.split('\n')) {
        const [hash = '', count = '1'] = line.trim().split(':');
        if (hash.toUpperCase() === suffix) return Number(count) > 0;
      }
      return false;
    },
  };
}

async function readRange(folder: string, prefix: string, logger: Logger): Promise<string> {
  for (const name of [`${prefix}.txt`, prefix, prefix.toLowerCase()]) {
    try {
      return await readFile(join(folder, name), 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      logger.error({ err: error }, 'breached passwords cannot be read');
      const message = 'The list of breached passwords cannot be read.';
      // biome-ignore lint/style/useErrorCause: the cause is there, in the third argument
      throw new AppError('database_unavailable', message, { cause: error });
    }
  }
  return '';
}
