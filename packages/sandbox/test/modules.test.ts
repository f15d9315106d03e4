import type { ActionResult, Artifact, ModuleSource, RunnableModule } from '@tessera/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createActionRunner, type SandboxRunner } from '../src/index.ts';
import { artifactOf, diagnosticsOf, type OpenBuilder, openBuilder } from './builder-fixture.ts';
import { type FakeRegistry, plainPackage, startRegistry } from './builder-registry.ts';
import { SILENT } from './support/sandbox.ts';

const version = (number: string) =>
  plainPackage('pack', `module.exports = 'pack ${number}';`, { version: number });

let registry: FakeRegistry;
let builder: OpenBuilder;
let runner: SandboxRunner;
const artifacts = new Map<string, Artifact>();

beforeAll(async () => {
  registry = await startRegistry([version('1.0.0'), version('2.0.0'), version('3.0.0')]);
  builder = await openBuilder({ registry: registry.url });
  runner = await createActionRunner({
    artifacts: { load: async (_tenantId, hash) => artifacts.get(hash) },
    logger: SILENT,
  });
});
afterAll(async () => {
  await runner.close();
  await builder[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

/** Code and, by name of the package, versions of dependencies. */
type Source = Pick<ModuleSource, 'name' | 'code'> & { readonly pack?: string };

const build = (
  code: string,
  modules: readonly Source[],
  options: { readonly pack?: string; readonly role?: 'action' | 'module' } = {},
) =>
  builder.build({
    actionName: 'my-action',
    code,
    dependencies: options.pack === undefined ? [] : [{ name: 'pack', version: options.pack }],
    modules: modules.map(({ name, code: own, pack }) => ({
      name,
      code: own,
      dependencies: pack === undefined ? [] : [{ name: 'pack', version: pack }],
    })),
    ...(options.role && { role: options.role }),
  });

/** Builds and runs a post-login action, whose body claims what it found out. */
async function run(
  code: string,
  modules: readonly Source[],
  options: {
    readonly pack?: string;
    readonly secrets?: readonly Readonly<Record<string, string>>[];
    readonly own?: Readonly<Record<string, string>>;
    readonly versionIds?: readonly string[];
  } = {},
): Promise<ActionResult> {
  const artifact = artifactOf(await build(code, modules, options));
  artifacts.set(artifact.hash, artifact);
  const { results } = await runner.run({
    tenantId: 'tenant',
    triggerId: 'post-login',
    firstHandler: 'execute',
    timeoutMs: 10_000,
    event: { user: { user_id: 'auth0|1' }, transaction: { metadata: {} } },
    actions: [
      {
        actionId: 'action',
        actionName: 'my-action',
        versionId: 'version',
        versionNumber: 1,
        artifactHash: artifact.hash,
        secrets: options.own ?? {},
        modules: modules.map(
          ({ name }, at): RunnableModule => ({
            name,
            versionId: options.versionIds?.[at] ?? `module-version-${at}`,
            secrets: options.secrets?.[at] ?? {},
          }),
        ),
      },
    ],
  });
  const [result] = results;
  if (result === undefined) throw new Error('nothing ran');
  return result;
}

const handler = (body: string, head = '') =>
  `${head}\nexports.onExecutePostLogin = async (event, api) => { ${body} };`;
const claim = (expression: string) =>
  `api.idToken.setCustomClaim('https://example.com/found', ${expression});`;
const claimOf = (result: ActionResult) => {
  if (result.kind !== 'completed') throw new Error(JSON.stringify(result));
  return result.commands[0]?.args[1];
};

test.for([
  ['require', handler(claim('lib.greet("you")'), `const lib = require('actions:lib');`)],
  [
    'import',
    `import { greet } from 'actions:lib';\nexport const onExecutePostLogin = async (event, api) => { ${claim('greet("you")')} };`,
  ],
])('an action uses a module by %s', async ([, code]) => {
  const lib = { name: 'lib', code: `exports.greet = (name) => 'Hello, ' + name + '!';` };
  expect(claimOf(await run(code ?? '', [lib]))).toBe('Hello, you!');
});

test('modules are TypeScript and ES modules too, and have any name', async () => {
  const modules = [
    { name: 'My Module (2)', code: 'export const twice = (n: number): number => 2 * n;' },
    { name: 'lib', code: 'export default { one: 1 };' },
  ];
  const code = handler(
    claim('[twice(4), lib.default.one]'),
    `const { twice } = require('actions:My Module (2)'); const lib = require('actions:lib');`,
  );
  expect(claimOf(await run(code, modules))).toEqual([8, 1]);
});

test('two modules and the action each have their own version of one package', async () => {
  const code = 'module.exports = require("pack");';
  const modules = [
    { name: 'one', code, pack: '1.0.0' },
    { name: 'two', code, pack: '^2.0.0' },
  ];
  const own = handler(claim('[require("pack"), require("actions:one"), require("actions:two")]'));
  expect(claimOf(await run(own, modules, { pack: 'latest' }))).toEqual([
    'pack 3.0.0',
    'pack 1.0.0',
    'pack 2.0.0',
  ]);
  const { lockfile, dependencies } = artifactOf(await build(own, modules, { pack: 'latest' }));
  expect(dependencies).toEqual([{ name: 'pack', version: '3.0.0' }]);
  expect(JSON.parse(lockfile)).toMatchObject({
    packages: { 'node_modules/pack': { version: '3.0.0' } },
    modules: {
      one: { packages: { 'node_modules/pack': { version: '1.0.0' } } },
      two: { packages: { 'node_modules/pack': { version: '2.0.0' } } },
    },
  });
});

test('a module’s code runs once for all runs of a version', async () => {
  const lib = { name: 'lib', code: 'let calls = 0; exports.count = () => ++calls;' };
  const code = handler(claim('[require("actions:lib").count(), require("actions:lib").count()]'));
  expect(claimOf(await run(code, [lib]))).toEqual([1, 2]);
  expect(claimOf(await run(code, [lib]))).toEqual([3, 4]);
  // Another version of the same code, e.g. with other secrets, has a state of its own.
  expect(claimOf(await run(code, [lib], { versionIds: ['other'] }))).toEqual([1, 2]);
});

test('a module sees its own secrets only, and nobody else sees them', async () => {
  const modules = [
    { name: 'one', code: 'exports.read = () => ({ ...actions.secrets });' },
    { name: 'two', code: 'exports.read = () => actions.secrets.KEY;' },
  ];
  const code = handler(
    claim(
      '[require("actions:one").read(), require("actions:two").read(), event.secrets, typeof actions]',
    ),
  );
  const secrets = [{ KEY: 'secret of one', MORE: 'more' }, { KEY: 'secret of two' }];
  const result = await run(code, modules, { secrets, own: { OWN: 'own' } });
  expect(claimOf(result)).toEqual([secrets[0], 'secret of two', { OWN: 'own' }, 'undefined']);
});

test.for([
  'require(["tessera:module", "1"].join("/"))',
  'require(["tessera:module", "2"].join("/"))',
  'require(["tessera", "context"].join(":"))',
  'require(["tessera", "contexts"].join(":"))',
  'require(["actions", "lib"].join(":"))',
])('an action cannot take a module’s secrets with %s', async (expression) => {
  const lib = { name: 'lib', code: 'exports.ok = () => actions.secrets.KEY.length;' };
  const attack = `let taken; try { taken = ${expression}; } catch (error) { taken = error.code; }`;
  const code = handler(claim('[taken, require("actions:lib").ok()]'), attack);
  const result = await run(code, [lib], { secrets: [{ KEY: 'hidden value' }] });
  expect(claimOf(result)).toEqual(['MODULE_NOT_FOUND', 12]);
});

test('an action cannot change the secrets that a module sees', async () => {
  const lib = {
    name: 'lib',
    code: `exports.actions = actions; exports.read = () => actions.secrets.KEY;`,
  };
  const code = handler(
    `const lib = require('actions:lib');
    try { lib.actions.secrets.KEY = 'changed'; lib.actions.secrets = { KEY: 'changed' }; } catch {}
    ${claim('[lib.read()]')}`,
  );
  expect(claimOf(await run(code, [lib], { secrets: [{ KEY: 'kept' }] }))).toEqual(['kept']);
});

test('secrets of modules are masked in console output and errors', async () => {
  const lib = {
    name: 'lib',
    code: `exports.leak = () => { console.log('key', actions.secrets.KEY); throw new Error('bad ' + actions.secrets.KEY); };`,
  };
  const code = handler(`require('actions:lib').leak();`);
  const result = await run(code, [lib], { secrets: [{ KEY: 'very-secret' }] });
  expect(result).toMatchObject({
    kind: 'failed',
    logs: [{ message: 'key ***' }],
    error: { message: 'bad ***' },
  });
  expect(JSON.stringify(result)).not.toContain('very-secret');
});

test('the artifact holds no secret of a module, and is the same for other secrets', async () => {
  const lib = { name: 'lib', code: 'exports.read = () => actions.secrets.KEY;' };
  const code = handler(claim('require("actions:lib").read()'));
  expect(claimOf(await run(code, [lib], { secrets: [{ KEY: 'first' }] }))).toBe('first');
  const other = await run(code, [lib], { secrets: [{ KEY: 'second' }], versionIds: ['v2'] });
  expect(claimOf(other)).toBe('second');
});

test('stack traces name lines of the module and of the action', async () => {
  const lib = {
    name: 'my lib',
    code: `// one\nconst inner = () => {\n  throw new TypeError('broken');\n};\nexports.call = () => inner();\n`,
  };
  const code = `const lib = require('actions:my lib');\n\nexports.onExecutePostLogin = async () => {\n  lib.call();\n};\n`;
  const result = await run(code, [lib]);
  expect(result).toMatchObject({
    kind: 'failed',
    error: { name: 'TypeError', message: 'broken', line: 4, column: 7 },
  });
  const { stack = '' } = result.kind === 'failed' ? result.error : {};
  expect(stack.split('\n').slice(1, 4)).toEqual([
    expect.stringContaining('actions:my lib:3:9'),
    expect.stringContaining('actions:my lib:5:'),
    expect.stringContaining('my-action.js:4:7'),
  ]);
});

test('stack traces keep two files of the same text apart', async () => {
  const code = `exports.onExecutePostLogin = async () => {\n  if (module.isLib !== true) require('actions:lib');\n  throw new Error('x');\n};`;
  const result = await run(code, [{ name: 'lib', code: code.replace(/require\(.*\)/, 'void 0') }]);
  expect(result.kind === 'failed' && result.error.stack).toContain('my-action.js:3:9');
});

test.for([
  [
    'an undeclared module',
    `require('actions:nowhere');`,
    {
      id: 'undeclared_module',
      message:
        '"actions:nowhere" is required but not declared: add a published version of the module "nowhere" to the action\'s modules',
      line: 1,
      column: 9,
    },
  ],
  [
    'a package of the module alone',
    `require('pack');`,
    { id: 'undeclared_dependency', message: expect.stringContaining("the action's dependencies") },
  ],
])('the build refuses %s', async ([, code, diagnostic]) => {
  const lib = { name: 'lib', code: 'exports.a = require("pack");', pack: '1.0.0' };
  const diagnostics = diagnosticsOf(await build(`${code} require('actions:lib');`, [lib]));
  expect(diagnostics).toEqual([expect.objectContaining(diagnostic)]);
});

test.for([
  [
    'a module in a module',
    `\nrequire('actions:two');`,
    {
      id: 'undeclared_module',
      message: /^In the module "one", line 2, column 9: "actions:two".*cannot use modules/,
    },
  ],
  [
    'an undeclared package',
    `require('pack');`,
    {
      id: 'undeclared_dependency',
      message: /^In the module "one", line 1, column 9: .*add it to the module's dependencies$/,
    },
  ],
  [
    'a file',
    `require('./other');`,
    {
      id: 'unresolved_import',
      message: /^In the module "one", line 1, column 9: .*a module is one file/,
    },
  ],
] as const)('the build refuses %s', async ([, code, { id, message }]) => {
  const modules = [
    { name: 'one', code },
    { name: 'two', code: '' },
  ];
  const diagnostics = diagnosticsOf(await build(`require('actions:one');`, modules));
  // Line and column would be read as those of the action's own file.
  expect(diagnostics).toEqual([{ id, message: expect.stringMatching(message) }]);
});

test('the build names the module whose package does not exist', async () => {
  const modules = [{ name: 'one', code: '', pack: '9.9.9' }];
  const [diagnostic] = diagnosticsOf(await build('', modules));
  expect(diagnostic?.message).toMatch(/^In the module "one": .*pack/);
});

test('a module that cannot be parsed fails where it is required, at its own line', async () => {
  const modules = [{ name: 'lib', code: 'exports.a = 1;\n};' }];
  const code = handler(`require('actions:lib');`);
  const outcome = await build(code, modules);
  expect(outcome).toMatchObject({
    kind: 'built',
    diagnostics: [
      {
        id: 'syntax_error',
        message: expect.stringMatching(/^In the module "lib", line 2, column 1: /),
      },
    ],
  });
  const result = await run(code, modules);
  expect(result).toMatchObject({ kind: 'failed', error: { name: 'SyntaxError' } });
  expect(result.kind === 'failed' && result.error.stack).toContain('actions:lib:2:1');
});

test('a module is built alone: its dependencies are pinned, its faults told', async () => {
  const good = await build('exports.a = [actions.secrets, require("pack")];', [], {
    pack: '^1.0.0',
    role: 'module',
  });
  expect(artifactOf(good).dependencies).toEqual([{ name: 'pack', version: '1.0.0' }]);
  const bad = await build(`require('actions:other');`, [], { role: 'module' });
  expect(diagnosticsOf(bad)).toEqual([
    expect.objectContaining({ id: 'undeclared_module', line: 1, column: 9 }),
  ]);
});

test('artifacts differ with the code of a module, and with what it pins', async () => {
  const code = `require('actions:lib');`;
  const hashOf = async (lib: Source) => artifactOf(await build(code, [lib])).hash;
  const base = await hashOf({ name: 'lib', code: '1', pack: '1.0.0' });
  expect(await hashOf({ name: 'lib', code: '1', pack: '1.0.0' })).toBe(base);
  expect(await hashOf({ name: 'lib', code: '2', pack: '1.0.0' })).not.toBe(base);
  expect(await hashOf({ name: 'lib', code: '1', pack: '2.0.0' })).not.toBe(base);
});
