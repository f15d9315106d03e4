import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Artifact } from '@tessera/model';
import { afterAll, describe, expect, test } from 'vitest';
import {
  artifactOf,
  BUNDLE_PATH,
  callExport,
  diagnosticsOf,
  loadBundle,
  openBuilder,
} from './builder-fixture.ts';

describe('createActionBuilder() reads the author’s source', async () => {
  const builder = await openBuilder();
  afterAll(() => builder[Symbol.asyncDispose]());

  /** Where in the author's source the newest frame of the bundle lies. */
  const locate = (artifact: Artifact, error: unknown) => {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const frame = new RegExp(`${BUNDLE_PATH}:(\\d+):(\\d+)`).exec(stack);
    // The wrapper of the test's loader stands on the bundle's first line.
    const wrapper = '(function (exports, require, module, __filename, __dirname) {'.length;
    const line = Number(frame?.[1]);
    const column = Number(frame?.[2]) - 1 - (line === 1 ? wrapper : 0);
    return originalPositionFor(new TraceMap(artifact.sourceMap), { line, column });
  };

  test.for([
    ['CommonJS', `exports.x = async () => 'ran';`],
    ['module.exports', `module.exports = { x: () => 'ran' };`],
    ['ES module syntax', `export const x = async () => 'ran';`],
    [
      'an import beside exports',
      `import { sep } from 'node:path';\nexports.x = () => sep === '/' && 'ran';`,
    ],
    [
      'TypeScript',
      `interface A { a: string }\nexports.x = async (b?: A): Promise<string> => (b as A | undefined)?.a ?? 'ran';`,
    ],
    [
      'TypeScript that imports types',
      `import type { Event } from 'nowhere';\nimport { Api } from 'nowhere';\nexport const x = (e: Event, a: Api): string => 'ran';`,
    ],
    [
      'a comparison that TypeScript would read as type arguments',
      `const f = 1, g = 2;\nexports.x = () => [f < g, 3 > (1)].join() && 'ran';`,
    ],
    [
      'a built-in with and without prefix',
      `exports.x = () => require('crypto') === require('node:crypto') && 'ran';`,
    ],
    [
      'a required name that is computed',
      `exports.x = () => require(['node', 'path'].join(':')).basename('/ran');`,
    ],
    [
      'an imported name that is computed',
      `exports.x = async () => (await import('node:' + 'path')).basename('/ran');`,
    ],
    [
      'import.meta.url',
      `export const x = () => new URL(import.meta.url).protocol === 'file:' && 'ran';`,
    ],
  ] as const)('build() accepts %s', async ([, code]) => {
    expect(await callExport(artifactOf(await builder.make(code)), 'x')).toBe('ran');
  });

  test('build() maps an error to the line and column of the author, in JavaScript and TypeScript', async () => {
    const code = `interface A {\n  a: string;\n}\n\nexport const x = (b: A | undefined): void => {\n  const ü = 'ü'; throw new Error(ü);\n};\n`;
    const artifact = artifactOf(await builder.make(code));
    const failure = await callExport(artifact, 'x').catch((error: unknown) => error);
    expect(locate(artifact, failure)).toMatchObject({
      source: 'my-action.js',
      line: 6,
      column: 23,
    });
    expect((JSON.parse(artifact.sourceMap) as { sourcesContent: string[] }).sourcesContent).toEqual(
      [code],
    );
  });

  test.for([
    ['in JavaScript', `exports.x = () => {\n  const a = ;\n};`, { line: 2, column: 13 }],
    ['in TypeScript', `const a: string = 'a';\nexport const b: = 1;`, { line: 2, column: 17 }],
    ['behind other letters than ASCII', `exports.x = 'üüü' 1;`, { line: 1, column: 19 }],
    [
      'as await outside of a function',
      `const a = 1;\nexport const x = await a;`,
      { line: 2, column: 18 },
    ],
    ['as an open template', 'exports.x = `a', { line: 1 }],
  ] as const)(
    'build() is `built` on a syntax error %s, and the bundle throws it',
    async ([, code, position]) => {
      const outcome = await builder.make(code);
      const artifact = artifactOf(outcome);
      expect(outcome.diagnostics[0]).toMatchObject({ id: 'syntax_error', ...position });
      let thrown: unknown;
      try {
        loadBundle(artifact);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({
        name: 'SyntaxError',
        message: expect.stringContaining(`my-action.js:${position.line}:`),
      });
      const { line, column } = outcome.diagnostics[0] ?? {};
      expect(locate(artifact, thrown)).toMatchObject({
        source: 'my-action.js',
        line,
        column: (column ?? 0) - 1,
      });
    },
  );

  test.for([
    [
      'an undeclared package',
      `exports.x = () => {\n  require('left-pad/deep');\n};`,
      'undeclared_dependency',
      '"left-pad"',
      2,
      11,
    ],
    [
      'an undeclared package of a scope',
      `const a = require('@a/b');`,
      'undeclared_dependency',
      '"@a/b"',
      1,
      19,
    ],
    [
      'an undeclared package that is imported',
      `import a from 'left-pad';\nexport const x = () => a;`,
      'undeclared_dependency',
      '"left-pad"',
      1,
      15,
    ],
    ['a relative path', `require('./other');`, 'unresolved_import', '"./other"', 1, 9],
    ['an absolute path', `require('/etc/hostname');`, 'unresolved_import', '"/etc/hostname"', 1, 9],
    [
      'a path that climbs',
      `require('../../../../../etc/hostname');`,
      'unresolved_import',
      'etc/hostname',
      1,
      9,
    ],
    [
      'an address',
      `import a from 'https://127.0.0.1/a.js';\nexport const x = a;`,
      'unresolved_import',
      '127.0.0.1',
      1,
      15,
    ],
    [
      'a data address',
      `import a from 'data:text/javascript,export default 1';\nexport const x = a;`,
      'unresolved_import',
      'data:',
      1,
      15,
    ],
  ] as const)('build() refuses %s, with the place', async ([, code, id, text, line, column]) => {
    const [diagnostic] = diagnosticsOf(await builder.make(code));
    expect(diagnostic).toMatchObject({ id, message: expect.stringContaining(text), line, column });
  });

  test('build() tells the remedy for an undeclared package', async () => {
    const [diagnostic] = diagnosticsOf(await builder.make(`require('left-pad');`));
    expect(diagnostic?.message).toContain("add it to the action's dependencies");
  });

  test('build() ignores a source map that the source names', async () => {
    const map = {
      version: 3,
      sources: ['/elsewhere.js'],
      sourcesContent: ['else'],
      mappings: 'AAAA',
    };
    const inline = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
    for (const address of [inline, '/dev/zero']) {
      const code = `exports.x = () => { throw new Error('a'); };\n//# sourceMappingURL=${address}`;
      const artifact = artifactOf(await builder.make(code));
      expect(JSON.parse(artifact.sourceMap)).toMatchObject({
        sources: ['my-action.js'],
        sourcesContent: [code],
      });
      const failure = await callExport(artifact, 'x').catch((error: unknown) => error);
      expect(locate(artifact, failure)).toMatchObject({ line: 1, column: 26 });
    }
  });

  test('build() refuses more code than it parses', async () => {
    const [diagnostic] = diagnosticsOf(await builder.make(`//${'a'.repeat(1_000_000)}`));
    expect(diagnostic).toMatchObject({ id: 'code_too_large' });
  });

  test('build() keeps the action’s name out of paths', async () => {
    const outcome = await builder.build({
      actionName: '../../etc/ä b',
      code: 'exports.x = () => 1;',
      dependencies: [],
    });
    expect((JSON.parse(artifactOf(outcome).sourceMap) as { sources: string[] }).sources).toEqual([
      'etc-ä b.js',
    ]);
  });
});
