import { once } from 'node:events';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { BuildOutcome } from '@tessera/model';
import { expect, test } from 'vitest';
import { RegistryUnavailableError } from '../src/builder/index.ts';
import {
  artifactOf,
  callExport,
  diagnosticsOf,
  type OpenBuilder,
  openBuilder,
} from './builder-fixture.ts';
import { type FakeRegistry, plainPackage, startRegistry } from './builder-registry.ts';

/** Lets requests hang; resolves at the first one. */
function hangNextRequest(registry: FakeRegistry): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  registry.answerWith(() => resolve());
  return promise;
}

async function workFolders(builder: OpenBuilder): Promise<readonly string[]> {
  return await readdir(join(builder.cacheDir, 'work')).catch(() => []);
}

/** Processes whose command line names `text`. */
async function processesWith(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) =>
      (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(text) ? pid : '',
    ),
  );
  return found.filter((pid) => pid !== '');
}

test('build() rejects when nobody listens at the registry, and leaves nothing behind', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await using builder = await openBuilder({ registry: `http://127.0.0.1:${port}/` });
  await expect(builder.make('', { a: '1.0.0' })).rejects.toMatchObject({
    name: 'RegistryUnavailableError',
    code: 'ECONNREFUSED',
  });
  expect(await workFolders(builder)).toEqual([]);
});

test('build() rejects when the registry answers with an error of its own, and tells no address', async () => {
  await using registry = await startRegistry([]);
  registry.answerWith((_request, response) => response.writeHead(503).end());
  await using builder = await openBuilder({ registry: registry.url });
  const failure = await builder.make('', { a: '1.0.0' }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RegistryUnavailableError);
  expect(String(failure)).not.toContain('127.0.0.1');
});

test('build() is stopped by its signal, process and folder included', async () => {
  await using registry = await startRegistry([]);
  await using builder = await openBuilder({ registry: registry.url });
  const asked = hangNextRequest(registry);
  const cancel = new AbortController();
  const dependencies = [{ name: 'a', version: '1.0.0' }];
  const outcome = builder.build({ actionName: 'a', code: '', dependencies, signal: cancel.signal });
  outcome.catch(() => undefined);
  await asked;
  expect(await workFolders(builder)).toHaveLength(1);
  expect(await processesWith(builder.cacheDir)).not.toEqual([]);
  cancel.abort();
  await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
  expect(await workFolders(builder)).toEqual([]);
  expect(await processesWith(builder.cacheDir)).toEqual([]);
});

test('build() does not start with a signal that fired', async () => {
  await using builder = await openBuilder();
  const signal = AbortSignal.abort();
  await expect(
    builder.build({ actionName: 'a', code: '', dependencies: [], signal }),
  ).rejects.toMatchObject({ name: 'AbortError' });
});

test('build() rejects at its time limit', async () => {
  await using registry = await startRegistry([]);
  await using builder = await openBuilder({ registry: registry.url, limits: { buildMs: 1_500 } });
  void hangNextRequest(registry);
  await expect(builder.make('', { a: '1.0.0' })).rejects.toMatchObject({
    name: 'BuildTimeoutError',
  });
  expect(await processesWith(builder.cacheDir)).toEqual([]);
});

test('build() runs as many at once as it may, and a waiting one can be cancelled', async () => {
  await using registry = await startRegistry([]);
  await using builder = await openBuilder({ registry: registry.url, maxConcurrentBuilds: 1 });
  const asked = hangNextRequest(registry);
  const first = new AbortController();
  const second = new AbortController();
  const build = (signal: AbortSignal): Promise<BuildOutcome> => {
    const outcome = builder.build({
      actionName: 'a',
      code: '',
      dependencies: [{ name: 'a', version: '1.0.0' }],
      signal,
    });
    outcome.catch(() => undefined);
    return outcome;
  };
  const running = build(first.signal);
  await asked;
  const waiting = build(second.signal);
  const last = builder.make('exports.x = () => 1;');
  expect(await workFolders(builder)).toHaveLength(1);
  second.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  first.abort();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(await callExport(artifactOf(await last), 'x')).toBe(1);
});

test('close() stops what runs and refuses what comes', async () => {
  await using registry = await startRegistry([]);
  await using builder = await openBuilder({ registry: registry.url });
  const asked = hangNextRequest(registry);
  const outcome = builder.make('', { a: '1.0.0' });
  outcome.catch(() => undefined);
  await asked;
  await builder.close();
  expect(await processesWith(builder.cacheDir)).toEqual([]);
  await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
  await expect(builder.make('')).rejects.toMatchObject({ name: 'AbortError' });
});

test('build() keeps the newest installations only, and any that may be in use', async () => {
  const names = ['a', 'b', 'c'];
  await using registry = await startRegistry(names.map((name) => plainPackage(name, '')));
  await using builder = await openBuilder({ registry: registry.url, maxInstalls: 1 });
  const installs = join(builder.cacheDir, 'installs');
  for (const name of names) artifactOf(await builder.make('', { [name]: '1.0.0' }));
  expect(await readdir(installs)).toHaveLength(3);
  for (const name of await readdir(installs)) await utimes(join(installs, name), 0, 0);
  artifactOf(await builder.make('', { c: '1.0.0' }));
  expect(await readdir(installs)).toHaveLength(1);
});

test('build() asks the registry that a dependency names, for that package alone', async () => {
  await using own = await startRegistry([
    plainPackage('routed', `module.exports = 'own ' + require('other');`, {
      dependencies: { other: '*' },
    }),
  ]);
  await using general = await startRegistry([
    plainPackage('routed', `module.exports = 'general';`),
    plainPackage('other', `module.exports = 'other';`),
  ]);
  await using builder = await openBuilder({
    registry: general.url,
    trustedRegistryHosts: [own.host],
  });
  const dependencies = [{ name: 'routed', version: '^1.0.0', registryUrl: own.url }];
  const artifact = artifactOf(
    await builder.build({
      actionName: 'a',
      code: `exports.x = () => require('routed');`,
      dependencies,
    }),
  );
  expect(await callExport(artifact, 'x')).toBe('own other');
  expect(artifact.dependencies).toEqual([
    { name: 'routed', version: '1.0.0', registryUrl: own.url },
  ]);
  expect(artifact.lockfile).not.toContain('127.0.0.1');
  expect(general.requests.map(({ path }) => path)).not.toContain('/routed');
  expect(own.requests.map(({ path }) => path)).not.toContain('/other');
});

test.for([
  ['http on loopback', (host: string) => `http://${host}/`],
  ['https on loopback', (host: string) => `https://${host}/`],
  [
    'a name of this machine',
    (host: string) => `https://${host.replace('127.0.0.1', 'localhost')}/`,
  ],
  [
    'an address in other notation',
    (host: string) => `https://${host.replace('127.0.0.1', '0x7f000001')}/`,
  ],
  [
    'an address of the new kind',
    (host: string) => `https://${host.replace('127.0.0.1', '[::ffff:127.0.0.1]')}/`,
  ],
  ['the address of a machine’s metadata', () => 'https://169.254.169.254/'],
] as const)('build() never connects to a dependency’s registry at %s', async ([, toUrl]) => {
  await using registry = await startRegistry([plainPackage('a', '')]);
  await using builder = await openBuilder();
  const dependencies = [{ name: 'a', version: '1.0.0', registryUrl: toUrl(registry.host) }];
  const [diagnostic] = diagnosticsOf(
    await builder.build({ actionName: 'a', code: '', dependencies }),
  );
  expect(diagnostic).toMatchObject({ id: 'registry_refused' });
  expect(registry.requests).toEqual([]);
});

test.for([
  'ftp://example.invalid/',
  'nonsense',
  'https://user:secret@example.invalid/',
  'https://example.invalid/?a=b',
])('build() refuses %s as a registry', async (registryUrl) => {
  await using builder = await openBuilder();
  const dependencies = [{ name: 'a', version: '1.0.0', registryUrl }];
  const [diagnostic] = diagnosticsOf(
    await builder.build({ actionName: 'a', code: '', dependencies }),
  );
  expect(diagnostic).toMatchObject({ id: 'invalid_dependency' });
  expect(diagnostic?.message).not.toContain('secret');
});

test('build() sends credentials to the registry that they belong to, and to no other', async () => {
  await using own = await startRegistry([plainPackage('routed', '')]);
  await using general = await startRegistry([plainPackage('plain', '')]);
  const keyed = { [`//${general.host}/:_authToken`]: 'the-token' };
  await using builder = await openBuilder({
    registry: general.url,
    trustedRegistryHosts: [own.host],
    npmConfig: { keyed },
  });
  const dependencies = [
    { name: 'routed', version: '1.0.0', registryUrl: own.url },
    { name: 'plain', version: '1.0.0' },
  ];
  artifactOf(await builder.build({ actionName: 'a', code: '', dependencies }));
  expect(new Set(general.requests.map(({ authorization }) => authorization))).toEqual(
    new Set(['Bearer the-token']),
  );
  expect(new Set(own.requests.map(({ authorization }) => authorization))).toEqual(
    new Set([undefined]),
  );
});
