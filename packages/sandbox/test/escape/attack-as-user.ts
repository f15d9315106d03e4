/**
 * Tries the attacks of the classes below as the user that starts it, at the level of its first argument,
 * and prints what was wrong, as JSON. Run with `node --conditions=source`.
 */
import type { SandboxLevel } from '@tessera/model';
import { ATTACK_CLASSES } from './attack-classes.ts';
import { openAttackedHost } from './attacked-host.ts';
import { judgeAttack, openAttackedSandbox } from './judge-attack.ts';

/** What the user of a process decides about; the others take time by design, and differ in nothing. */
const CLASSES = [
  'host files',
  'environment, memory and signals',
  'spawning and native code',
  'sockets of the machine',
  'descriptors, processes and disk',
];

const level = process.argv[2] as SandboxLevel;
const host = await openAttackedHost();
const sandbox = await openAttackedSandbox(level, host);
const wrong: Record<string, readonly string[]> = {};
let tried = 0;
for (const { name, attacks } of ATTACK_CLASSES) {
  if (!CLASSES.includes(name)) continue;
  for (const attack of attacks) {
    const complaints = await judgeAttack(attack, { sandbox, host, level });
    if (complaints.length > 0) wrong[attack.tries] = complaints;
    tried += 1;
  }
}
await sandbox.close();
await host[Symbol.asyncDispose]();
process.stdout.write(`${JSON.stringify({ user: process.getuid?.(), tried, wrong })}\n`);
