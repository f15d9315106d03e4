import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readNpmConfig } from '../src/builder/index.ts';

/** A home and a prefix with the given files, e.g. `home/.npmrc`. */
async function openMachine(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'tessera-npmrc-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return {
    root,
    home: join(root, 'home'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const certificate = (body: string) =>
  `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;

test('readNpmConfig() is empty where npm is not configured', async () => {
  await using machine = await openMachine({});
  expect(readNpmConfig({}, machine.home)).toEqual({ keyed: {} });
});

test('readNpmConfig() lets variables win over the user’s file, and that over the global one', async () => {
  await using machine = await openMachine({
    'etc/npmrc': 'registry=https://global.test/\nproxy=http://global.test:1\nnoproxy=global.test\n',
    'home/.npmrc': '; a comment\nregistry = "https://user.test/"\nproxy=http://user.test:1\n',
  });
  const env = { npm_config_prefix: machine.root, NPM_CONFIG_REGISTRY: 'https://env.test/' };
  expect(readNpmConfig(env, machine.home)).toEqual({
    registry: 'https://env.test/',
    proxy: 'http://user.test:1',
    noProxy: 'global.test',
    keyed: {},
  });
});

test('readNpmConfig() finds the global file beside npm on the PATH, or where a variable says', async () => {
  await using machine = await openMachine({
    'bin/npm': '',
    'etc/npmrc': 'registry=https://beside.test/',
    'other/npmrc': 'registry=https://named.test/',
  });
  const path = { PATH: `/nowhere:${join(machine.root, 'bin')}` };
  expect(readNpmConfig(path, machine.home).registry).toBe('https://beside.test/');
  const named = { ...path, npm_config_globalconfig: join(machine.root, 'other/npmrc') };
  expect(readNpmConfig(named, machine.home).registry).toBe('https://named.test/');
});

test('readNpmConfig() takes scopes and credentials that are bound to a registry, and no others', async () => {
  await using machine = await openMachine({
    'home/.npmrc': [
      '@corp:registry=https://corp.test/npm/',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: npm's own syntax for variables.
      '//corp.test/npm/:_authToken=${CORP_TOKEN}',
      '_authToken=unbound',
      'email=someone@example.test',
    ].join('\n'),
  });
  expect(readNpmConfig({ CORP_TOKEN: 'from-env' }, machine.home).keyed).toEqual({
    '@corp:registry': 'https://corp.test/npm/',
    '//corp.test/npm/:_authToken': 'from-env',
  });
});

test('readNpmConfig() reads certificates, inline and from a file', async () => {
  await using machine = await openMachine({
    'home/.npmrc': `ca[]="${certificate('a').replaceAll('\n', '\\n')}"\nca[]="${certificate('b').replaceAll('\n', '\\n')}"\nstrict-ssl=false\n`,
    'home/ca.pem': `${certificate('c')}\n# a comment\n${certificate('d')}\n`,
  });
  expect(readNpmConfig({}, machine.home)).toMatchObject({
    ca: [certificate('a'), certificate('b')],
    strictSsl: false,
  });
  const env = { npm_config_cafile: '~/ca.pem', NODE_EXTRA_CA_CERTS: '/certificates.pem' };
  expect(readNpmConfig(env, machine.home)).toMatchObject({
    ca: [certificate('c'), certificate('d')],
    extraCaFile: '/certificates.pem',
  });
});

test('readNpmConfig() takes the usual variables of proxies', async () => {
  await using machine = await openMachine({});
  const env = { HTTPS_PROXY: 'http://proxy.test:3128', no_proxy: 'localhost' };
  expect(readNpmConfig(env, machine.home)).toEqual({
    keyed: {},
    httpsProxy: 'http://proxy.test:3128',
    noProxy: 'localhost',
  });
});
