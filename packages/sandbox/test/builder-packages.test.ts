import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  artifactOf,
  callExport,
  diagnosticsOf,
  loadBundle,
  openBuilder,
} from './builder-fixture.ts';
import { type FakePackage, plainPackage, startRegistry } from './builder-registry.ts';

const USE = (name: string) => `exports.x = () => require('${name}');`;

/** Publishes `packages`, builds code that requires the first of them, and hands back the outcome. */
async function buildWith(packages: readonly FakePackage[], limits = {}) {
  await using registry = await startRegistry(packages);
  await using builder = await openBuilder({ registry: registry.url, limits });
  const name = packages[0]?.manifest.name ?? '';
  return await builder.make(USE(name), { [name]: '*' });
}

test('build() never runs a package’s scripts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-scripts-'));
  try {
    const run = `node -e "fs.writeFileSync('${folder}/ran','')"`;
    const scripts = { preinstall: run, install: run, postinstall: run, prepare: run };
    const outcome = await buildWith([plainPackage('scripted', 'module.exports = 1;', { scripts })]);
    expect(await callExport(artifactOf(outcome), 'x')).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.for(['link.js', '../secret.js', '/etc/hostname'])(
  'build() reads nothing through a package’s main %s',
  async (main) => {
    const entry: FakePackage = {
      manifest: { name: 'escaping', version: '1.0.0', main },
      files: { 'other.js': 'module.exports = 1;' },
      links: { 'link.js': '/etc/hostname' },
    };
    const [diagnostic] = diagnosticsOf(await buildWith([entry]));
    expect(diagnostic).toMatchObject({
      id: 'unresolved_import',
      message: expect.stringContaining('"escaping"'),
    });
  },
);

test('build() leaves a package’s require of a file outside of it unanswered', async () => {
  const climbing = `module.exports = (() => { try { return require('../../../../../../../etc/hostname'); } catch { return 'refused'; } })();`;
  expect(
    await callExport(artifactOf(await buildWith([plainPackage('climbing', climbing)])), 'x'),
  ).toBe('refused');
});

test('build() reads no file that a package’s source map comment names', async () => {
  const source = 'module.exports = 1;\n//# sourceMappingURL=/dev/zero';
  expect(await callExport(artifactOf(await buildWith([plainPackage('mapped', source)])), 'x')).toBe(
    1,
  );
});

test('build() keeps an optional part that is missing missing until it is reached', async () => {
  const source = `exports.part = () => require('not-installed');\ntry { require('neither'); } catch (e) { exports.caught = e.code; }`;
  const artifact = artifactOf(await buildWith([plainPackage('partial', source)]));
  expect(loadBundle(artifact).x?.()).toMatchObject({ caught: 'MODULE_NOT_FOUND' });
});

test.for([
  ['a repository', 'git+https://example.invalid/a.git'],
  ['an archive', 'https://example.invalid/a.tgz'],
  ['a folder', 'file:../../../../../../etc'],
] as const)('build() refuses a package whose own dependency is %s', async ([, spec]) => {
  const outcome = await buildWith([plainPackage('indirect', '', { dependencies: { a: spec } })]);
  expect(diagnosticsOf(outcome)[0]).toMatchObject({ id: 'invalid_dependency' });
});

test.for([
  ['file:/etc', 'a file'],
  ['git+ssh://example.invalid/a', 'a repository'],
  ['npm:lodash@1', 'an alias'],
  ['https://example.invalid/a.tgz', 'an address'],
  ['user/repository', 'a short repository'],
] as const)('build() refuses the version %s: %s', async ([version]) => {
  await using builder = await openBuilder();
  expect(diagnosticsOf(await builder.make('', { a: version }))[0]).toMatchObject({
    id: 'invalid_dependency',
  });
});

test.for(['../a', '/etc', 'a/b', '@a', '.hidden', 'a b', 'node_modules', ''])(
  'build() refuses the package name "%s"',
  async (name) => {
    await using builder = await openBuilder();
    expect(diagnosticsOf(await builder.make('', { [name]: '1.0.0' }))[0]).toMatchObject({
      id: 'invalid_dependency',
    });
  },
);

test('build() refuses more than 10 dependencies, and one declared twice', async () => {
  await using builder = await openBuilder();
  const many = Array.from({ length: 11 }, (_, index) => ({ name: `a${index}`, version: '1.0.0' }));
  const build = (dependencies: typeof many) =>
    builder.build({ actionName: 'a', code: '', dependencies });
  expect(diagnosticsOf(await build(many))[0]).toMatchObject({ id: 'too_many_dependencies' });
  expect(diagnosticsOf(await build([...many.slice(0, 1), ...many.slice(0, 1)]))[0]).toMatchObject({
    id: 'invalid_dependency',
  });
});

test('build() stops unpacking at the size limit, however small the archive', async () => {
  const bomb: FakePackage = {
    manifest: { name: 'bomb', version: '1.0.0' },
    files: { 'index.js': '', 'zeros.bin': new Uint8Array(20_000_000) },
  };
  expect(diagnosticsOf(await buildWith([bomb], { installBytes: 1_000_000 }))[0]).toMatchObject({
    id: 'dependencies_too_large',
  });
});

test('build() stops unpacking at the limit of files', async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}.js`, '']));
  const outcome = await buildWith([{ manifest: { name: 'many', version: '1.0.0' }, files }], {
    installFiles: 20,
  });
  expect(diagnosticsOf(outcome)[0]).toMatchObject({ id: 'dependencies_too_large' });
});

test('build() refuses a tree of more packages than the limit', async () => {
  const packages = [
    plainPackage('top', '', { dependencies: { low: '*' } }),
    plainPackage('low', ''),
  ];
  expect(diagnosticsOf(await buildWith(packages, { packages: 1 }))[0]).toMatchObject({
    id: 'dependencies_too_large',
  });
});

test('build() refuses an artifact over its limit', async () => {
  const big = plainPackage('big', `module.exports = '${randomBytes(60_000).toString('hex')}';`);
  const outcome = await buildWith([big], { artifactBytes: 100_000 });
  expect(diagnosticsOf(outcome)[0]).toMatchObject({
    id: 'bundle_too_large',
    message: expect.stringContaining('0.1 MB'),
  });
});

test('build() reads no more package text than its limit', async () => {
  const outcome = await buildWith([plainPackage('wide', ' '.repeat(50_000))], {
    sourceBytes: 40_000,
  });
  expect(diagnosticsOf(outcome)[0]).toMatchObject({ id: 'bundle_too_large' });
});

test('build() bundles JSON that a package requires', async () => {
  const entry: FakePackage = {
    manifest: { name: 'with-data', version: '1.0.0' },
    files: { 'index.js': `module.exports = require('./data.json').a;`, 'data.json': '{"a": 1}' },
  };
  expect(await callExport(artifactOf(await buildWith([entry])), 'x')).toBe(1);
});

test.for([
  [
    'awaits outside of functions',
    { 'index.js': 'await 1; export const a = 1;' },
    /top-level await/i,
  ],
  [
    'is written in no known syntax',
    { 'index.js': 'this is no script' },
    /node_modules\/odd\/index\.js/,
  ],
  [
    'requires a kind of file that is no code',
    { 'index.js': `require('./a.css');`, 'a.css': 'a {' },
    /css/,
  ],
] as const)('build() names a package that %s', async ([, files, message]) => {
  const entry: FakePackage = { manifest: { name: 'odd', version: '1.0.0', type: 'module' }, files };
  const [diagnostic] = diagnosticsOf(await buildWith([entry]));
  expect(diagnostic).toMatchObject({
    id: 'unsupported_package',
    message: expect.stringMatching(message),
  });
  expect(diagnostic?.message).not.toContain('/tmp');
});

test('build() refuses a package without a checksum', async () => {
  await using registry = await startRegistry([]);
  registry.answerWith((_request, response) => {
    const manifest = { name: 'bare', version: '1.0.0', dist: { tarball: `${registry.url}a.tgz` } };
    response.end(
      JSON.stringify({
        name: 'bare',
        'dist-tags': { latest: '1.0.0' },
        versions: { '1.0.0': manifest },
      }),
    );
  });
  await using builder = await openBuilder({ registry: registry.url });
  expect(diagnosticsOf(await builder.make('', { bare: '1.0.0' }))[0]).toMatchObject({
    id: 'dependency_corrupt',
    message: expect.stringContaining('bare@1.0.0'),
  });
});

test('build() refuses a package whose archive does not match its checksum', async () => {
  await using registry = await startRegistry([plainPackage('fine', '')]);
  registry.answerWith((request, response) => {
    const dist = { tarball: `${registry.url}a.tgz`, integrity: `sha512-${'a'.repeat(86)}==` };
    const manifest = { name: 'fine', version: '1.0.0', dist };
    const packument = {
      name: 'fine',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': manifest },
    };
    response.end(request.url === '/fine' ? JSON.stringify(packument) : 'not the archive');
  });
  await using builder = await openBuilder({ registry: registry.url });
  expect(diagnosticsOf(await builder.make('', { fine: '1.0.0' }))[0]).toMatchObject({
    id: 'dependency_corrupt',
    message: expect.stringContaining('fine@1.0.0'),
  });
});

test.for([
  ['that compiles', { files: { 'index.js': '', 'binding.gyp': '{}' } }],
  [
    'that ships a compiled file',
    { files: { 'index.js': '', 'prebuilds/linux-x64/a.node': 'ELF' } },
  ],
] as const)('build() refuses a package %s, wherever it is in the tree', async ([, { files }]) => {
  const native: FakePackage = { manifest: { name: 'native', version: '1.2.3' }, files };
  const [diagnostic] = diagnosticsOf(
    await buildWith([plainPackage('top', '', { dependencies: { native: '*' } }), native]),
  );
  expect(diagnostic).toMatchObject({
    id: 'native_addon',
    message: expect.stringContaining('native@1.2.3, needed by top'),
  });
});

test('build() leaves an optional native package out, and says so, also from the cache', async () => {
  const source = `try { module.exports = require('fast'); } catch { module.exports = 'slow'; }`;
  const top = plainPackage('top', source, { optionalDependencies: { fast: '*' } });
  const fast: FakePackage = {
    manifest: { name: 'fast', version: '1.0.0' },
    files: { 'index.js': `module.exports = 'fast';`, 'binding.gyp': '' },
  };
  await using registry = await startRegistry([top, fast]);
  await using builder = await openBuilder({ registry: registry.url });
  for (const attempt of [1, 2]) {
    const outcome = await builder.make(`${USE('top')} // ${attempt}`, { top: '1.0.0' });
    expect(await callExport(artifactOf(outcome), 'x')).toBe('slow');
    expect(outcome.diagnostics).toMatchObject([
      { id: 'dependency_skipped', message: expect.stringContaining('fast@1.0.0') },
    ]);
  }
});

test('build() refuses a package whose native code is in an optional package of this platform', async () => {
  const top = plainPackage('top', '', { optionalDependencies: { 'top-here': '*' } });
  const here: FakePackage = {
    manifest: { name: 'top-here', version: '1.0.0', os: [process.platform], cpu: [process.arch] },
    files: { 'top.node': 'ELF' },
  };
  const [diagnostic] = diagnosticsOf(await buildWith([top, here]));
  expect(diagnostic).toMatchObject({
    id: 'native_addon',
    message: expect.stringContaining('top@1.0.0'),
  });
});

test('build() names both sides of a conflict between peers', async () => {
  const packages = [
    plainPackage('plugin', '', { peerDependencies: { host: '^2.0.0' } }),
    { ...plainPackage('host', ''), manifest: { name: 'host', version: '1.0.0' } },
    { ...plainPackage('host', ''), manifest: { name: 'host', version: '2.0.0' } },
  ];
  await using registry = await startRegistry(packages);
  await using builder = await openBuilder({ registry: registry.url });
  const [diagnostic] = diagnosticsOf(await builder.make('', { plugin: '1.0.0', host: '1.0.0' }));
  expect(diagnostic).toMatchObject({
    id: 'dependency_conflict',
    message: expect.stringMatching(/plugin.*host@\^2\.0\.0/),
  });
});

test('build() loads a dependency that the code does not require when its name is used, and not before', async () => {
  const source = `globalThis.loads = (globalThis.loads ?? 0) + 1; module.exports = Object.assign(function () { return this; }, { hello: 'hello' });`;
  await using registry = await startRegistry([
    plainPackage('free-name', source),
    plainPackage('process', `module.exports = 'package';`),
  ]);
  await using builder = await openBuilder({ registry: registry.url });
  const code = `
    exports.use = () => freeName.hello + typeof freeName;
    exports.call = () => freeName() === undefined || freeName() === globalThis;
    exports.own = (freeName => freeName.hello).bind(null, { hello: 'own' });
    exports.set = () => { freeName = { hello: 'set' }; return freeName.hello; };
    exports.global = () => typeof process.version;
    exports.string = () => 'freeName.hello';
    exports.object = () => ({ freeName }).freeName.hello;`;
  const loaded = globalThis as unknown as { loads?: number };
  const bundle = loadBundle(
    artifactOf(await builder.make(code, { 'free-name': '1.0.0', process: '1.0.0' })),
  );
  expect(bundle.own?.()).toBe('own');
  expect(bundle.string?.()).toBe('freeName.hello');
  expect(bundle.global?.()).toBe('string');
  expect(loaded.loads).toBeUndefined();
  expect(bundle.use?.()).toBe('hellofunction');
  expect(bundle.call?.()).toBe(true);
  expect(bundle.object?.()).toBe('hello');
  expect(loaded.loads).toBe(1);
  expect(bundle.set?.()).toBe('set');
});

test('build() binds no name that two dependencies share, and none inside of packages', async () => {
  const probe = plainPackage('probe', 'module.exports = () => typeof twin + typeof single;');
  await using registry = await startRegistry([
    probe,
    plainPackage('twin', ''),
    plainPackage('@scope/twin', ''),
    plainPackage('single', ''),
  ]);
  await using builder = await openBuilder({ registry: registry.url });
  const dependencies = { probe: '1.0.0', twin: '1.0.0', '@scope/twin': '1.0.0', single: '1.0.0' };
  const artifact = artifactOf(
    await builder.make(`exports.x = () => typeof twin + typeof single + probe();`, dependencies),
  );
  expect(await callExport(artifact, 'x')).toBe('undefinedobjectundefinedundefined');
});

test('build() reuses an installation, and makes it anew when it is gone', async () => {
  await using registry = await startRegistry([
    plainPackage('cached', `module.exports = 'cached';`),
  ]);
  await using builder = await openBuilder({ registry: registry.url });
  const build = async (suffix: string) =>
    callExport(artifactOf(await builder.make(USE('cached') + suffix, { cached: '1.0.0' })), 'x');
  expect(await build('')).toBe('cached');
  const asked = registry.requests.length;
  expect(await build(' ')).toBe('cached');
  expect(registry.requests.length).toBe(asked);
  for (const folder of await readdir(builder.cacheDir))
    await rm(join(builder.cacheDir, folder), { recursive: true });
  expect(await build('  ')).toBe('cached');
  expect(registry.requests.length).toBe(2 * asked);
});

test('build() recovers from damaged cache files', async () => {
  await using registry = await startRegistry([
    plainPackage('cached', `module.exports = 'cached';`),
  ]);
  await using builder = await openBuilder({ registry: registry.url });
  const build = async () =>
    callExport(artifactOf(await builder.make(USE('cached'), { cached: '1.0.0' })), 'x');
  await build();
  for (const folder of ['installs', 'resolutions']) {
    for (const name of await readdir(join(builder.cacheDir, folder))) {
      const file = folder === 'installs' ? join(folder, name, 'receipt.json') : join(folder, name);
      expect(await readFile(join(builder.cacheDir, file), 'utf8')).not.toBe('');
      await writeFile(join(builder.cacheDir, file), '{');
    }
  }
  expect(await build()).toBe('cached');
});
