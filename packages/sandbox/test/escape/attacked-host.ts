import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import type { EgressOptions } from '../../src/index.ts';
import type { HostFacts } from './attack.ts';

/** What everybody may read; no attack may answer it. */
export const SECRET = 'the-secret-of-the-machine';
/** Public by its form, and given to nobody; a machine without IPv6 refuses it at once. */
const NOWHERE = '2c0f:ffff:ffff::1';

/** A machine worth attacking: files, sockets, servers and processes that stand open to every user. */
export interface AttackedHost extends AsyncDisposable {
  readonly facts: HostFacts;
  /** One name is allowed; the others lead where no Action may go. */
  readonly egress: EgressOptions;
  /** What came of attacks that nobody answers: datagrams, and changes to the open directory. */
  listTraces(): readonly string[];
}

export async function openAttackedHost(): Promise<AttackedHost> {
  const directory = mkdtempSync(join(tmpdir(), 'tessera-attacked-'));
  chmodSync(directory, 0o755);
  const facts = { ...writeFiles(directory), ...nameSockets(directory) };
  const datagrams: string[] = [];
  const udp = createSocket('udp4').on('message', (message) =>
    datagrams.push(`a datagram: ${message}`),
  );
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const servers = await Promise.all([0, facts.socketPath, facts.abstractSocket].map(startServer));
  chmodSync(facts.socketPath, 0o777);
  const victim = spawn('sleep', ['3600'], { stdio: 'ignore' });

  return {
    facts: {
      ...facts,
      pid: process.pid,
      victimPid: victim.pid ?? 0,
      tcpPort: portOf(servers[0]),
      udpPort: udp.address().port,
    },
    egress: { allow: ['redirecting.test'], resolve: createResolver() },
    listTraces: () => [...datagrams, ...listChanges(facts.openDir), ...listHarm(victim)],
    async [Symbol.asyncDispose]() {
      await closeAll(servers, udp);
      victim.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function writeFiles(directory: string): { secretFile: string; openDir: string } {
  const secretFile = join(directory, 'secret');
  const contents = {
    '': SECRET,
    '.json': JSON.stringify({ secret: SECRET }),
    '.mjs': `export const secret = '${SECRET}';`,
    '.cjs': 'process.exitCode = 0;',
    '.env': `SECRET=${SECRET}`,
    '.node': 'no native code',
  };
  for (const [suffix, text] of Object.entries(contents)) writeFileSync(secretFile + suffix, text);
  writeFileSync(join(directory, 'package.json'), '{}');
  const openDir = join(directory, 'open');
  mkdirSync(openDir);
  chmodSync(openDir, 0o777);
  writeFileSync(join(openDir, 'prize'), SECRET);
  chmodSync(join(openDir, 'prize'), 0o666);
  return { secretFile, openDir };
}

function nameSockets(directory: string) {
  return {
    socketPath: join(directory, 'socket'),
    abstractSocket: `\0tessera-attacked-${process.pid}-${Date.now()}`,
  };
}

/** Answers everything, and sends those who ask for it to places that they must not reach. */
async function startServer(where: number | string): Promise<Server> {
  const server = createServer((request, response) => {
    const port = portOf(server);
    const target = {
      '/redirect': `http://127.0.0.1:${port}/`,
      '/redirect-mapped': `http://[::ffff:7f00:1]:${port}/`,
      '/redirect-metadata': 'http://169.254.169.254/latest/meta-data/',
    }[request.url ?? ''];
    if (request.url === '/endless') {
      const chunk = Buffer.alloc(64 * 1024);
      const endless = new Readable({ read: () => void endless.push(chunk) });
      pipeline(endless, response, () => {});
      return;
    }
    if (target !== undefined) response.writeHead(302, { location: target });
    response.end('reached');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (typeof where === 'number') server.listen(where, '127.0.0.1', resolve);
    else server.listen({ path: where }, resolve);
  });
  return server;
}

/** Names as an attacker's name server answers them; one changes its mind at every question. */
function createResolver(): NonNullable<EgressOptions['resolve']> {
  const names: Readonly<Record<string, readonly string[]>> = {
    'redirecting.test': ['127.0.0.1'],
    'rebound.test': ['127.0.0.1'],
    'mixed.test': [NOWHERE, '127.0.0.1'],
    'public.test': [NOWHERE],
    localhost: ['127.0.0.1', '::1'],
    metadata: ['169.254.169.254'],
    'metadata.google.internal': ['169.254.169.254'],
    'instance-data.ec2.internal': ['169.254.169.254'],
  };
  let questions = 0;
  return async (host) => {
    if (host === 'rebinding.test') {
      questions += 1;
      return questions % 2 === 1 ? [NOWHERE] : ['127.0.0.1'];
    }
    const found = names[host];
    if (found !== undefined) return found;
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
  };
}

function listChanges(openDir: string): readonly string[] {
  const prize = join(openDir, 'prize');
  const added = readdirSync(openDir).filter((name) => name !== 'prize');
  const isWhole = readdirSync(openDir).includes('prize') && readFileSync(prize, 'utf8') === SECRET;
  return [...added.map((name) => `a file: ${name}`), ...(isWhole ? [] : ['the prize changed'])];
}

function listHarm({ exitCode, signalCode }: ChildProcess): readonly string[] {
  return exitCode === null && signalCode === null ? [] : ['the victim ended'];
}

async function closeAll(servers: readonly Server[], udp: Socket): Promise<void> {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await new Promise<void>((resolve) => udp.close(resolve));
}
