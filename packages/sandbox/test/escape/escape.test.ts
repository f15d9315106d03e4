import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LEVELS } from '../support/sandbox.ts';
import type { Sandbox } from '../support/sandbox-runner.ts';
import { ATTACK_CLASSES } from './attack-classes.ts';
import { type AttackedHost, openAttackedHost } from './attacked-host.ts';
import { judgeAttack, openAttackedSandbox } from './judge-attack.ts';

describe.each(LEVELS)('the sandbox, attacked (%s)', (level, missing) => {
  let on: { sandbox: Sandbox; host: AttackedHost; level: typeof level };
  beforeAll(async () => {
    if (missing !== undefined) return;
    const host = await openAttackedHost();
    on = { host, level, sandbox: await openAttackedSandbox(level, host) };
  });
  afterAll(async () => {
    await on?.sandbox.close();
    await on?.host[Symbol.asyncDispose]();
  });

  for (const { name, attacks } of ATTACK_CLASSES) {
    const title = missing === undefined ? name : `${name}: needs ${missing}`;
    describe.skipIf(missing !== undefined)(title, () => {
      test.for(attacks.map((attack) => [attack.tries, attack] as const))(
        'holds an Action that %s',
        async ([, attack]) => {
          expect(await judgeAttack(attack, on)).toEqual([]);
        },
      );
    });
  }
});
