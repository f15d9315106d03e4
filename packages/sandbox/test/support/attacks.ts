/**
 * Ways out that an action might try. Each is the body of a function that returns or resolves to
 * something only when it got what it must not have, and throws, or answers nothing, otherwise.
 */
export const ATTACKS: Readonly<Record<string, string>> = {
  'reads /etc/passwd': `return fs.readFileSync('/etc/passwd', 'utf8');`,
  'reads /etc/passwd through a buffer path': `return fs.readFileSync(Buffer.from('/tmp/../etc/passwd'), 'utf8');`,
  'reads through a tampered Buffer': `Buffer.prototype.utf8Write = () => 0; return fs.readFileSync(new Uint8Array(Buffer.from('/etc/hostname')), 'utf8');`,
  'opens a file as a blob': `return await (await fs.openAsBlob('/etc/passwd')).text();`,
  'lists the root': `return fs.readdirSync('/').join();`,
  'reads the environment': `return Object.keys(process.env).join();`,
  'reads the environment of its process': `return fs.readFileSync('/proc/self/environ', 'utf8');`,
  'reads the environment of its parent': `return fs.readFileSync('/proc/' + process.ppid + '/environ', 'utf8');`,
  'reads the machine from /proc': `return fs.readFileSync('/proc/cpuinfo', 'utf8');`,
  'writes a report': `return process.report.writeReport('/tmp/report.json');`,
  'reads a report': `return JSON.stringify(process.report.getReport());`,
  'writes outside its directory': `fs.writeFileSync('/var/tmp/tessera-escape', 'x'); return 'written';`,
  'links out of its directory': `const link = os.tmpdir() + '/link'; fs.symlinkSync('/etc/passwd', link); return fs.readFileSync(link, 'utf8');`,
  'starts a process': `return require('child_process').execFileSync(process.execPath, ['--version']).toString();`,
  'starts a shell': `return require('child_process').execSync('id').toString();`,
  'starts a process through its prototype': `const { ChildProcess } = require('child_process'); const child = new ChildProcess(); child.spawn({ file: '/bin/sh', args: ['sh'], stdio: 'ignore' }); return child.pid;`,
  'replaces its process': `process.execve('/bin/sh', ['sh', '-c', 'id'], {}); return 'replaced';`,
  'starts a worker': `const worker = new (require('worker_threads').Worker)('1', { eval: true }); return await new Promise((resolve, reject) => { worker.on('online', () => resolve('online')); worker.on('error', reject); });`,
  'forks a cluster': `return require('cluster').fork().id;`,
  'uses process.binding': `return Object.keys(process.binding('fs')).join();`,
  'uses process.binding of spawn_sync': `return process.binding('spawn_sync').spawn({ file: '/bin/sh', args: ['sh', '-c', 'id'], stdio: [] });`,
  'uses a linked binding': `return process._linkedBinding('x');`,
  'loads an addon': `process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6'); return 'loaded';`,
  'requires an addon': `const target = { exports: {} }; require('node:module')._extensions['.node'](target, '/lib/x86_64-linux-gnu/libc.so.6'); return 'loaded';`,
  'opens a database of the machine': `return new (require('node:sqlite').DatabaseSync)('/tmp/x.db');`,
  'gets the database built-in': `return process.getBuiltinModule('node:sqlite').DatabaseSync.name;`,
  'opens the debugger': `require('node:inspector').open(0); return 'open';`,
  'gets the debugger built-in': `return process.getBuiltinModule('node:inspector').url.name;`,
  'uses WASI': `return new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } });`,
  'registers a loader': `require('node:module').register('data:text/javascript,export{}'); return 'registered';`,
  'requires a file of the machine': `return require('node:module').createRequire('/x.js')('/etc/hostname');`,
  'imports a file of the machine': `return Object.keys(await import('/etc/hostname')).join();`,
  'signals its parent': `process.kill(process.ppid, 0); return 'signalled';`,
  'signals through a saved function': `return (process.reallyKill ?? process._kill)(process.ppid, 0) === 0 ? 'signalled' : undefined;`,
  'debugs its parent': `process._debugProcess(process.ppid); return 'debugged';`,
  'becomes root': `process.setuid(0); return 'root';`,
  'raises its priority': `os.setPriority(0, -10); return 'raised';`,
  'changes the priority of its parent': `if (process.ppid <= 1) return undefined; os.setPriority(process.ppid, 19); return 'changed';`,
  'connects with its own socket handle': `const { TCP, constants } = process.binding('tcp_wrap'); return new TCP(constants.SOCKET);`,
  'sends a datagram to the machine': `const socket = require('dgram').createSocket('udp4'); return await new Promise((resolve, reject) => { socket.on('error', reject); socket.send('x', PORT, '127.0.0.1', (error) => (error ? reject(error) : resolve(HAS_OWN_NETWORK ? undefined : 'sent'))); });`,
  'connects to the machine': `return await new Promise((resolve, reject) => require('net').connect(PORT, '127.0.0.1').once('connect', () => resolve('connected')).once('error', reject));`,
  'connects to a local socket': `return await new Promise((resolve, reject) => require('net').connect('/var/run/docker.sock').once('connect', () => resolve('connected')).once('error', reject));`,
  'fetches from the machine': `return (await fetch('http://127.0.0.1:' + PORT)).status;`,
  'walks to the handle behind a socket': `const { TCP } = Object.getPrototypeOf(new (require('net').Socket)()).constructor; return TCP;`,
};

/** An action's body that tries all attacks and reports what came of each. */
export function tryAttacks(port: number): string {
  const entries = Object.entries(ATTACKS).map(
    ([name, body]) => `${JSON.stringify(name)}: async () => { ${body} }`,
  );
  return `
    const fs = require('node:fs'); const os = require('node:os');
    const PORT = ${port}; const HAS_OWN_NETWORK = Object.values(os.networkInterfaces()).flat().length === 0;
    const attacks = { ${entries.join(',\n')} };
    const outcomes = {};
    for (const [name, attack] of Object.entries(attacks)) {
      const timeout = new Promise((resolve) => setTimeout(resolve, 500));
      try { const got = await Promise.race([attack(), timeout]); if (got !== undefined && got !== '') outcomes[name] = String(got).slice(0, 100); }
      catch {}
    }
    report(outcomes);`;
}
