import type { Attack, AttackClass } from '../attack.ts';

const LOOP_MS = 300;
const MEMORY_MS = 8_000;
const BOMB = ['memory', 'failed', 'completed', 'process'] as const;

const loop = (tries: string, code: string, at?: 'load'): Attack => ({
  tries,
  code,
  ends: ['time'],
  timeoutMs: LOOP_MS,
  ...(at === undefined ? {} : { at }),
});
const bomb = (tries: string, code: string): Attack => ({
  tries,
  code,
  ends: BOMB,
  timeoutMs: MEMORY_MS,
});

const TIME: readonly Attack[] = [
  loop('loops', `for (;;);`),
  loop('loops over promises', `for (;;) await null;`),
  loop(
    'loops over nextTick',
    `const turn = () => process.nextTick(turn); turn(); await forever();`,
  ),
  loop(
    'loops over microtasks',
    `const turn = () => queueMicrotask(turn); turn(); await forever();`,
  ),
  loop('loops over immediates', `const turn = () => setImmediate(turn); turn(); await forever();`),
  loop('loops while it is loaded', `for (;;);`, 'load'),
  loop('matches an endless regular expression', `/^(a+)+$/.test('a'.repeat(60) + 'b');`),
  loop(
    'matches an endless regular expression while it is loaded',
    `/^(\\w+\\s?)*$/.test('a'.repeat(60) + '!');`,
    'load',
  ),
  loop('never settles', `await forever();`),
  loop('blocks its thread', `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`),
  loop(
    'computes without end in native code',
    `require('node:crypto').pbkdf2Sync('a', 'b', 5e7, 64, 'sha512');`,
  ),
  loop('compares without end', `[...Array(1e6).keys()].sort(() => { for (;;); });`),
  loop('loops in a getter of what it throws', `throw { get message() { for (;;); } };`),
  loop(
    'loops in a getter of its stack',
    `Error.prepareStackTrace = () => { for (;;); }; return new Error('x').stack;`,
  ),
  loop(
    'loops in toJSON of a claim',
    `api.idToken.setCustomClaim('https://x.test/a', { toJSON() { for (;;); } });`,
  ),
  loop(
    'loops in what it prints',
    `console.log({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } });`,
  ),
  loop(
    'loops in a proxy of what it throws',
    `throw new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } });`,
  ),
  loop(
    'loops in a finalizer of a generator',
    `function* endless() { try { yield 1; } finally { for (;;); } } for (const _ of endless()) break;`,
  ),
  loop('hangs on a lock', `await new Promise(() => {}).finally(() => {});`),
  loop(
    'swallows every exception and goes on',
    `process.on('uncaughtException', () => {}); process.removeAllListeners('exit'); for (;;) { try { null.x; } catch {} }`,
  ),
  loop(
    'loops in WebAssembly',
    `new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,108,0,0,10,9,1,7,0,3,64,12,0,11,11]))).exports.l();`,
  ),
];

const MEMORY: readonly Attack[] = [
  bomb('fills the heap with arrays', `const all = []; for (;;) all.push(new Array(1e5).fill({}));`),
  bomb(
    'fills the heap with strings',
    `const all = []; for (let i = 0; ; i += 1) all.push(('x' + i).repeat(1e5) + i);`,
  ),
  bomb(
    'fills the heap with promises',
    `const all = []; for (;;) { all.push(new Promise(() => {}).then(() => {})); }`,
  ),
  bomb(
    'fills the heap with closures',
    `const all = []; const more = () => { const big = new Array(1e4).fill(1); return () => big; }; for (;;) all.push(more());`,
  ),
  bomb('fills the heap while it is loaded', `const all = []; for (;;) all.push({ a: [1, 2, 3] });`),
  bomb('fills memory with Buffers', `const all = []; for (;;) all.push(Buffer.alloc(4e6, 1));`),
  bomb(
    'fills memory with unsafe Buffers',
    `const all = []; for (;;) all.push(Buffer.allocUnsafeSlow(4e6).fill(1));`,
  ),
  bomb(
    'fills memory with shared buffers',
    `const all = []; for (;;) all.push(new Uint8Array(new SharedArrayBuffer(4e6)).fill(1));`,
  ),
  bomb(
    'fills memory with growing buffers',
    `const all = []; for (;;) { const b = new ArrayBuffer(1, { maxByteLength: 64e6 }); b.resize(64e6); all.push(new Uint8Array(b).fill(1)); }`,
  ),
  bomb(
    'fills memory with WebAssembly',
    `const all = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 256, maximum: 1024 }); new Uint8Array(memory.buffer).fill(1); all.push(memory); }`,
  ),
  bomb(
    'fills memory with shared WebAssembly',
    `const all = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 256, maximum: 1024, shared: true }); new Uint8Array(memory.buffer).fill(1); all.push(memory); }`,
  ),
  bomb(
    'fills memory with external strings',
    `const all = []; for (let i = 0; ; i += 1) all.push(Buffer.alloc(8e6, 120).latin1Slice());`,
  ),
  bomb(
    'fills memory with blobs',
    `const all = []; for (;;) all.push(new Blob([Buffer.alloc(4e6, 1)]));`,
  ),
  bomb(
    'fills memory with compressors',
    `const all = []; for (;;) all.push(require('node:zlib').createBrotliCompress({ params: { [require('node:zlib').constants.BROTLI_PARAM_LGWIN]: 24 } }).on('error', () => {}));`,
  ),
  bomb(
    'unpacks a bomb',
    `const zlib = require('node:zlib'); let packed = zlib.gzipSync(Buffer.alloc(64e6)); const all = []; for (;;) all.push(zlib.gunzipSync(packed));`,
  ),
  bomb(
    'fills memory with clones',
    `const all = []; for (;;) all.push(structuredClone(new Uint8Array(4e6).fill(1)));`,
  ),
  bomb(
    'fills memory with regular expressions',
    `const all = []; for (let i = 0; ; i += 1) all.push(new RegExp('a{1,' + (i % 900 + 1) + '}b{1,900}' + i).test('aaab') || new Array(1e4).fill(i));`,
  ),
  bomb(
    'fills memory with contexts',
    `const all = []; for (;;) all.push(require('node:vm').createContext({}));`,
  ),
  bomb(
    'derives a key with much memory',
    `require('node:crypto').scryptSync('a', 'b', 64, { N: 2 ** 20, r: 8, p: 1, maxmem: 2 ** 34 }); const all = []; for (;;) all.push(Buffer.alloc(8e6, 1));`,
  ),
];

const OUTPUT: readonly Attack[] = [
  {
    tries: 'floods the console',
    code: `for (let i = 0; i < 20_000; i += 1) console.log('x'.repeat(200));`,
  },
  {
    tries: 'floods the console with empty lines',
    code: `for (let i = 0; i < 200_000; i += 1) console.log('');`,
  },
  { tries: 'prints one huge line', code: `console.log('x'.repeat(2e7));` },
  {
    tries: 'prints a deep object',
    code: `let deep = {}; for (let i = 0; i < 1e5; i += 1) deep = { deep }; console.dir(deep, { depth: Infinity });`,
    ends: ['completed', 'failed', 'process', 'memory'],
  },
  {
    tries: 'floods standard output',
    code: `for (let i = 0; i < 1_000; i += 1) process.stdout.write('x'.repeat(1e5));`,
  },
  {
    tries: 'floods standard error',
    code: `for (let i = 0; i < 200; i += 1) process.stderr.write('x'.repeat(1e5)); `,
    ends: ['completed', 'failed', 'process', 'time'],
  },
  {
    tries: 'floods descriptors 1 and 2',
    code: `for (let i = 0; i < 200; i += 1) { fs.writeSync(1, 'x'.repeat(1e5)); writeAll(2, Buffer.alloc(1e5, 120)); }`,
    ends: ['completed', 'failed', 'process', 'time'],
  },
  {
    tries: 'throws a huge message',
    at: 'load',
    code: `throw new Error('x'.repeat(2e7));`,
    ends: ['completed', 'failed'],
  },
  {
    tries: 'throws a huge stack',
    code: `const error = new Error('x'); error.stack = 'x'.repeat(2e7); error.cause = error; throw error;`,
  },
  {
    tries: 'sets huge claims',
    code: `for (let i = 0; i < 40; i += 1) api.idToken.setCustomClaim('https://x.test/' + i, 'x'.repeat(1e5));`,
    ends: ['completed', 'failed', 'output'],
  },
  {
    tries: 'floods its journal',
    code: `for (let i = 0; i < 60; i += 1) fs.writeSync(5, Buffer.alloc(1e6, 255), 0, 1e6, i * 1e6);`,
  },
  {
    tries: 'makes its journal huge',
    code: `fs.ftruncateSync(5, 2 ** 45); return fs.fstatSync(5).size > 2 ** 30 ? 'grew' : undefined;`,
  },
];

/** Names as long as they may be, one inside of the other, until no path can name the last one. */
const DEEP: Attack = {
  tries: 'nests directories beyond the longest path',
  code: `process.chdir(os.tmpdir()); for (let i = 0; i < 40; i += 1) { fs.mkdirSync('x'.repeat(200)); process.chdir('x'.repeat(200)); } await sleep(200); return undefined;`,
  ends: ['completed', 'output'],
};
/** A host that cannot remove it would fail at the end of the process. */
const LOCKED: Attack = {
  tries: 'locks its directory',
  code: `fs.mkdirSync(os.tmpdir() + '/in/in', { recursive: true }); fs.writeFileSync(os.tmpdir() + '/in/in/file', ''); fs.chmodSync(os.tmpdir() + '/in/in', 0); fs.chmodSync(os.tmpdir() + '/in', 0); fs.chmodSync(os.tmpdir(), 0); await sleep(200);`,
  ends: ['completed', 'output'],
};

const THINGS: readonly Attack[] = [
  {
    tries: 'opens descriptors without end',
    code: `for (let i = 0; i < 100_000; i += 1) fs.openSync(os.tmpdir() + '/f' + i, 'w'); return 'opened all';`,
  },
  {
    tries: 'opens connections without end',
    code: `const all = []; for (let i = 0; i < 400; i += 1) all.push(connected(net.connect(9, '203.0.113.' + (i % 250))).catch((error) => error)); const ends = await Promise.race([Promise.all(all), sleep(1_000)]); return ends?.find((end) => end === 'connected');`,
  },
  {
    tries: 'asks for names without end',
    code: `const dns = require('node:dns').promises; const all = []; for (let i = 0; i < 400; i += 1) all.push(dns.lookup('n' + i + '.test').catch(() => {})); await Promise.race([Promise.all(all), sleep(1_000)]);`,
  },
  {
    tries: 'starts processes without end',
    code: `let started = 0; for (let i = 0; i < 200; i += 1) { try { if (require('node:child_process').spawnSync('/bin/true').error === undefined) started += 1; } catch {} } return started || undefined;`,
  },
  {
    tries: 'starts workers without end',
    code: `let started = 0; const { Worker } = require('node:worker_threads'); for (let i = 0; i < 200; i += 1) { try { new Worker('setInterval(() => {}, 1e9)', { eval: true }).on('error', () => {}); started += 1; } catch {} } return started || undefined;`,
  },
  {
    tries: 'keeps all threads of its pool busy',
    code: `const { pbkdf2 } = require('node:crypto'); for (let i = 0; i < 64; i += 1) pbkdf2('a', 'b', 2e6, 64, 'sha512', () => {}); await forever();`,
    ends: ['time'],
    timeoutMs: LOOP_MS,
  },
  {
    tries: 'writes a file without end',
    code: `for (let i = 0; i < 64; i += 1) fs.appendFileSync(os.tmpdir() + '/big', Buffer.alloc(1e6)); return 'wrote 64 MB';`,
  },
  {
    tries: 'makes a file huge',
    code: `fs.truncateSync(fs.openSync(os.tmpdir() + '/sparse', 'w'), 2 ** 40); return 'grew';`,
  },
  {
    tries: 'fills its directory with many files',
    code: `for (let i = 0; i < 100; i += 1) { fs.writeFileSync(os.tmpdir() + '/part' + i, Buffer.alloc(8e6)); await sleep(2); } return 'wrote 800 MB';`,
    ends: ['completed', 'output'],
    timeoutMs: 8_000,
  },
  {
    tries: 'fills its directory with small files',
    code: `for (let i = 0; i < 60_000; i += 1) { fs.writeFileSync(os.tmpdir() + '/s' + i, ''); if (i % 100 === 0) await sleep(0); } return 'made 60,000';`,
    ends: ['completed', 'output'],
    timeoutMs: 20_000,
  },
  DEEP,
  LOCKED,
  {
    tries: 'fills its directory with directories',
    code: `let at = os.tmpdir(); for (let i = 0; i < 60_000; i += 1) { fs.mkdirSync(at + '/d' + i); if (i % 100 === 0) await sleep(0); } return 'made 60,000';`,
    ends: ['completed', 'output'],
    timeoutMs: 20_000,
  },
];

export const RESOURCES: readonly AttackClass[] = [
  { name: 'time', attacks: TIME },
  { name: 'memory', attacks: MEMORY },
  { name: 'output', attacks: OUTPUT },
  { name: 'descriptors, processes and disk', attacks: THINGS },
];
