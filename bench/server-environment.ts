import { join } from 'node:path';
import type { Effort } from './benchmark.ts';

/** Environment of a measured server. With profiles wanted, Node writes one when the server ends. */
export function serverEnvironment({ profileDir }: Effort, name: string): Record<string, string> {
  if (profileDir === undefined) return {};
  const flags = [
    '--cpu-prof',
    '--cpu-prof-interval=200',
    `--cpu-prof-dir=${join(profileDir, name)}`,
  ];
  return { NODE_OPTIONS: flags.join(' ') };
}
