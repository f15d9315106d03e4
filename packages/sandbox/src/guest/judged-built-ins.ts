/**
 * Node's built-ins that actions may load. A later Node brings new ones; they stay out until somebody
 * judged them. `child_process`, `cluster` and `worker_threads` are here because libraries load them
 * without using them, and using them is refused. Left out are those that no action needs and that open
 * files, debuggers or processes by themselves: `inspector`, `repl`, `sqlite`, `test`, `trace_events`, `wasi`.
 */
export const JUDGED_BUILT_INS: ReadonlySet<string> = new Set([
  ...['_http_agent', '_http_client', '_http_common', '_http_incoming', '_http_outgoing'],
  ...['_http_server', '_stream_duplex', '_stream_passthrough', '_stream_readable'],
  ...['_stream_transform', '_stream_wrap', '_stream_writable', '_tls_common', '_tls_wrap'],
  ...['assert', 'assert/strict', 'async_hooks', 'buffer', 'child_process', 'cluster', 'console'],
  ...['constants', 'crypto', 'dgram', 'diagnostics_channel', 'dns', 'dns/promises', 'domain'],
  ...['events', 'fs', 'fs/promises', 'http', 'http2', 'https', 'module', 'net', 'os', 'path'],
  ...['path/posix', 'path/win32', 'perf_hooks', 'process', 'punycode', 'querystring', 'readline'],
  ...['readline/promises', 'sea', 'stream', 'stream/consumers', 'stream/promises', 'stream/web'],
  ...['string_decoder', 'sys', 'timers', 'timers/promises', 'tls', 'tty', 'url', 'util'],
  ...['util/types', 'v8', 'vm', 'worker_threads', 'zlib'],
]);
