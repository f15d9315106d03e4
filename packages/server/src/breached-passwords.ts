import { statSync } from 'node:fs';
import { type BreachedPasswords, openBreachedPasswords } from '@tessera/accounts';
import type { Logger } from '@tessera/model';
import type { Config } from './config.ts';
import { StartupError } from './startup-error.ts';

/** The operator's breached passwords. Throws a `StartupError` when the folder is none: a wrong path must not switch a protection off. */
export function openConfiguredBreachedPasswords(
  { breachedPasswords: folder }: Pick<Config, 'breachedPasswords'>,
  logger: Logger,
): { readonly breachedPasswords?: BreachedPasswords } {
  if (folder === undefined) return {};
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new StartupError(
      'TESSERA_BREACHED_PASSWORDS is not a folder. Name a folder of range files, or unset it; see docs/attack-protection.md.',
    );
  }
  return { breachedPasswords: openBreachedPasswords(folder, logger) };
}
