import type { Attack, AttackClass } from '../attack.ts';

const ATTACKS: readonly Attack[] = [
  ...Object.entries({
    'starts a program': `return require('node:child_process').execFileSync(process.execPath, ['--version']).toString();`,
    'starts a shell': `return require('node:child_process').execSync('id').toString();`,
    'starts a program in the background': `const child = require('node:child_process').spawn('/bin/true'); return await new Promise((resolve, reject) => child.once('spawn', () => resolve(child.pid)).once('error', reject));`,
    'starts a program and waits': `const { error, status } = require('node:child_process').spawnSync('/bin/true'); if (error) throw error; return status === 0 ? 'started' : undefined;`,
    'starts a shell in the background': `return await new Promise((resolve, reject) => require('node:child_process').exec('id', (error, out) => error ? reject(error) : resolve(out)));`,
    forks: `const child = require('node:child_process').fork(HOST.secretFile + '.cjs', { stdio: 'ignore' }); return await new Promise((resolve, reject) => child.once('spawn', () => resolve(child.pid)).once('error', reject));`,
    'starts a program through the prototype': `const { ChildProcess } = require('node:child_process'); const child = new ChildProcess(); const code = child.spawn({ file: '/bin/true', args: ['true'], stdio: 'ignore' }); return code === 0 ? child.pid : undefined;`,
    'starts a program through the native handle': `const { ChildProcess } = require('node:child_process'); const code = new ChildProcess()._handle.spawn({ file: '/bin/true', args: ['true'], stdio: [] }); return code === 0 ? 'started' : undefined;`,
    'starts a program through process.binding': `const { status } = process.binding('spawn_sync').spawn({ file: '/bin/true', args: ['true'], envPairs: [], stdio: [{ type: 'ignore' }, { type: 'ignore' }, { type: 'ignore' }] }); return status === 0 ? 'started' : undefined;`,
    'forks a cluster': `const worker = require('node:cluster').fork(); return await new Promise((resolve, reject) => worker.once('online', () => resolve('online')).once('error', reject));`,
    'replaces its process': `process.execve('/bin/true', ['true'], {}); return 'replaced';`,
    'starts a worker': `const worker = new (require('node:worker_threads').Worker)('1', { eval: true }); return await new Promise((resolve, reject) => worker.once('online', () => resolve('online')).once('error', reject));`,
    'starts a worker without permissions': `const worker = new (require('node:worker_threads').Worker)('1', { eval: true, execArgv: [] }); return await new Promise((resolve, reject) => worker.once('online', () => resolve('online')).once('error', reject));`,
    'starts a worker with a data URL': `const worker = new (require('node:worker_threads').Worker)(new URL('data:text/javascript,1')); return await new Promise((resolve, reject) => worker.once('online', () => resolve('online')).once('error', reject));`,
    'runs tests in a process': `const found = []; for await (const event of require('node:module').createRequire('/x.js')('node:test').run({ files: [HOST.secretFile + '.cjs'] })) if (event.type === 'test:pass') found.push(event.type); return found.join();`,
    'loads native code': `process.dlopen({ exports: {} }, HOST.secretFile + '.node'); return 'loaded';`,
    'loads native code through a loader': `require('node:module')._extensions['.node']({ exports: {} }, HOST.secretFile + '.node'); return 'loaded';`,
    'loads native code through an engine of OpenSSL': `require('node:crypto').setEngine(HOST.secretFile + '.node'); return 'loaded';`,
    'loads native code through an engine for TLS': `require('node:tls').createSecureContext({ clientCertEngine: HOST.secretFile + '.node' }); return 'loaded';`,
    'uses process.binding': `return Object.keys(process.binding('fs')).join();`,
    'uses process.binding for sockets': `const { TCP, constants } = process.binding('tcp_wrap'); return new TCP(constants.SOCKET);`,
    'uses a linked binding': `return process._linkedBinding('fs');`,
    'uses an internal module': `return require('node:module').createRequire('/x.js')('internal/bootstrap/realm');`,
    'finds a way around process.binding': `for (const name of ['binding', '_linkedBinding', 'dlopen', 'execve']) { delete process[name]; if (typeof process[name] === 'function') return name; if (typeof Object.getPrototypeOf(process)[name] === 'function') return 'prototype ' + name; }`,
    'reads internals out of the stack': `
      const own = (fn) => String(fn).includes('HOST') || String(fn).includes('sites');
      Error.prepareStackTrace = (_, sites) => sites;
      const found = [];
      for (const site of new Error().stack) {
        const called = site.getFunction?.();
        const self = site.getThis?.();
        if (typeof called === 'function' && !own(called)) found.push(called.name);
        if (self !== undefined && self !== globalThis && Object.getPrototypeOf(self) !== Object.prototype) found.push(String(self));
      }
      return found.join();`,
    'walks up its callers': `
      function inner() { let at = inner; for (let depth = 0; depth < 20; depth += 1) { at = at.caller; if (at === null) return undefined; if (!String(at).includes('HOST')) return at.name; } }
      return inner();`,
    'gets internals out of asynchronous resources': `const found = []; const hook = require('node:async_hooks').createHook({ init(id, type, trigger, resource) { const { constructor } = resource; for (const key of ['internalBinding', 'binding', 'spawn']) if (typeof resource[key] === 'function') found.push(type + '.' + key); } }).enable(); await fs.promises.readFile('/x').catch(() => {}); await sleep(5); hook.disable(); return found.join();`,
    "allows V8's internals": `require('node:v8').setFlagsFromString('--allow-natives-syntax'); return eval('%GetHeapUsage()');`,
    'uses natives syntax': `return eval('%DebugPrint({})');`,
    'makes a snapshot of the heap that others share': `const { v8 } = process.binding('v8'); return v8;`,
    'runs WASI': `return new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/etc' } });`,
    'runs WASI through a loader': `return new (require('node:module').createRequire('/x.js')('node:wasi').WASI)({ version: 'preview1', preopens: { '/x': '/etc' } });`,
    'registers a loader': `require('node:module').register('data:text/javascript,export{}'); return 'registered';`,
    'is a single executable': `return require('node:module').createRequire('/x.js')('node:sea').getAsset('x');`,
    'escapes a context of vm': `const out = require('node:vm').runInNewContext("this.constructor.constructor('return process')()"); return out.binding('fs');`,
    'finds the garbage collector, which writes files, in another context': `const vm = require('node:vm'); return [vm.runInNewContext('typeof gc'), vm.runInThisContext('typeof gc'), ...Object.getOwnPropertyNames(vm.createContext(vm.constants.DONT_CONTEXTIFY)).filter((name) => /gc|collect/i.test(name))].find((found) => found !== 'undefined');`,
    'compiles a function without its wall': `const fn = require('node:vm').compileFunction('return typeof require === "function" ? require("fs") : import("fs")'); const got = await fn(); return got.readFileSync(HOST.secretFile, 'utf8');`,
    'makes a realm': `return new ShadowRealm().evaluate('1');`,
    'gets a function constructor of somewhere else': `return (async () => {}).constructor('return process.binding("fs")')().then((b) => Object.keys(b).join());`,
  }).map(([tries, code]) => ({ tries, code })),
];

const IN_CONTROL = [
  'starts a program',
  'starts a shell',
  'starts a program in the background',
  'starts a program and waits',
  'starts a shell in the background',
  'forks',
  'starts a program through the prototype',
  'starts a worker',
  'starts a worker without permissions',
  'starts a worker with a data URL',
  'uses process.binding',
  'starts a program through process.binding',
  'registers a loader',
];

/** V8 ends the process at a flag that is turned after the start, and Node at a call that its own code never makes. */
const ENDS_ITS_PROCESS = ["allows V8's internals", 'starts a program through the native handle'];

export const NATIVE_CODE: AttackClass = {
  name: 'spawning and native code',
  attacks: ATTACKS.map((attack) =>
    ENDS_ITS_PROCESS.includes(attack.tries)
      ? { ...attack, ends: ['process', 'completed'] as const }
      : { ...attack, control: IN_CONTROL.includes(attack.tries) },
  ),
};
