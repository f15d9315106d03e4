import { constants, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeDir } from '../runtime-dir.ts';
import { type Machine, PROBE_IDENTITY } from './machine.ts';
import { runProgram } from './run-program.ts';

/**
 * Answers a path of Node's binary that guests' users can start: its own, or, where it lies in somebody's
 * private directory, a copy (120 MB, shared with the original where the file system can).
 */
export async function stageNode(machine: Machine, runtimeDir: RuntimeDir): Promise<string> {
  if (!machine.canChangeUser) return machine.nodePath;
  const probe = await runProgram(machine.nodePath, ['--version'], { identity: PROBE_IDENTITY });
  if (probe.isOk) return machine.nodePath;
  const copy = join(runtimeDir.path, 'node');
  copyFileSync(machine.nodePath, copy, constants.COPYFILE_FICLONE);
  return copy;
}
