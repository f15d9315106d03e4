import type { Attack, AttackClass } from '../attack.ts';

const RESULT = (members: string) =>
  `'{"t":"result","id":1,"results":[{"kind":"completed","startedAt":1,"endedAt":2,"commands":[],"logs":[],"requests":[]${members}}]}'`;

/** What no honest guest says; each ends the process, and is told in the host's own words. */
const VIOLATIONS: readonly (readonly [tries: string, code: string])[] = [
  ['sends random bytes', `writeAll(3, require('node:crypto').randomBytes(4096));`],
  ['sends a length of four gigabytes', `writeAll(3, Buffer.from([255, 255, 255, 255, 1, 2, 3]));`],
  ['sends a frame without content', `writeAll(3, Buffer.alloc(4));`],
  ['sends a frame that is no JSON', `writeAll(3, frame('{"t":'));`],
  ['sends bytes that are no text', `writeAll(3, Buffer.from([2, 0, 0, 0, 255, 254]));`],
  ['sends a frame that is no object', `writeAll(3, frame('[1,2]'));`],
  ['sends null', `writeAll(3, frame('null'));`],
  ['sends a message of an unknown type', `writeAll(3, frame('{"t":"shutdown"}'));`],
  ['sends a type from a prototype', `writeAll(3, frame('{"t":"constructor"}'));`],
  ['sends __proto__ as a message', `writeAll(3, frame('{"__proto__":{"t":"ready"}}'));`],
  ['says a second time that it is ready', `writeAll(3, frame('{"t":"ready"}'));`],
  ['answers a question that nobody asked', `writeAll(3, frame('{"t":"pong","id":1}'));`],
  ['answers a run of somebody else', `writeAll(3, frame('{"t":"result","id":99,"results":[]}'));`],
  [
    'answers a run with a negative number',
    `writeAll(3, frame('{"t":"result","id":-1,"results":[]}'));`,
  ],
  [
    'answers a run with a number that is none',
    `writeAll(3, frame('{"t":"result","id":"1","results":[]}'));`,
  ],
  [
    'answers the same run twice',
    `const done = frame('{"t":"result","id":1,"results":[]}'); writeAll(3, Buffer.concat([done, done]));`,
  ],
  [
    'sends a code cache that nobody asked for',
    `writeAll(3, frame('{"t":"cached","hash":"00000000","data":"AAAA"}'));`,
  ],
  [
    'sends results that are no list',
    `writeAll(3, frame('{"t":"result","id":1,"results":{"length":1}}'));`,
  ],
  [
    'sends a result of an unknown kind',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"allowed","startedAt":1,"endedAt":2,"commands":[],"logs":[],"requests":[]}]}'));`,
  ],
  [
    'sends 101 results',
    `writeAll(3, frame(JSON.stringify({ t: 'result', id: 1, results: Array(101).fill({ kind: 'completed', startedAt: 1, endedAt: 2, commands: [], logs: [], requests: [] }) })));`,
  ],
  [
    'sends a command without a method',
    `writeAll(3, frame(JSON.stringify({ t: 'result', id: 1, results: [{ kind: 'completed', startedAt: 1, endedAt: 2, commands: [{ method: 5, args: [] }], logs: [], requests: [] }] })));`,
  ],
  [
    'sends a command with __proto__',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"completed","startedAt":1,"endedAt":2,"commands":[{"method":"m","args":[{"__proto__":{"admin":true}}]}],"logs":[],"requests":[]}]}'));`,
  ],
  [
    'sends a command a thousand deep',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"completed","startedAt":1,"endedAt":2,"commands":[{"method":"m","args":[' + '['.repeat(1000) + ']'.repeat(1000) + ']}],"logs":[],"requests":[]}]}'));`,
  ],
  ['sends a frame a million deep', `writeAll(3, frame('['.repeat(1e6) + ']'.repeat(1e6)));`],
  [
    'sends a time that is none',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"completed","startedAt":1e300,"endedAt":2,"commands":[],"logs":[],"requests":[]}]}'));`,
  ],
  [
    'sends a failure without an error',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"failed","startedAt":1,"endedAt":2,"commands":[],"logs":[],"requests":[]}]}'));`,
  ],
  [
    'sends a call without a method',
    `writeAll(3, frame('{"t":"call","run":1,"call":1,"args":[]}'));`,
  ],
  [
    'sends a call with 17 arguments',
    `writeAll(3, frame(JSON.stringify({ t: 'call', run: 1, call: 1, method: 'm', args: Array(17).fill(0) })));`,
  ],
  ['sends random bytes to the broker', `writeAll(4, require('node:crypto').randomBytes(4096));`],
  [
    'sends a length of four gigabytes to the broker',
    `writeAll(4, Buffer.from([255, 255, 255, 255, 1, 2, 3]));`,
  ],
  ['sends a short frame to the broker', `writeAll(4, Buffer.from([1, 0, 0, 0, 1]));`],
  ['sends the broker no JSON', `writeAll(4, egress(1, 1e6, 'x'));`],
  ['sends the broker an unknown frame', `writeAll(4, egress(77, 1e6, ''));`],
  [
    'sends the broker a number twice',
    `writeAll(4, egress(8, 1e6, '{"host":"x.test"}')); writeAll(4, egress(8, 1e6, '{"host":"x.test"}'));`,
  ],
  [
    'sends the broker a port that is none',
    `writeAll(4, egress(1, 1e6, '{"host":"x.test","port":99999}'));`,
  ],
  ['sends the broker a host that is none', `writeAll(4, egress(1, 1e6, '{"host":{},"port":80}'));`],
  ['sends the broker a window that is none', `writeAll(4, egress(6, 1, 'abc'));`],
  [
    'grants itself an endless window',
    `const socket = net.connect(HOST.tcpPort, 'redirecting.test'); await connected(socket); const grant = Buffer.alloc(13); grant.writeUInt32LE(9); grant.writeUInt8(6, 4); grant.writeUInt32LE(1, 5); grant.writeUInt32LE(0xffffffff, 9); writeAll(4, grant);`,
  ],
];

const FLOODS: readonly (readonly [tries: string, code: string])[] = [
  [
    'floods the host with calls',
    `for (let call = 1; ; call += 1) writeAll(3, frame(JSON.stringify({ t: 'call', run: 1, call, method: 'cache.get', args: ['k'] })));`,
  ],
  [
    'floods the host with large calls',
    `const large = frame(JSON.stringify({ t: 'call', run: 1, call: 1, method: 'cache.set', args: [Array(1e5).fill({})] })); for (;;) writeAll(3, large);`,
  ],
  [
    'floods the host with calls of runs that are over',
    `const late = frame(JSON.stringify({ t: 'call', run: 99, call: 1, method: 'cache.get', args: ['k'] })); for (;;) writeAll(3, late);`,
  ],
  [
    'floods the host with large calls of runs that are over',
    `const late = frame(JSON.stringify({ t: 'call', run: 99, call: 1, method: 'cache.set', args: [Array(1e6).fill({})] })); for (;;) writeAll(3, late);`,
  ],
  [
    'floods the host with confessions',
    `const tainted = frame('{"t":"tainted"}'); for (;;) writeAll(3, tainted);`,
  ],
  [
    'floods the host with a frame that is too large',
    `const big = frame(JSON.stringify({ t: 'result', id: 1, results: [], pad: 'x'.repeat(4e6) })); writeAll(3, big);`,
  ],
  [
    'takes what the network sends, and does not read it',
    `const socket = net.connect(HOST.tcpPort, 'redirecting.test'); await connected(socket); socket.write('GET /endless HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'); await new Promise((resolve) => socket.once('data', resolve));
    const grant = Buffer.alloc(13); grant.writeUInt32LE(9); grant.writeUInt8(6, 4); grant.writeUInt32LE(1, 5); grant.writeUInt32LE(65_536, 9);
    const nap = new Int32Array(new SharedArrayBuffer(4)); for (;;) { Atomics.wait(nap, 0, 0, 2); writeAll(4, grant); }`,
  ],
  ['floods the broker with frames', `const data = egress(3, 1e6, ''); for (;;) writeAll(4, data);`],
  [
    'floods the broker with connections',
    `for (let id = 1e6; ; id += 1) writeAll(4, egress(1, id, '{"host":"127.0.0.1","port":1}'));`,
  ],
  [
    'floods the broker with names',
    `for (let id = 1e6; ; id += 1) writeAll(4, egress(8, id, '{"host":"x.test"}'));`,
  ],
];

/** What is cut short, closed, or stolen: the run waits for an answer that never comes, or ends at once. */
const SILENCES: readonly Attack[] = [
  ['sends half a frame', `writeAll(3, Buffer.from([100, 0, 0, 0, 123]));`],
  [
    'sends a frame byte by byte',
    `for (const byte of frame('{"t":"pong","id":1')) writeAll(3, Buffer.from([byte]));`,
  ],
  ['closes its channel', `fs.closeSync(3);`],
  ['closes its journal', `fs.closeSync(5);`],
  [
    'closes every descriptor',
    `for (let fd = 0; fd < 64; fd += 1) { try { fs.closeSync(fd); } catch {} }`,
  ],
  [
    'destroys its channels',
    `for (const handle of process._getActiveHandles()) handle.destroy?.();`,
  ],
  [
    'steals what the host sends',
    `for (const handle of process._getActiveHandles()) { handle.removeAllListeners(); handle._handle?.readStop?.(); }`,
  ],
].map(([tries = '', code = '']) => ({
  tries,
  code: `${code} await forever();`,
  ends: ['time', 'process', 'completed'],
  timeoutMs: 500,
}));

const FLOOD_ENDS = ['process', 'output'] as const;
/** On a busy machine a guest may not bring as many frames as are refused; its deadline ends it then. */
const FRAMES_END = [...FLOOD_ENDS, 'time'] as const;

export const PROTOCOL: readonly AttackClass[] = [
  {
    name: 'malformed messages',
    attacks: [
      ...VIOLATIONS.map(([tries, code]) => ({
        tries,
        code: `${code} await forever();`,
        ends: ['process', 'output', 'completed'] as const,
      })),
      {
        tries: 'sends an unknown member',
        code: `writeAll(3, frame(${RESULT(',"actionId":"other","tenantId":"other"')})); await forever();`,
      },
    ],
  },
  {
    name: 'floods of messages',
    attacks: FLOODS.map(([tries, code]) => ({
      tries,
      code: `${code} await forever();`,
      ends: tries.endsWith('with frames') ? FRAMES_END : FLOOD_ENDS,
      timeoutMs: 8_000,
    })),
  },
  { name: 'silence', attacks: SILENCES },
];
