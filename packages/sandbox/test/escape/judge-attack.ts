import type { ActionResult, SandboxLevel } from '@tessera/model';
import type { ActionRunnerOptions } from '../../src/index.ts';
import { action, openSandbox, type Sandbox } from '../support/sandbox-runner.ts';
import { type Attack, type AttackEnd, printAction } from './attack.ts';
import { type AttackedHost, SECRET } from './attacked-host.ts';

/** Small enough that bombs go off soon, and that processes of former attackers are given up. */
const LIMITS = {
  memoryMb: 128,
  heapMb: 64,
  maxTenantProcesses: 3,
  maxDeathsPerMinute: 1_000,
  connectTimeoutMs: 300,
  maxConnections: 16,
};
const TIMEOUT_MS = 3_000;
const BYSTANDER = action(
  `await new Promise((resolve) => setTimeout(resolve, 5)); console.log('fine'); api.idToken.setCustomClaim('https://x.test/own', event.user.user_id);`,
);

/** A sandbox that stands on an attacked host. */
export function openAttackedSandbox(
  level: SandboxLevel,
  host: AttackedHost,
  options: Partial<ActionRunnerOptions> = {},
): Promise<Sandbox> {
  return openSandbox({ level, limits: LIMITS, egress: host.egress, ...options });
}

/**
 * Runs an attack, as a tenant of its own, beside and before another tenant's run. Answers what is wrong
 * with what came of it: nothing, when the sandbox held and the attacker alone had its end.
 */
export async function judgeAttack(
  attack: Attack,
  on: { readonly sandbox: Sandbox; readonly host: AttackedHost; readonly level: SandboxLevel },
): Promise<readonly string[]> {
  const { sandbox, host, level } = on;
  const [result, beside] = await Promise.all([run(attack, on), runBystander(sandbox)]);
  const after = await runBystander(sandbox);
  const said = JSON.stringify(result) ?? 'no result';
  const end = describeEnd(result);
  const ends: readonly string[] = attack.ends ?? ['completed'];
  const succeeds = attack.succeedsAt?.includes(level) === true;
  return [
    ...(said.includes('LOOT') === succeeds ? [] : [`its success, which was not expected: ${said}`]),
    ...(said.includes(SECRET) ? ['the secret of the machine'] : []),
    ...(ends.includes(end) ? [] : [`its end as ${end}: ${said}`]),
    ...(isUnharmed(beside) ? [] : [`harm beside it: ${JSON.stringify(beside)}`]),
    ...(isUnharmed(after) ? [] : [`harm after it: ${JSON.stringify(after)}`]),
    ...host.listTraces(),
  ].map((text) => text.slice(0, 600));
}

async function run(
  attack: Attack,
  { sandbox, host }: { readonly sandbox: Sandbox; readonly host: AttackedHost },
): Promise<ActionResult | undefined> {
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

function isUnharmed(result: ActionResult | undefined): boolean {
  if (result?.kind !== 'completed' || result.actionId !== 'action-0') return false;
  const lines = result.logs.map((line) => line.message);
  const claims = result.commands.map((command) => command.args);
  return (
    JSON.stringify([lines, claims]) ===
    JSON.stringify([['fine'], [['https://x.test/own', 'auth0|1']]])
  );
}

function describeEnd(result: ActionResult | undefined): AttackEnd | 'skipped' | 'nothing' {
  if (result === undefined) return 'nothing';
  return result.kind === 'limit-exceeded' ? result.limit : result.kind;
}
