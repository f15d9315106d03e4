import type { Preload } from '../protocol.ts';

/** Globals that Node makes at first use; a standby makes them before anybody waits. */
const GLOBALS: Readonly<Record<Preload, readonly string[]>> = {
  common: ['Blob', 'crypto', 'URLSearchParams'],
  web: ['ReadableStream', 'FormData', 'Headers', 'Request', 'Response', 'fetch'],
};

/** By name, as a bundler drops imports of built-ins that nothing refers to. */
const BUILT_INS: Readonly<Record<Preload, readonly string[]>> = {
  common: [
    'assert',
    'dns/promises',
    'http',
    'https',
    'querystring',
    'stream/promises',
    'string_decoder',
    'timers/promises',
    'zlib',
  ],
  web: ['http2'],
};

/**
 * Loads what Actions use, so that a standby has it and a tenant's first run does not wait for it: what
 * is common costs 10 ms and 0.4 MB; `fetch` and `http2` cost 20 ms more, and 2 MB, a sixth of an idle
 * process, so only processes for code that names them have them from the start.
 */
export function preload(wanted: Preload): void {
  for (const kind of wanted === 'web' ? (['common', 'web'] as const) : (['common'] as const)) {
    for (const name of BUILT_INS[kind]) process.getBuiltinModule(name);
    for (const name of GLOBALS[kind]) void (globalThis as unknown as Record<string, unknown>)[name];
  }
}
