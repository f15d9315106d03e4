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
];
test.for(refused)('parseConfig() refuses %s', ([, env, message]) => {
  expect(() => parseConfig(env)).toThrow(message);
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
