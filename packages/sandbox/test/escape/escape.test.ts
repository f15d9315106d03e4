import type { ActionResult } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { action, describeAtEachLevel, type Sandbox } from '../support/sandbox.ts';
import { type Attack, type AttackEnd, printAction } from './attack.ts';
import { ATTACK_CLASSES } from './attack-classes.ts';
import { type AttackedHost, openAttackedHost, SECRET } from './attacked-host.ts';

/** Small enough that bombs go off soon, and that processes of former attackers are given up. */
const LIMITS = {
  memoryMb: 128,
  heapMb: 64,
  maxTenantProcesses: 3,
  maxDeathsPerMinute: 1_000,
  connectTimeoutMs: 300,
};
const TIMEOUT_MS = 3_000;
const BYSTANDER = action(
  `await new Promise((resolve) => setTimeout(resolve, 5)); console.log('fine'); api.idToken.setCustomClaim('https://x.test/own', event.user.user_id);`,
);

let host: AttackedHost;
beforeAll(async () => {
  host = await openAttackedHost();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const openLater = {
  egress: {
    allow: ['redirecting.test'],
    resolve: (name: string) => host.egress.resolve?.(name) ?? Promise.resolve([]),
  },
};

describeAtEachLevel('the sandbox, attacked', { limits: LIMITS, ...openLater }, (open, level) => {
  for (const { name, attacks } of ATTACK_CLASSES) {
    describe(name, () => {
      test.for(attacks.map((attack) => [attack.tries, attack] as const))(
        'holds an Action that %s',
        async ([, attack]) => {
          const [result, beside] = await Promise.all([run(open(), attack), runBystander(open())]);
          const after = await runBystander(open());
          const said = JSON.stringify(result) ?? 'no result';
          expect(said.includes('LOOT'), said.slice(0, 500)).toBe(
            attack.succeedsAt?.includes(level) === true,
          );
          expect(said).not.toContain(SECRET);
          expect(attack.ends ?? ['completed'], said.slice(0, 500)).toContain(describeEnd(result));
          expect([beside, after]).toMatchObject([UNHARMED, UNHARMED]);
          expect(host.listTraces()).toEqual([]);
        },
      );
    });
  }
});

const UNHARMED = {
  kind: 'completed',
  actionId: 'action-0',
  logs: [{ message: 'fine' }],
  commands: [{ args: ['https://x.test/own', 'auth0|1'] }],
};

/** Every attacker is a tenant of its own, so that none works in the ruins of another. */
async function run(sandbox: Sandbox, attack: Attack): Promise<ActionResult | undefined> {
  const { results } = await sandbox.run([printAction(attack, host.facts)], {
    tenantId: `attacker: ${attack.tries}`,
    timeoutMs: attack.timeoutMs ?? TIMEOUT_MS,
    onHostCall: async () => null,
  });
  return results[0];
}

async function runBystander(sandbox: Sandbox): Promise<ActionResult | undefined> {
  return (await sandbox.run([BYSTANDER], { tenantId: 'bystander' })).results[0];
}

function describeEnd(result: ActionResult | undefined): AttackEnd | 'skipped' | undefined {
  return result?.kind === 'limit-exceeded' ? result.limit : result?.kind;
}
