import os from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { findBuiltin } from './restricted-require.ts';

/** Ways from JavaScript to native code and other processes. */
const NATIVE_DOORS = [
  'binding',
  '_linkedBinding',
  'dlopen',
  'execve',
  'kill',
  '_kill',
  '_debugProcess',
  '_debugEnd',
  '_startProfilerIdleNotifier',
  'loadEnvFile',
  'setuid',
  'setgid',
  'seteuid',
  'setegid',
  'setgroups',
  'initgroups',
] as const;

/**
 * Takes the sharpest tools away from authors' code. No boundary: the operating system is that. It makes
 * attacks at the weakest level harder, and mistakes fail with a clear message.
 */
export function hardenProcess(): void {
  const doors = process as unknown as Record<string, unknown>;
  for (const name of NATIVE_DOORS) {
    if (typeof doors[name] !== 'function') continue;
    define(process, name, () => {
      throw Object.assign(new Error(`process.${name} is not available to Actions.`), {
        code: 'ERR_ACCESS_DENIED',
      });
    });
  }
  define(process, 'getBuiltinModule', findBuiltin);
  define(process, 'report', undefined);
  // The launcher leaves traces in the real environment, such as PWD.
  define(process, 'env', {});
  define(process, 'memoryUsage', createMemoryUsage());
  // The machine's answer needs a socket, which the strongest level refuses with an error.
  define(os, 'networkInterfaces', () => ({}));
  // Who and where the machine is; the weakest level would tell, the others fail.
  define(os, 'hostname', () => 'sandbox');
  define(os, 'userInfo', describeUser);
  define(os, 'homedir', os.tmpdir);
}

function describeUser() {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  return { uid, gid, username: 'action', homedir: os.tmpdir(), shell: null };
}

/** Node reads `/proc` for the resident size, which the strongest level does not have. */
function createMemoryUsage(): NodeJS.MemoryUsageFn {
  const original = process.memoryUsage;
  const estimate = (): NodeJS.MemoryUsage => {
    const heap = getHeapStatistics();
    const external = heap.external_memory;
    return {
      rss: heap.total_physical_size + external,
      heapTotal: heap.total_heap_size,
      heapUsed: heap.used_heap_size,
      external,
      arrayBuffers: 0,
    };
  };
  const usage = () => {
    try {
      return original();
    } catch {
      return estimate();
    }
  };
  return Object.assign(usage, { rss: () => usage().rss });
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}
