import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where distributions keep the programs that launchers need. A search path is the environment's; not read here. */
const DIRECTORIES = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/usr/sbin',
  '/sbin',
  '/run/current-system/sw/bin',
  '/opt/homebrew/bin',
];

/** Full path of a program, searched first in `directories` (the machine's PATH) and then where distributions keep it. */
export function findProgram(name: string, directories: readonly string[] = []): string | undefined {
  for (const directory of [...directories, ...DIRECTORIES]) {
    if (!directory.startsWith('/')) continue;
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here; look on.
    }
  }
  return undefined;
}
