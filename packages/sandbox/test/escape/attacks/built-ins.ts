import type { Attack, AttackClass } from '../attack.ts';

/** Ways to a built-in besides `require`, which refuses the ones that no action needs. */
const ROUTES: Readonly<Record<string, (name: string) => string>> = {
  require: (name) => `require('node:${name}')`,
  getBuiltinModule: (name) => `process.getBuiltinModule('node:${name}')`,
  import: (name) => `(await import('node:${name}')).default`,
  createRequire: (name) => `require('node:module').createRequire('/x.js')('node:${name}')`,
  _load: (name) => `require('node:module')._load('node:${name}')`,
  'a new Module': (name) =>
    `(() => { const { Module } = require('node:module'); const m = new Module('x'); m.paths = []; return m.require('node:${name}'); })()`,
};

/** What using one would give. */
const USES: Readonly<Record<string, (get: string) => string>> = {
  sqlite: (get) =>
    `const { DatabaseSync } = ${get}; new DatabaseSync(HOST.openDir + '/x.db', { timeout: 30_000 }).exec('create table if not exists t (a)'); return 'opened';`,
  inspector: (get) =>
    `const inspector = ${get}; inspector.open(0, '127.0.0.1'); return inspector.url();`,
  'inspector/promises': (get) =>
    `const { Session } = ${get}; const session = new Session(); session.connect(); return JSON.stringify(await session.post('Runtime.evaluate', { expression: 'process.pid' }));`,
  wasi: (get) =>
    `return new (${get}).WASI({ version: 'preview1', preopens: { '/x': '/etc' } }).wasiImport.path_open.name;`,
  test: (get) =>
    `for await (const event of (${get}).run({ files: [HOST.secretFile + '.cjs'] })) if (event.type === 'test:pass') return 'ran';`,
  repl: (get) =>
    `const { PassThrough } = require('node:stream'); const server = (${get}).start({ input: new PassThrough(), output: new PassThrough(), historySize: 1 }); await new Promise((resolve, reject) => server.setupHistory(HOST.openDir + '/history', (error) => error ? reject(error) : resolve())); server.close(); return fs.existsSync(HOST.openDir + '/history') ? 'history' : undefined;`,
  trace_events: (get) =>
    `(${get}).createTracing({ categories: ['v8'] }).enable(); return fs.readdirSync('.').filter((name) => name.includes('trace')).join();`,
};

const attacks: Attack[] = Object.entries(USES).flatMap(([name, use]) =>
  Object.entries(ROUTES).map(([route, get]) => ({
    tries: `uses node:${name} through ${route}`,
    code: use(get(name)),
    control: name === 'sqlite' || name === 'inspector',
  })),
);

export const BUILT_INS: AttackClass = {
  name: 'built-ins with files or sockets of their own',
  attacks,
};
