import { spawnSync } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { startTestServer, type TestServer } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../packages/server/src/main.ts');

/** Runs the server with an environment that it must refuse; returns how it ended and what it said. */
function startRefused(env: Record<string, string>): { code: number | null; said: string } {
  const result = spawnSync(process.execPath, ['--conditions=source', MAIN], {
    env: { PATH: process.env.PATH ?? '', TESSERA_LOG_LEVEL: 'silent', ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: result.status, said: result.stdout + result.stderr };
}

/** A raw request whose `Host` header is a lie. */
async function getWithHost(url: string, host: string): Promise<{ status: number; text: string }> {
  const done = Promise.withResolvers<{ status: number; text: string }>();
  const sent = request(url, { headers: { host } }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => done.resolve({ status: response.statusCode ?? 0, text }));
  });
  sent.on('error', done.reject).end();
  return await done.promise;
}

describe('a running server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('answers probes at any host', async () => {
    expect(await getWithHost(`${server.url}/healthz`, 'probe.invalid')).toMatchObject({
      status: 200,
    });
    const ready = await getWithHost(`${server.url}/readyz`, 'probe.invalid');
    expect(JSON.parse(ready.text)).toMatchObject({
      status: 'ready',
      sandbox: { level: expect.any(String) },
    });
    const metrics = await getWithHost(`${server.url}/metrics`, 'probe.invalid');
    expect(metrics.text).toContain('tessera_sandbox_level{level=');
  });

  test('knows no tenant at a host of nobody', async () => {
    const answer = await getWithHost(
      `${server.url}/.well-known/openid-configuration`,
      'evil.example.com',
    );
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({ errorCode: 'tenant_not_found' });
  });

  test('takes no word of the request for its issuer', async () => {
    const answer = await server.fetch(`${server.url}/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-proto': 'https' },
    });
    const text = await answer.text();
    expect(text).not.toContain('evil');
    expect(JSON.parse(text).issuer).toBe(`${server.url}/`);
  });

  test('keeps its tenants apart', async () => {
    const { port } = new URL(server.url);
    const token = await server.getToken(`${server.url}/platform/v1/`);
    const create = async (name: string) => {
      const answer = await server.fetch(`${server.url}/platform/v1/tenants`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    };
    const acme = await create('acme');
    expect(acme).toMatchObject({
      status: 201,
      body: { name: 'acme', domain: `acme.localhost:${port}`, client_id: expect.any(String) },
    });
    expect(await create('acme')).toMatchObject({ status: 409 });

    const host = acme.body.domain ?? '';
    const discovery = await getWithHost(`${server.url}/.well-known/openid-configuration`, host);
    expect(JSON.parse(discovery.text).issuer).toBe(`http://${host}/`);
    // A token of the default tenant opens nothing at the other one.
    const management = await server.getToken(`${server.url}/api/v2/`);
    const done = Promise.withResolvers<number>();
    request(
      `${server.url}/api/v2/clients`,
      { headers: { host, authorization: `Bearer ${management}` } },
      (response) => {
        response.resume();
        done.resolve(response.statusCode ?? 0);
      },
    ).end();
    expect(await done.promise).toBe(401);

    const removed = await server.fetch(`${server.url}/platform/v1/tenants/acme`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(removed.status).toBe(204);
    expect(await getWithHost(`${server.url}/.well-known/openid-configuration`, host)).toMatchObject(
      { status: 404 },
    );
  });

  const malformed: [
    name: string,
    init: { path: string; body?: string; headers?: Record<string, string> },
    status: number,
  ][] = [
    ['malformed JSON at the token endpoint', { path: '/oauth/token', body: '{"grant_type":' }, 400],
    [
      'a body that is too large at the token endpoint',
      { path: '/oauth/token', body: `{"a":"${'x'.repeat(200_000)}"}` },
      413,
    ],
    [
      'headers that are too large',
      { path: '/authorize', headers: { 'x-large': 'x'.repeat(64_000) } },
      431,
    ],
    ['a path that does not exist', { path: '/api/v2/nothing' }, 404],
  ];
  test.for(malformed)('refuses %s', async ([, { path, body, headers }, status]) => {
    const answer = await server.fetch(`${server.url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    expect(answer.status).toBe(status);
  });

  test('writes no secret into its log', () => {
    expect(server.output()).not.toContain(server.clientSecret);
  });
});

test('a second start on the same port says so, and leaves the first alone', async () => {
  const holder = createServer();
  const listening = Promise.withResolvers<void>();
  holder.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = holder.address() as AddressInfo;
  const { code, said } = startRefused({ PORT: String(port) });
  holder.close();
  expect(code).toBe(1);
  expect(said).toContain(`port ${port} on 127.0.0.1 is in use`);
});

const refusals: [name: string, env: Record<string, string>, said: RegExp][] = [
  ['a public address in the clear', { TESSERA_URL: 'http://id.example.com' }, /not https/],
  [
    'a shared database without a key',
    { DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    /TESSERA_SECRET_KEY/,
  ],
  [
    'a database that does not answer',
    {
      PORT: '0',
      DATABASE_URL: 'postgres://nobody:hunter2-password@127.0.0.1:1/none',
      TESSERA_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    },
    /database|PostgreSQL/i,
  ],
];
test.for(refusals)('a start is refused in one clear sentence: %s', ([, env, expected]) => {
  const { code, said } = startRefused(env);
  expect(code).toBe(1);
  expect(said).toMatch(expected);
  expect(said).not.toContain('hunter2-password');
  expect(said).not.toMatch(/^\s+at /m);
});
