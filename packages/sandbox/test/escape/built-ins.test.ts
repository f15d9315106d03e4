import { builtinModules } from 'node:module';
import { expect, test } from 'vitest';
import { describeAtEachLevel } from '../support/sandbox.ts';

/** What an Action gets that asks for a built-in of Node, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  sqlite: 'opens any file by itself',
  inspector: 'opens a debugger, and shows internals',
  'inspector/promises': 'opens a debugger, and shows internals',
  repl: 'writes histories',
  trace_events: 'writes files by itself',
  wasi: 'opens files by itself',
  test: 'starts processes',
  'test/reporters': 'belongs to the tests',
};

/** Harmless, or harmless because what they reach is refused by another wall. */
const REACHABLE: Readonly<Record<string, string>> = {
  'computes only': `assert assert/strict buffer constants crypto events path path/posix path/win32 punycode
    querystring stream stream/consumers stream/promises stream/web string_decoder timers timers/promises url
    util util/types zlib _stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_wrap
    _stream_writable readline readline/promises`,
  'shows the own process only': `async_hooks console diagnostics_channel domain perf_hooks process sys tty v8 vm os`,
  'files, under the permission model and the level': `fs fs/promises module sea`,
  'network, through the broker; sockets of its own are refused by the level': `dgram dns dns/promises http
    http2 https net tls _http_agent _http_client _http_common _http_incoming _http_outgoing _http_server
    _tls_common _tls_wrap`,
  'processes and threads: loads, and refuses in use': `child_process cluster worker_threads`,
};

const judged = new Map([
  ...Object.keys(REFUSED).map((name) => [name, 'refused'] as const),
  ...Object.values(REACHABLE).flatMap((names) =>
    names.split(/\s+/).map((name) => [name, 'reachable'] as const),
  ),
]);
const known = builtinModules.map((name) => name.replace(/^node:/, ''));

describeAtEachLevel('the built-ins of Node', {}, (open) => {
  test('are judged, each of them: a new one is judged before it gets in', () => {
    expect(known.filter((name) => !judged.has(name))).toEqual([]);
  });

  test('are reachable or refused as judged', async () => {
    const outcomes = await open().evaluate(
      `const outcomes = {};
      for (const name of ${JSON.stringify(known)}) {
        try { require('node:' + name); outcomes[name] = 'reachable'; } catch (error) { outcomes[name] = error.code === 'ERR_ACCESS_DENIED' ? 'refused' : error.code; }
      }
      report(outcomes);`,
    );
    expect(outcomes).toEqual(Object.fromEntries(known.map((name) => [name, judged.get(name)])));
  });
});
