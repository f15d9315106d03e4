import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printProgram } from './attack.ts';
import { ATTACK_CLASSES } from './attack-classes.ts';
import { type AttackedHost, openAttackedHost } from './attacked-host.ts';

let host: AttackedHost;
beforeAll(async () => {
  host = await openAttackedHost();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/**
 * The control of the experiment: the same code gets its prize in a plain Node process. An attack that is
 * misspelt, or that a new Node does not know any more, is found here, and not taken for a wall that holds.
 */
describe.concurrent('without a sandbox', () => {
  const attacks = ATTACK_CLASSES.flatMap((group) => group.attacks).filter((one) => one.control);

  test.for(attacks.map((attack) => [attack.tries, attack] as const))(
    'an Action that %s gets its prize',
    async ([, attack], { expect }) => {
      expect(await runOutside(printProgram(attack, host.facts))).toContain('LOOT');
    },
  );

  test('most attacks that can be tried there are', () => {
    expect(attacks.length).toBeGreaterThan(80);
  });
});

async function runOutside(program: string): Promise<string> {
  const tmpDir = mkdtempSync(join(tmpdir(), 'tessera-control-'));
  const child = spawn(process.execPath, ['--no-warnings', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    cwd: '/',
    env: { SECRET: 'x', TMPDIR: tmpDir },
  });
  child.stdin.end(program);
  let said = '';
  for await (const chunk of child.stderr) said += String(chunk);
  rmSync(tmpDir, { recursive: true, force: true });
  return said;
}
