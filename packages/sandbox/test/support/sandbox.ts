import type { SandboxLevel } from '@tessera/model';
import { afterAll, beforeAll, describe } from 'vitest';
import type { ActionRunnerOptions } from '../../src/index.ts';
import { findProgram } from '../../src/levels/find-program.ts';
import { openSandbox, type Sandbox } from './sandbox-runner.ts';

export { action, openSandbox, SILENT } from './sandbox-runner.ts';

/** Levels that this machine can have; the strongest needs bubblewrap, and says so when it is skipped. */
const ALL: readonly SandboxLevel[] = ['namespaces', 'process'];
const hasBubblewrap = findProgram('bwrap') !== undefined;

/** Runs the tests of `body` at each level, with one sandbox for all of them. */
export function describeAtEachLevel(
  name: string,
  options: Partial<ActionRunnerOptions>,
  body: (open: () => Sandbox, level: SandboxLevel) => void,
): void {
  describe.each(ALL)(`${name} (%s)`, (level) => {
    if (level === 'namespaces' && !hasBubblewrap) {
      describe.skip('needs bubblewrap, which is not installed', () => body(() => missing(), level));
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
