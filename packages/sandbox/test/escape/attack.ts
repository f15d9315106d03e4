import type { SandboxLevel } from '@tessera/model';

/** How a run may end that attacked: as a value, whatever it is. */
export type AttackEnd = 'completed' | 'failed' | 'time' | 'memory' | 'output' | 'process';

/** One attempt of an Action's code to get, or to break, what it must not. */
export interface Attack {
  /** What it tries, after "an Action that". */
  readonly tries: string;
  /**
   * Body of an asynchronous function: answers something only when it got what it must not have, and
   * throws or answers nothing otherwise. `HOST` holds the facts of `HostFacts`; `fs`, `os`, `net` and
   * `path` are there.
   */
  readonly code: string;
  /** `load`: the code runs at the top of the module, before any handler. */
  readonly at?: 'load';
  /** How its own run may end. Default: `completed`, with the attempt refused. */
  readonly ends?: readonly AttackEnd[];
  /** Budget of the run. Default 3,000. */
  readonly timeoutMs?: number;
  /** Levels that do not hold it; the test wants it to succeed there, so that the README stays true. */
  readonly succeedsAt?: readonly SandboxLevel[];
  /**
   * True when the same code gets its prize in a plain Node process, and trying it there harms nobody:
   * the control test does, so that an attack which is only misspelt does not pass for one that is refused.
   */
  readonly control?: boolean;
}

/** A class of attacks, one file each. */
export interface AttackClass {
  readonly name: string;
  readonly attacks: readonly Attack[];
}

/** What an attacker knows about the machine that it runs on; more than a real one would. */
export interface HostFacts {
  /** The host's process. */
  readonly pid: number;
  /** A process of the host's user that does nothing. */
  readonly victimPid: number;
  /** A file that everybody may read. */
  readonly secretFile: string;
  /** A directory that everybody may write to. */
  readonly openDir: string;
  /** A local socket that everybody may connect to. */
  readonly socketPath: string;
  readonly abstractSocket: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}

const TOOLS = `
  const fs = require('node:fs'), os = require('node:os'), net = require('node:net'), path = require('node:path');
  const { setTimeout: later, setImmediate: soon } = globalThis;
  const sleep = (ms) => new Promise((resolve) => later(resolve, ms));
  const forever = () => new Promise(() => {});
  const writeAll = (fd, bytes) => { for (let at = 0; at < bytes.length;) { try { at += fs.writeSync(fd, bytes, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; } } };
  const frame = (text) => { const body = Buffer.from(text); const head = Buffer.alloc(4); head.writeUInt32LE(body.length); return Buffer.concat([head, body]); };
  const egress = (kind, id, text) => { const body = Buffer.from(text); const head = Buffer.alloc(9); head.writeUInt32LE(body.length + 5); head.writeUInt8(kind, 4); head.writeUInt32LE(id, 5); return Buffer.concat([head, body]); };
  const connected = (socket) => new Promise((resolve, reject) => socket.once('connect', () => resolve('connected')).once('error', reject));
`;

/** The function of an attack: answers its prize, or throws. */
function printAttempt(attack: Attack, facts: HostFacts): string {
  return `const HOST = ${JSON.stringify(facts)};
    const attempt = async (event, api, require) => { ${TOOLS} ${attack.code}\n };`;
}

/** The bundle of an Action that tries an attack, and says what came of it on the console. */
export function printAction(attack: Attack, facts: HostFacts): string {
  const tell = `
    const say = console.log.bind(console);
    const tell = (got) => say(got === undefined || got === '' ? 'NOTHING' : 'LOOT ' + String(got).slice(0, 200));
    const refuse = (error) => say('REFUSED ' + (error?.code ?? error?.name) + ': ' + String(error?.message).slice(0, 200));`;
  const head = `${printAttempt(attack, facts)}${tell}`;
  if (attack.at === 'load') {
    return `${head}\n attempt(undefined, undefined, require).then(tell, refuse); exports.onExecutePostLogin = async () => {};`;
  }
  return `${head}\n exports.onExecutePostLogin = async (event, api) => { try { tell(await attempt(event, api, require)); } catch (error) { refuse(error); } };`;
}

/** A program for a plain Node process that tries an attack and says on standard error what came of it. */
export function printProgram(attack: Attack, facts: HostFacts): string {
  return `${printAttempt(attack, facts)}
    const say = (text) => { require('node:fs').writeSync(2, text.slice(0, 200)); process.reallyExit(0); };
    setTimeout(() => say('nothing in time'), 2_000);
    attempt({ user: {} }, {}, require).then(
      (got) => say(got === undefined || got === '' ? 'nothing' : 'LOOT ' + String(got)),
      (error) => say('refused ' + (error?.code ?? error?.name) + ': ' + String(error?.message)));`;
}
