import { afterAll, describe, expect, test } from 'vitest';
import { diagnosticsOf, openOnlineBuilder } from '../builder-fixture.ts';
import { action, LEVELS, openSandbox } from '../support/sandbox.ts';
import { canReachRegistry } from './support/package-probes.ts';

/** Package, exact version, and what the message must say besides its name. */
const REFUSED: readonly (readonly [name: string, version: string, reason: RegExp])[] = [
  ['bcrypt', '6.0.0', /native addon.*use bcryptjs/],
  ['sharp', '0.35.5', /native addon.*use jimp/],
  ['canvas', '3.2.3', /native addon.*use a service that draws/],
  ['better-sqlite3', '13.2.0', /native addon.*use a database over the network/],
  ['sqlite3', '6.0.1', /native addon.*use a database over the network/],
  ['kerberos', '7.0.0', /native addon.*use a gateway/],
  ['libxmljs', '1.0.11', /native addon.*use @xmldom\/xmldom/],
  ['pg-native', '3.8.0', /native addon/],
  ['puppeteer', '25.16.0', /starts a browser.*use a service/],
  ['playwright', '1.65.1', /starts a browser.*use a service/],
  ['node-gyp', '11.5.0', /compiles native code.*use packages/],
];

const builder = await openOnlineBuilder();
afterAll(() => builder[Symbol.asyncDispose]());
const isOnline = await canReachRegistry(builder);

describe.skipIf(!isOnline)('packages that the sandbox cannot serve', () => {
  test.for(REFUSED)(
    '%s is refused, with the reason and a way out',
    async ([name, version, reason]) => {
      const code = `const it = require('${name}'); exports.onExecutePostLogin = async () => it;`;
      const [diagnostic, ...others] = diagnosticsOf(await builder.make(code, { [name]: version }));
      expect(others).toEqual([]);
      expect(['native_addon', 'unsupported_package']).toContain(diagnostic?.id);
      expect(diagnostic?.message).toContain(name);
      expect(diagnostic?.message).toMatch(reason);
    },
  );
});

/** Body of an action, and what its author is told. */
const AT_RUN_TIME: readonly (readonly [name: string, body: string, told: RegExp])[] = [
  [
    'reading a file',
    `require('node:fs').readFileSync(require('node:path').join(__dirname, 'template.html'));`,
    /cannot read files of the machine.*os\.tmpdir\(\)[\s\S]*\/actions\/template\.html/,
  ],
  [
    'reading a file, with a promise',
    `await require('node:fs/promises').readFile('/etc/hosts');`,
    /cannot read files of the machine.*os\.tmpdir\(\)/,
  ],
  [
    'writing a file',
    `require('node:fs').writeFileSync('/var/x', 'x');`,
    /cannot write files of the machine.*os\.tmpdir\(\)/,
  ],
  [
    'starting a process',
    `require('node:child_process').execSync('id');`,
    /cannot start processes \(child_process, cluster\)/,
  ],
  [
    'starting a thread',
    `new (require('node:worker_threads').Worker)('1', { eval: true });`,
    /cannot start threads \(worker_threads\)/,
  ],
  ['node:sqlite', `require('node:sqlite');`, /"sqlite" is not available.*[Uu]se api\.cache/],
  [
    'a package that nobody declared',
    `const name = 'left-pad'; require(name);`,
    /left-pad.*dependencies/,
  ],
];

describe.each(LEVELS)('what an author is told at run time (%s)', (level, missingPart) => {
  test.skipIf(missingPart !== undefined)('names the reason and what there is instead', async () => {
    const sandbox = await openSandbox({ level });
    try {
      for (const [, body, told] of AT_RUN_TIME) {
        const caught = `try { ${body} } catch (error) { console.log(error); throw error; }`;
        const { results } = await sandbox.run([action(caught)]);
        const [result] = results;
        if (result?.kind !== 'failed') throw new Error(`${body} ended as ${result?.kind}`);
        for (const text of [result.error.message, result.error.stack, result.logs[0]?.message]) {
          expect(text).toMatch(told);
          expect(text).not.toContain('--allow');
        }
      }
    } finally {
      await sandbox.close();
    }
  });

  test.skipIf(missingPart !== undefined)('os.tmpdir() can be written and read', async () => {
    const sandbox = await openSandbox({ level });
    try {
      const value =
        await sandbox.evaluate(`const fs = require('node:fs'); const file = require('node:path').join(require('node:os').tmpdir(), 'a.txt');
        fs.writeFileSync(file, 'kept'); report(fs.readFileSync(file, 'utf8'));`);
      expect(value).toBe('kept');
    } finally {
      await sandbox.close();
    }
  });
});
