import { expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');

test('parseConfig() has a default for everything', () => {
  expect(parseConfig({})).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    url: undefined,
    databaseUrl: undefined,
    tls: { kind: 'off' },
    sandbox: 'auto',
    logLevel: 'info',
    dev: false,
  });
});

const refused: [name: string, env: Record<string, string>, message: RegExp][] = [
  ['a port that is none', { PORT: '70000' }, /PORT/],
  ['a URL without a scheme', { TESSERA_URL: 'id.example.com' }, /TESSERA_URL/],
  ['a sandbox level that does not exist', { TESSERA_SANDBOX: 'strong' }, /TESSERA_SANDBOX/],
  ['a key that is too short', { TESSERA_SECRET_KEY: 'c2hvcnQ=' }, /TESSERA_SECRET_KEY.*32 bytes/],
  [
    'a shared database with a generated key',
    { DATABASE_URL: 'postgres://db/t' },
    /TESSERA_SECRET_KEY/,
  ],
  ['a certificate without its key', { TESSERA_TLS_CERT: 'a.pem' }, /belong together/],
  [
    'half of the bootstrap client',
    { TESSERA_BOOTSTRAP_CLIENT_ID: 'bootstrap-1' },
    /belong together/,
  ],
  ['a public URL in the clear', { TESSERA_URL: 'http://id.example.com' }, /public but not https/],
  [
    'a public URL with nothing that ends TLS',
    { TESSERA_URL: 'https://id.example.com' },
    /TESSERA_TRUST_PROXY/,
  ],
  ['listening beyond this machine in the clear', { HOST: '0.0.0.0' }, /beyond this machine/],
  [
    'an egress rule that is none',
    { TESSERA_EGRESS_ALLOW: 'api.example.com,https://example.com' },
    /^TESSERA_EGRESS_ALLOW is not valid: "https:\/\/example\.com" is no egress rule: .*Examples: api\.example\.com/,
  ],
  [
    'a denial that would deny nothing',
    { TESSERA_EGRESS_DENY: '10.0.0.0/33' },
    /^TESSERA_EGRESS_DENY is not valid: "10\.0\.0\.0\/33" is no egress rule/,
  ],
  [
    'a proxy that is no address',
    { TESSERA_TRUST_PROXY: '10.0.0.1,proxy.internal' },
    /^TESSERA_TRUST_PROXY is not valid: "proxy\.internal" .*Example: TESSERA_TRUST_PROXY=/,
  ],
  [
    'a list of addresses with a name in it',
    { TESSERA_UNTRUSTED_ADDRESSES: '10.0.0.1,proxy.internal' },
    /^TESSERA_UNTRUSTED_ADDRESSES is not valid: "proxy\.internal" .*Example: TESSERA_UNTRUSTED_ADDRESSES=/,
  ],
  ['a range of proxies that is none', { TESSERA_TRUST_PROXY: '10.0.0.0/40' }, /"10\.0\.0\.0\/40"/],
  ['a range without an end', { TESSERA_TRUST_PROXY: '10.0.0.0/' }, /TESSERA_TRUST_PROXY/],
  [
    'a limit that does not exist',
    { TESSERA_ACTION_LIMITS: 'luck=7' },
    /^TESSERA_ACTION_LIMITS is not valid: "luck=7" is no limit; .*heap_mb.*Example/,
  ],
  [
    'a limit out of its range',
    { TESSERA_ACTION_LIMITS: 'concurrent_runs=0' },
    /concurrent_runs is 0; it must be a whole number from 1 to 10000/,
  ],
  [
    'a limit called like a member of every object',
    { TESSERA_ACTION_LIMITS: 'constructor=7' },
    /"constructor=7" is no limit/,
  ],
  ['a limit that is no number', { TESSERA_ACTION_LIMITS: 'heap_mb=1e2' }, /"heap_mb=1e2"/],
  [
    'a limit that tenants alone have',
    { TESSERA_ACTION_LIMITS: 'run_timeout_ms=500' },
    /run_timeout_ms is set per tenant/,
  ],
  [
    'a heap larger than the memory around it',
    { TESSERA_ACTION_LIMITS: 'heap_mb=512' },
    /heap_mb is 512; it must not be more than memory_mb, which is 256/,
  ],
];
test.for(refused)('parseConfig() refuses %s', ([, env, message]) => {
  expect(() => parseConfig(env)).toThrow(message);
});

test('parseConfig() reads limits of Actions; what is not named is as the sandbox has it', () => {
  const { actionLimits } = parseConfig({
    TESSERA_ACTION_LIMITS: 'heap_mb=200, concurrent_runs = 500',
  });
  expect(actionLimits).toMatchObject({ heapMb: 200, memoryMb: 256, concurrentRuns: 500 });
});

const accepted: [name: string, env: Record<string, string>][] = [
  [
    'a public https URL behind a named proxy',
    { TESSERA_URL: 'https://id.example.com', TESSERA_TRUST_PROXY: '10.0.0.1' },
  ],
  [
    'a public https URL with certificate files',
    { TESSERA_URL: 'https://id.example.com', TESSERA_TLS_CERT: 'c', TESSERA_TLS_KEY: 'k' },
  ],
  ['a shared database with a key', { DATABASE_URL: 'postgres://db/t', TESSERA_SECRET_KEY: KEY }],
  [
    'the unsafe in development',
    { HOST: '0.0.0.0', TESSERA_URL: 'http://id.example.com', TESSERA_DEV: '1' },
  ],
];
test.for(accepted)('parseConfig() accepts %s', ([, env]) => {
  expect(() => parseConfig(env)).not.toThrow();
});

test('parseConfig() never repeats a value', () => {
  const secret = 'postgres-password-1234';
  expect(() => parseConfig({ DATABASE_URL: `mysql://root:${secret}@db` })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(secret) }),
  );
});

test('parseConfig() names variables that mean nothing', () => {
  expect(parseConfig({ TESSERA_SANDBOKS: 'auto' }).unknownVariables).toEqual(['TESSERA_SANDBOKS']);
});
