import type { Attack, AttackClass } from '../attack.ts';

/** Spellings of places that no Action may reach, each tried by the plainest client. */
const LOOPBACK = [
  '127.0.0.1',
  'localhost',
  'LOCALHOST.',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '0',
  '0.0.0.0',
  '::1',
  '[::1]',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:127.0.0.1',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b:1::127.0.0.1',
  '2002:7f00:1::',
  '::1%lo',
  '127.0.0.1%25',
  '１２７.0.0.1',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  'rebound.test',
  'mixed.test',
];
const INSIDE = [
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '198.18.0.1',
  '192.0.0.8',
  '224.0.0.1',
  '255.255.255.255',
  '240.0.0.1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '::a00:1',
];
const METADATA = [
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '168.63.129.16',
  'metadata.google.internal',
  'metadata',
  'instance-data.ec2.internal',
];

const connects = (hosts: readonly string[]): readonly Attack[] =>
  hosts.map((host) => ({
    tries: `connects to ${host}`,
    // Whatever else goes wrong there, the connection was tried.
    code: `
      try { return await connected(net.connect({ host: ${JSON.stringify(host)}, port: HOST.tcpPort })); }
      catch (error) { if (error.code === 'EACCES' || error.code === 'ENOTFOUND') throw error; return 'let through: ' + error.code; }`,
    control: host === '127.0.0.1' || host === '2130706433' || host === '::ffff:127.0.0.1',
  }));

const CLIENTS: readonly Attack[] = Object.entries({
  'reaches the machine with fetch': `return (await fetch('http://127.0.0.1:' + HOST.tcpPort)).status;`,
  'reaches the machine with http': `return await new Promise((resolve, reject) => require('node:http').get({ host: '127.0.0.1', port: HOST.tcpPort, lookup: (host, options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) }, (answer) => resolve(answer.statusCode)).once('error', reject));`,
  'reaches the machine with a lookup of its own': `return await connected(net.connect({ host: 'public.test', port: HOST.tcpPort, lookup: (host, options, done) => options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4) }));`,
  'reaches the machine with http2': `const session = require('node:http2').connect('http://127.0.0.1:' + HOST.tcpPort); return await new Promise((resolve, reject) => { session.once('error', reject); session.request({ ':path': '/' }).once('response', () => resolve('answered')).once('error', (error) => error.code === 'EACCES' ? reject(error) : resolve('spoke to it: ' + error.code)); });`,
  'reaches the machine with tls': `return await new Promise((resolve, reject) => require('node:tls').connect({ host: '127.0.0.1', port: HOST.tcpPort, rejectUnauthorized: false }).once('secureConnect', () => resolve('connected')).once('error', (error) => error.code === 'EACCES' ? reject(error) : resolve('spoke to it: ' + error.code)));`,
  'reaches the machine with WebSocket': `return await new Promise((resolve, reject) => { const socket = new WebSocket('ws://127.0.0.1:' + HOST.tcpPort); socket.onopen = () => resolve('open'); socket.onerror = () => reject(new Error('refused')); });`,
  'reaches the machine by an address family': `return await connected(net.connect({ host: 'localhost', family: 6, port: HOST.tcpPort }));`,
  'reaches the machine with autoSelectFamily': `return await connected(net.connect({ host: 'localhost', autoSelectFamily: true, port: HOST.tcpPort }));`,
  'reaches the machine from an address of its own': `return await connected(net.connect({ host: '127.0.0.1', localAddress: '127.0.0.1', port: HOST.tcpPort }));`,
  'lists addresses of the machine': `return Object.values(os.networkInterfaces()).flat().map((entry) => entry.address).filter((address) => address !== '127.0.0.1' && address !== '::1').join();`,
  'asks a name server of its own': `const { Resolver } = require('node:dns').promises; const resolver = new Resolver({ timeout: 300, tries: 1 }); resolver.setServers(['127.0.0.1:' + HOST.udpPort]); return (await resolver.resolveMx('example.com')).length;`,
  'follows a redirect to the machine': `const { status } = await fetch('http://redirecting.test:' + HOST.tcpPort + '/redirect'); return status === 200 ? 'followed' : undefined;`,
  'follows a redirect to a metadata service': `const { status } = await fetch('http://redirecting.test:' + HOST.tcpPort + '/redirect-metadata'); return status === 200 ? 'followed' : undefined;`,
  'follows a redirect to a mapped address': `const { status } = await fetch('http://redirecting.test:' + HOST.tcpPort + '/redirect-mapped'); return status === 200 ? 'followed' : undefined;`,
  'names an allowed host and means another': `const socket = net.connect({ host: '127.0.0.1', servername: 'redirecting.test', port: HOST.tcpPort }); return await connected(socket);`,
  'rebinds a name between two calls': `const { address } = await require('node:dns').promises.lookup('rebinding.test').catch(() => ({})); return await connected(net.connect({ host: 'rebinding.test', port: HOST.tcpPort }));`,
  'connects to a rebound name once more': `for (let i = 0; i < 5; i += 1) { try { return await connected(net.connect({ host: 'rebinding.test', port: HOST.tcpPort })); } catch {} }`,
}).map(([tries, code]) => ({
  tries,
  code,
  control: tries.includes('fetch') || tries.endsWith('with http'),
}));

const SOCKETS: readonly Attack[] = Object.entries({
  'connects to a local socket': `return await connected(net.connect(HOST.socketPath));`,
  'connects to an abstract socket': `return await connected(net.connect({ path: HOST.abstractSocket }));`,
  'fetches from a local socket': `return await new Promise((resolve, reject) => require('node:http').get({ socketPath: HOST.socketPath, path: '/' }, (answer) => resolve(answer.statusCode)).once('error', reject));`,
  'connects to a local socket through a saved prototype': `const { connect } = Object.getPrototypeOf(require('node:tls').TLSSocket.prototype); return await connected(connect.call(new net.Socket(), { path: HOST.socketPath }));`,
  'connects with the handle of its own channel': `
    const { Socket } = net; const Pipe = process._getActiveHandles().map((socket) => socket._handle?.constructor).find((type) => type?.name === 'Pipe');
    const request = await takeRequest(); const pipe = new Pipe(0); request.oncomplete = () => {};
    const answer = await new Promise((resolve) => { request.oncomplete = (status) => resolve(status); const code = pipe.connect(request, HOST.socketPath); if (code) resolve(code); later(() => resolve('silent'), 300); });
    return answer === 0 ? 'connected' : undefined;`,
  'connects with a handle of TCP': `
    const server = net.createServer(); const TCP = await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server._handle.constructor)));
    const tcp = new TCP(0); const request = await takeRequest();
    const answer = await new Promise((resolve) => { request.oncomplete = (status) => resolve(status); const code = tcp.connect(request, '127.0.0.1', HOST.tcpPort); if (code) resolve(code); later(() => resolve('silent'), 300); });
    server.close(); return answer === 0 ? 'connected' : undefined;`,
  'opens a file handle as a socket': `return await connected(new net.Socket({ fd: fs.openSync(HOST.socketPath, 'r+') }));`,
  'sends a datagram': `const socket = require('node:dgram').createSocket('udp4'); return await new Promise((resolve, reject) => { socket.once('error', reject); socket.send('x', HOST.udpPort, '127.0.0.1', (error) => error ? reject(error) : resolve()); });`,
  'sends a datagram over IPv6': `const socket = require('node:dgram').createSocket('udp6'); return await new Promise((resolve, reject) => { socket.once('error', reject); socket.send('x', HOST.udpPort, '::1', (error) => error ? reject(error) : resolve()); });`,
  'joins a multicast group': `const socket = require('node:dgram').createSocket('udp4'); return await new Promise((resolve, reject) => { socket.once('error', reject); socket.bind(0, () => { try { socket.addMembership('224.0.0.114'); resolve('joined'); } catch (error) { reject(error); } }); });`,
  'takes a handle of somebody else': `for (const handle of process._getActiveHandles()) if (handle.server || handle.listening) return handle.constructor.name;`,
  'speaks QUIC': `return require('node:module').createRequire('/x.js')('node:quic').QuicEndpoint.name;`,
}).map(([tries, code]) => ({
  tries,
  code: `
    const takeRequest = () => new Promise((resolve) => { const hook = require('node:async_hooks').createHook({ init(id, type, trigger, resource) { if (type === 'WRITEWRAP' || type === 'SHUTDOWNWRAP' || type === 'PIPECONNECTWRAP') { hook.disable(); resolve(new resource.constructor()); } } }).enable(); const socket = process._getActiveHandles().find((handle) => handle._handle && handle.writable); socket?.write(Buffer.alloc(0)); later(() => { hook.disable(); resolve(process._getActiveHandles()[0]._handle); }, 50); });
    ${code}`,
  // A stolen handle takes its own channel away.
  ends: ['completed', 'time', 'process'],
  timeoutMs: 1_000,
  ...(tries === 'connects with the handle of its own channel'
    ? { succeedsAt: ['process'] as const }
    : {}),
  control:
    /^(connects to a local socket|connects to an abstract socket|fetches from a local socket)$/.test(
      tries,
    ),
}));

export const NETWORK: readonly AttackClass[] = [
  { name: 'loopback in every spelling', attacks: connects(LOOPBACK) },
  { name: 'private and reserved addresses', attacks: connects(INSIDE) },
  { name: 'metadata services', attacks: connects(METADATA) },
  { name: 'clients, redirects and rebinding', attacks: CLIENTS },
  { name: 'sockets of the machine', attacks: SOCKETS },
];
