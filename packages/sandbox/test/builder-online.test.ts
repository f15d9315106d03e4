import { afterAll, describe, expect, test } from 'vitest';
import {
  artifactOf,
  callExport,
  diagnosticsOf,
  loadBundle,
  openOnlineBuilder,
} from './builder-fixture.ts';

/** Real packages from the real registry; one builder, so that they share a download cache. */
describe('createActionBuilder() with the npm registry', async () => {
  const builder = await openOnlineBuilder();
  afterAll(() => builder[Symbol.asyncDispose]());

  test('build() pins `latest`, and bundles a package that the code uses without requiring it', async () => {
    const code = `exports.onExecutePostLogin = async () => typeof axios.post + ':' + typeof axios.create;`;
    const artifact = artifactOf(await builder.make(code, { axios: 'latest' }));
    expect(artifact.dependencies).toEqual([
      { name: 'axios', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    ]);
    expect(await callExport(artifact, 'onExecutePostLogin')).toBe('function:function');
    const lock = JSON.parse(artifact.lockfile) as {
      packages: Record<string, { version: string; integrity?: string }>;
    };
    expect(lock.packages['node_modules/axios']).toMatchObject({
      version: artifact.dependencies[0]?.version,
      integrity: expect.stringMatching(/^sha512-/),
    });
    expect(artifact.lockfile).not.toMatch(/https?:/);
  });

  test('build() gives a default import what its package exports', async () => {
    const code = `import axios, { AxiosError } from 'axios';\nexport const x = () => typeof axios.get + typeof AxiosError;`;
    expect(await callExport(artifactOf(await builder.make(code, { axios: '1.7.9' })), 'x')).toBe(
      'functionfunction',
    );
  });

  test('build() bundles a package that is required inside of the handler', async () => {
    const code = `exports.onExecutePostUserRegistration = async () => {
      const ses = require('node-ses');
      return typeof ses.createClient({ key: 'k', secret: 's' }).sendEmail;
    };`;
    const artifact = artifactOf(await builder.make(code, { 'node-ses': '3.0.3' }));
    expect(await callExport(artifact, 'onExecutePostUserRegistration')).toBe('function');
  });

  test('build() gives equal inputs equal artifacts, and changed code another hash', async () => {
    const make = (suffix: string) =>
      builder.make(`exports.x = () => require('lodash/chunk')([1, 2, 3], 2);${suffix}`, {
        lodash: '^4.17.0',
      });
    const [first, again, changed] = [await make(''), await make(''), await make(' ')].map(
      artifactOf,
    );
    expect(again).toEqual(first);
    expect(changed?.hash).not.toBe(first?.hash);
    expect(await callExport(artifactOf(await make('')), 'x')).toEqual([[1, 2], [3]]);
  });

  test('build() bundles a package of ES modules, required or imported', async () => {
    const required = `exports.x = () => require('nanoid').nanoid().length;`;
    const imported = `import { nanoid } from 'nanoid';\nexport const x = () => nanoid().length;`;
    for (const code of [required, imported]) {
      expect(await callExport(artifactOf(await builder.make(code, { nanoid: '5.1.6' })), 'x')).toBe(
        21,
      );
    }
  });

  test.for([
    [
      'a package that does not exist',
      { '@tessera-no-such-scope/nothing': '1.0.0' },
      '@tessera-no-such-scope/nothing@1.0.0',
    ],
    ['a version that does not exist', { crypto: '17.7.1' }, 'crypto@17.7.1'],
    ['a tag that does not exist', { lodash: 'no-such-tag' }, 'lodash@no-such-tag'],
  ] as const)('build() fails on %s', async ([, dependencies, name]) => {
    const [diagnostic] = diagnosticsOf(await builder.make('exports.x = 1;', dependencies));
    expect(diagnostic).toMatchObject({
      id: 'dependency_not_found',
      message: expect.stringContaining(name),
    });
  });

  test.for(['bcrypt', 'better-sqlite3'])('build() refuses the native addon %s', async (name) => {
    const [diagnostic] = diagnosticsOf(await builder.make('exports.x = 1;', { [name]: 'latest' }));
    expect(diagnostic).toMatchObject({
      id: 'native_addon',
      message: expect.stringContaining(name),
    });
  });

  test('build() leaves what the code does not use out of the bundle', async () => {
    const artifact = artifactOf(await builder.make('exports.x = () => 1;', { lodash: '4.17.21' }));
    expect(artifact.bundle.length).toBeLessThan(5_000);
    expect(loadBundle(artifact).x?.()).toBe(1);
  });
});
