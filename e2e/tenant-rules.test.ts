import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { eventually, startTestServer, type TestServer } from '@tessera/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What Actions are to reach: an internal service on this machine. */
const backend = createServer((_request, response) => response.end('internal'));
let server: TestServer;
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  port = (backend.address() as AddressInfo).port;
  server = await startTestServer({
    env: {
      TESSERA_EGRESS_DENY: `127.0.0.1:${port + 1}`,
      TESSERA_ACTION_LIMITS: 'console_bytes=2000,concurrent_runs=50',
    },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  backend.closeAllConnections();
  await new Promise((resolve) => backend.close(resolve));
});

// biome-ignore lint/suspicious/noExplicitAny: tests read any member of any answer; a wrong one fails their assertions
type Body = any;

/** A request to a tenant by its host name, which this machine may not be able to resolve. */
async function send(
  method: string,
  url: string,
  { token, body }: { readonly token?: string; readonly body?: object },
): Promise<{ readonly status: number; readonly body: Body }> {
  const { host, pathname } = new URL(url);
  const done = Promise.withResolvers<{ status: number; body: Body }>();
  const sent = request(
    `http://127.0.0.1:${new URL(server.url).port}${pathname}`,
    {
      method,
      headers: {
        host,
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    },
    (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        done.resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }),
      );
    },
  );
  sent.on('error', done.reject).end(body === undefined ? '' : JSON.stringify(body));
  return await done.promise;
}

async function getToken(
  base: string,
  [client_id, client_secret]: readonly [string, string],
  audience: string,
): Promise<string> {
  const grant = { grant_type: 'client_credentials', client_id, client_secret, audience };
  return (await send('POST', `${base}/oauth/token`, { body: grant })).body.access_token;
}

async function callPlatform(method: string, path: string, body?: object) {
  const own = [server.clientId, server.clientSecret] as const;
  const token = await getToken(server.url, own, `${server.url}/platform/v1/`);
  const url = `${server.url}/platform/v1/tenants${path}`;
  return await send(method, url, { token, ...(body === undefined ? {} : { body }) });
}

/** The management API of a tenant with an action, whose draft is then tested with changed code. */
async function openTenant(name: string) {
  const { body: created } = await callPlatform('POST', '', { name });
  const base = `http://${created.domain}`;
  const client = [created.client_id, created.client_secret] as const;
  const token = await getToken(base, client, `${base}/api/v2/`);
  const call = async (method: string, path: string, body?: object): Promise<Body> => {
    const url = `${base}/api/v2/actions/actions${path}`;
    const answer = await send(method, url, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { id } = await call('POST', '', {
    name: 'probe',
    supported_triggers: [{ id: 'post-login', version: 'v3' }],
    code: 'exports.onExecutePostLogin = async () => {};',
  });
  return {
    async run(body: string): Promise<Body> {
      await call('PATCH', `/${id}`, {
        code: `exports.onExecutePostLogin = async (event, api) => { ${body} };`,
      });
      await eventually('build', async () => {
        const { status } = await call('GET', `/${id}`);
        return status === 'built' || undefined;
      });
      return (await call('POST', `/${id}/test`, { payload: { event: {} } })).payload;
    },
  };
}

test("an operator's rules and limits hold for one tenant, at once, and for no other", async () => {
  const [one, two] = [await openTenant('one'), await openTenant('two')];
  const reach = `console.log(await (await fetch('http://127.0.0.1:${port}/')).text());`;
  for (const tenant of [one, two]) {
    const refused = await tenant.run(reach);
    expect(refused.error.stack ?? refused.error.message).toBeDefined();
    expect(refused.requests).toMatchObject([
      {
        method: 'GET',
        host: '127.0.0.1',
        port,
        duration_ms: expect.any(Number),
        bytes_sent: 0,
        bytes_received: 0,
        error: expect.stringContaining('127.0.0.1 is a loopback address'),
      },
    ]);
  }
  const allow = [`127.0.0.1:${port}`, `127.0.0.1:${port + 1}`];
  expect(await callPlatform('PATCH', '/one', { egress: { allow } })).toMatchObject({ status: 200 });
  const reached = await one.run(reach);
  expect(reached).toMatchObject({ error: null, logs: [{ message: 'internal' }] });
  expect(reached.requests).toMatchObject([{ status: 200, bytes_sent: expect.any(Number) }]);
  expect(reached.requests[0].bytes_received).toBeGreaterThan(0);
  expect((await two.run(reach)).error).not.toBeNull();
  // The operator's own deny wins.
  expect((await one.run(reach.replaceAll(`${port}`, `${port + 1}`))).requests).toMatchObject([
    { error: expect.stringContaining("the operator's rule") },
  ]);
  await callPlatform('PATCH', '/one', { egress: null });
  expect((await one.run(reach)).error).not.toBeNull();
});

test('limits of a tenant hold from its next run on', async () => {
  const [slow, quick] = [await openTenant('slow'), await openTenant('quick')];
  const wait = 'await new Promise((resolve) => setTimeout(resolve, 1200)); console.log("done");';
  const talk = 'for (let at = 0; at < 50; at++) console.log("x".repeat(100));';
  const bytesOf = (payload: Body) =>
    payload.logs
      .filter(({ message }: { message: string }) => message.startsWith('xxx'))
      .reduce((sum: number, { message }: { message: string }) => sum + message.length, 0);
  // The server's own limit, from its configuration.
  expect(bytesOf(await quick.run(talk))).toBeLessThanOrEqual(2_000);
  const limits = { run_timeout_ms: 600, console_bytes: 8_000 };
  const patched = await callPlatform('PATCH', '/quick', { limits });
  expect(patched.body).toMatchObject({
    limits,
    effective_limits: { ...limits, concurrent_runs: 50 },
  });
  expect((await quick.run(wait)).error.message).toContain('600 ms');
  expect(bytesOf(await quick.run(talk))).toBe(5_000);
  expect(await slow.run(wait)).toMatchObject({ error: null, logs: [{ message: 'done' }] });
  expect(bytesOf(await slow.run(talk))).toBeLessThanOrEqual(2_000);
  await callPlatform('PATCH', '/quick', { limits: null });
  expect(await quick.run(wait)).toMatchObject({ error: null });
});

async function runDoctor(
  ...args: readonly string[]
): Promise<{ code: number | null; out: string }> {
  const cli = resolve(import.meta.dirname, '../packages/cli/src/main.ts');
  const child = spawn(process.execPath, ['--conditions=source', cli, 'doctor', ...args], {
    env: {
      TESSERA_URL: server.url,
      TESSERA_BOOTSTRAP_CLIENT_ID: server.clientId,
      TESSERA_BOOTSTRAP_CLIENT_SECRET: server.clientSecret,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
  }
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, out };
}

test('tessera doctor tells what the server stands on, and every limit with unit and meaning', async () => {
  const { code, out } = await runDoctor();
  expect(code).toBe(0);
  expect(out).toContain(`server      ${server.url}: ready`);
  expect(out).toMatch(/^node {8}24\.\d+/m);
  expect(out).toMatch(/^postgresql {2}\d+.* \(embedded\)$/m);
  expect(out).toMatch(/level in force: (namespaces|landlock|process)/);
  expect(out).toMatch(
    /maxTenantRuns +50 +runs of one tenant, under way or waiting; one more is refused \[concurrent_runs\]/,
  );
  expect(out).toMatch(/maxConsoleBytes +2,000 bytes +console output/);
  expect(out).toMatch(/buildMs +120,000 ms +time of one build/);
  expect(out).not.toMatch(/undefined|NaN/);
});

test("tessera doctor --tenant tells a tenant's limits and rules, and where they come from", async () => {
  await callPlatform('POST', '', { name: 'patient' });
  const egress = { allow: ['db.internal:5432'], deny: ['*.evil.test'] };
  await callPlatform('PATCH', '/patient', { limits: { requests_per_run: 5 }, egress });
  const { code, out } = await runDoctor('--tenant', 'patient');
  expect(code).toBe(0);
  expect(out).toMatch(/requests_per_run +5 +the tenant's own/);
  expect(out).toMatch(/concurrent_runs +50 +the server's/);
  expect(out).toMatch(/allow +db\.internal:5432\n +deny +\*\.evil\.test/);
  const unknown = await runDoctor('--tenant', 'nobody');
  expect(unknown).toEqual({ code: 1, out: 'tessera: there is no tenant "nobody".\n' });
});
