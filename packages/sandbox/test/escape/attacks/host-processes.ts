import type { Attack, AttackClass } from '../attack.ts';

/**
 * The environment, memory and signals of others. JavaScript has no call for `process_vm_readv` or
 * `ptrace`; the system-call filter refuses both to code that broke out of it (`seccomp.test.ts`).
 */
const ATTACKS: readonly Attack[] = [
  {
    tries: 'reads the environment',
    code: `return Object.keys(process.env).join();`,
    control: true,
  },
  {
    tries: 'reads the environment behind a replaced one',
    code: `delete process.env; return Object.keys(process.env ?? {}).join();`,
  },
  {
    tries: 'reads the environment through another context',
    code: `return require('node:vm').runInNewContext('Object.keys(process.env).join()', { process });`,
    control: true,
  },
  {
    tries: 'reads the memory of its parent',
    code: `const fd = fs.openSync('/proc/' + process.ppid + '/mem', 'r'); return fs.readSync(fd, Buffer.alloc(8), 0, 8, 0x400000);`,
  },
  {
    tries: 'writes to the memory of its parent',
    code: `return fs.openSync('/proc/' + process.ppid + '/mem', 'r+');`,
  },
  {
    tries: 'opens the memory of the host',
    code: `return fs.openSync('/proc/' + HOST.pid + '/mem', 'r');`,
  },
  {
    tries: 'opens the memory of its own process',
    code: `return fs.openSync('/proc/self/mem', 'r+');`,
    control: true,
  },
  {
    tries: 'takes a descriptor of the host',
    code: `for (let fd = 0; fd < 64; fd += 1) { try { return fs.openSync('/proc/' + HOST.pid + '/fd/' + fd, 'r'); } catch {} }`,
    control: true,
  },
  ...['process.ppid', '1', '0', '-1', 'HOST.pid', 'HOST.victimPid'].map((pid) => ({
    tries: `signals ${pid}`,
    code: `process.kill(${pid}, 0); return 'signalled';`,
    control: pid === 'HOST.victimPid',
  })),
  ...['process.ppid', 'HOST.pid', 'HOST.victimPid'].map((pid) => ({
    tries: `signals ${pid} through a saved function`,
    code: `const kill = process.reallyKill ?? process._kill; return kill(${pid}, 0) === 0 ? 'signalled' : undefined;`,
    control: pid === 'HOST.victimPid',
  })),
  {
    tries: 'signals through the handle of a process that was not started',
    code: `const { ChildProcess } = require('node:child_process'); const handle = new ChildProcess()._handle; handle.pid = HOST.victimPid; const code = handle.kill(0); return code === 0 ? 'signalled' : undefined;`,
  },
  {
    tries: 'starts the debugger of its parent',
    code: `process._debugProcess(process.ppid); return 'started';`,
  },
  {
    tries: 'becomes root',
    code: `process.setuid(0); return process.getuid() === 0 ? 'root' : undefined;`,
  },
  {
    tries: 'becomes the group of root',
    code: `process.setgid(0); return process.getgid() === 0 ? 'root' : undefined;`,
  },
  {
    tries: 'is root',
    code: `return process.getuid() === 0 || process.geteuid() === 0 ? 'root' : undefined;`,
  },
  {
    tries: 'is in groups of the host',
    code: `const others = process.getgroups().filter((group) => group !== process.getgid() && group !== 65534); return others.join();`,
  },
  { tries: 'raises its priority', code: `os.setPriority(0, -10); return 'raised';` },
  {
    tries: 'changes the priority of the host',
    code: `os.setPriority(HOST.pid, 19); return 'changed';`,
  },
  {
    tries: 'changes the priority of another process',
    code: `os.setPriority(HOST.victimPid, 19); return 'changed';`,
    control: true,
  },
  {
    tries: 'learns who runs the machine',
    code: `return os.userInfo().username !== 'action' || os.hostname() !== 'sandbox' ? os.userInfo().username + '@' + os.hostname() : undefined;`,
    control: true,
  },
];

export const HOST_PROCESSES: AttackClass = {
  name: 'environment, memory and signals',
  attacks: ATTACKS,
};
