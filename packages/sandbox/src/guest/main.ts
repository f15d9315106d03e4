/**
 * The program inside the sandbox. Reads runs from the host, runs them, answers. It is built into one
 * file and imports nothing but Node's built-ins.
 */
import tls from 'node:tls';
import type { GuestLimits, HostMessage, RunMessage, StartMessage } from '../protocol.ts';
import { findOpenScope } from './action-scope.ts';
import { captureConsole } from './capture-console.ts';
import { openControlChannel } from './control-channel.ts';
import { openEgressChannel } from './egress-channel.ts';
import { patchDns } from './egress-dns.ts';
import { patchSockets } from './egress-socket.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { hardenProcess } from './harden-process.ts';
import { createHostCalls } from './host-calls.ts';
import { openJournal } from './journal.ts';
import { createModuleStore } from './module-store.ts';
import { preload } from './preload.ts';
import { runChainMessage } from './run-chain-message.ts';
import { warmUp } from './warm-up.ts';
import { watchHttp } from './watch-http.ts';

const byteLength = Buffer.byteLength;
const exit: (code: number) => never = (
  process as unknown as { reallyExit(code: number): never }
).reallyExit.bind(process);

const modules = createModuleStore();
const journal = openJournal();
const channel = openControlChannel(receive);
const hostCalls = createHostCalls(channel);
const runtime = { modules, journal, hostCalls };

let limits: GuestLimits = { maxConsoleBytes: 0, maxResultBytes: 0 };
let activeRuns = 0;
let isTainted = false;

function receive(message: HostMessage): void {
  switch (message.t) {
    case 'run':
      void run(message);
      break;
    case 'reply':
      hostCalls.answer(message.call, message.value);
      break;
    case 'refuse':
      hostCalls.refuse(message.call, message.message);
      break;
    case 'load':
      modules.add(message.hash, message.code, message.cache);
      break;
    case 'cache':
      channel.send({
        t: 'cached',
        hash: message.hash,
        data: modules.createCache(message.hash),
      });
      break;
    case 'rest':
      if (activeRuns === 0) giveBackMemory();
      break;
    case 'ping':
      channel.send({ t: 'pong', id: message.id });
      break;
    case 'limits':
      limits = message.limits;
      break;
    case 'start':
      start(message);
      break;
  }
}

function start({ limits: given, ca, preload: wanted }: StartMessage): void {
  limits = given;
  preload(wanted);
  if (ca.length > 0) tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...ca]);
  const egress = openEgressChannel();
  patchSockets(egress);
  patchDns(egress);
  watchHttp();
  captureConsole(() => limits.maxConsoleBytes);
  process.on('uncaughtException', leaveScope);
  process.on('unhandledRejection', (reason) => findOpenScope()?.fail(reason));
  hardenProcess();
  warmUp(runtime).then(() => channel.send({ t: 'ready' }), giveUp);
}

async function run(message: RunMessage): Promise<void> {
  activeRuns += 1;
  const results = await runChainMessage(message, runtime).catch(giveUp);
  activeRuns -= 1;
  const tainted = isTainted ? ',"tainted":true' : '';
  const json = `{"t":"result","id":${message.id},"results":${results}${tainted}}`;
  const bytes = byteLength(json);
  if (bytes > limits.maxResultBytes) channel.send({ t: 'oversized', id: message.id, bytes });
  else channel.sendJson(json);
}

/**
 * An exception that no handler caught ends the action it came from; one of no running action ends none.
 * Either way code broke out of its place, and the process is replaced.
 */
function leaveScope(error: unknown): void {
  isTainted = true;
  findOpenScope()?.fail(error);
  if (activeRuns === 0) channel.send({ t: 'tainted' });
}

/** The guest itself is broken; the host tells the run so. */
function giveUp(): never {
  exit(70);
}
