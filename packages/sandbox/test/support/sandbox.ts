import { spawnSync } from 'node:child_process';
import type { SandboxLevel } from '@tessera/model';
import { afterAll, beforeAll, describe } from 'vitest';
import type { ActionRunnerOptions } from '../../src/index.ts';
import { findProgram } from '../../src/levels/find-program.ts';
import { openSandbox, type Sandbox } from './sandbox-runner.ts';

export { action, openSandbox, type Sandbox, SILENT } from './sandbox-runner.ts';

/** Strongest first, and why this machine cannot have one. */
export const LEVELS: readonly (readonly [level: SandboxLevel, missing: string | undefined])[] = [
  [
    'namespaces',
    findProgram('bwrap') === undefined ? 'bubblewrap, which is not installed' : undefined,
  ],
  ['landlock', describeMissingLandlock()],
  ['process', undefined],
];

/** Asks the kernel for the version of its Landlock, as the launcher does. */
function describeMissingLandlock(): string | undefined {
  const perl = findProgram('perl');
  if (perl === undefined) return 'Perl, which is not installed';
  const { status } = spawnSync(perl, ['-e', 'exit(syscall(444, 0, 0, 1) < 1)']);
  return status === 0 ? undefined : 'a kernel with Landlock';
}

/** Runs the tests of `body` at each level, with one sandbox for all of them. */
export function describeAtEachLevel(
  name: string,
  options: Partial<ActionRunnerOptions>,
  body: (open: () => Sandbox, level: SandboxLevel) => void,
): void {
  describe.each(LEVELS)(`${name} (%s)`, (level, missingPart) => {
    if (missingPart !== undefined) {
      describe.skip(`needs ${missingPart}`, () => body(() => missing(), level));
      return;
    }
    let sandbox: Sandbox | undefined;
    beforeAll(async () => {
      sandbox = await openSandbox({ level, ...options });
    });
    afterAll(async () => {
      await sandbox?.close();
    });
    body(() => sandbox ?? missing(), level);
  });
}

function missing(): never {
  throw new Error('The sandbox is not open.');
}
