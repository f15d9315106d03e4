import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tessera/storage';
import { startTestServer, type TestServer } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EventStreamRequest, openEventStream } from './event-stream-reader.ts';

const AUDIENCE = 'https://reports.example.com/';
const SECRET = 'PLANTED-5c1a77';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Line 3 throws when the client's name says so. */
const CODE = `exports.onExecuteCredentialsExchange = async (event) => {
  console.debug('begin', event.client.name); console.warn('key', event.secrets.KEY);
  if (event.client.name.startsWith('broken')) throw new TypeError('no luck with ' + event.secrets.KEY);
};`;

let dataDir: string;
let database: EmbeddedPostgres;
let first: TestServer;
let second: TestServer;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tessera-shared-'));
  chmodSync(dataDir, 0o755);
  database = await startEmbeddedPostgres({ dataDir: join(dataDir, 'db'), logger: silent });
  const { host, port, user } = database.connection;
  const env = {
    DATABASE_URL: `postgres://${user}@localhost:${port}/${database.connection.database}?host=${encodeURIComponent(host)}`,
    TESSERA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  first = await startTestServer({ env });
  second = await startTestServer({ env: { ...env, TESSERA_URL: first.url } });
  await first.management.ok('POST', 'resource-servers', {
    identifier: AUDIENCE,
    name: 'Reports',
    scopes: [{ value: 'read:reports' }],
  });
  await first.management.deployAction({
    name: 'watched',
    trigger: { id: 'credentials-exchange', version: 'v2' },
    code: CODE,
    secrets: { KEY: SECRET },
  });
});

afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await first?.[Symbol.asyncDispose]();
  await database?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A token of the machine that `startTestServer` made, or of another client. */
async function getToken(
  audience: string,
  { client_id, client_secret } = { client_id: first.clientId, client_secret: first.clientSecret },
): Promise<{ status: number; access_token: string }> {
  const answer = await first.fetch(`${first.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      audience,
      client_id,
      client_secret,
    }),
  });
  const body = (await answer.json()) as { access_token: string };
  return { status: answer.status, ...body };
}

/** A token for the management API of another tenant; `fetch` sets the `Host` header itself. */
async function getTokenAt(
  host: string,
  client: { readonly client_id: string; readonly client_secret: string },
): Promise<string> {
  const answered = Promise.withResolvers<string>();
  const headers = { host, 'content-type': 'application/json' };
  const sent = request(`${first.url}/oauth/token`, { method: 'POST', headers }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => answered.resolve(JSON.parse(text).access_token));
  });
  sent.on('error', answered.reject).end(
    JSON.stringify({
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: client.client_secret,
      audience: `http://${host}/api/v2/`,
    }),
  );
  return await answered.promise;
}

/** Runs the Action once, at the first replica. */
async function run(name: string): Promise<number> {
  const client = await first.management.ok('POST', 'clients', {
    name,
    app_type: 'non_interactive',
  });
  const grant = { client_id: client.client_id, audience: AUDIENCE, scope: ['read:reports'] };
  await first.management.ok('POST', 'client-grants', grant);
  return (await getToken(AUDIENCE, client)).status;
}

/** Opens a live log at the second replica, which runs nothing here, unless told otherwise. */
async function open(options: Partial<EventStreamRequest> = {}) {
  const { access_token: token } = await getToken(`${first.url}/api/v2/`);
  return await openEventStream({ url: second.url, token, ...options });
}

/** Runs and waits until `reader` has it whole. */
async function runAndRead(reader: Awaited<ReturnType<typeof open>>, name: string) {
  await run(name);
  let isBegun = false;
  return await reader.waitFor(({ event, data }) => {
    if (event === 'console' && data.message === `begin ${name}`) isBegun = true;
    return isBegun && event === 'execution';
  });
}

describe('the live log', () => {
  test('tells at any replica what an Action printed, threw and ended with, in order, without secrets', async () => {
    const reader = await open();
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    const events = await runAndRead(reader, 'broken-one');
    const own = events.slice(events.findIndex(({ data }) => data.message === 'begin broken-one'));
    const ids = {
      execution_id: own[0]?.data.execution_id,
      trigger_id: 'credentials-exchange',
      action_id: expect.any(String),
      action_name: 'watched',
      version_number: 1,
    };
    expect(own.map(({ event, data }) => ({ event, data }))).toEqual([
      {
        event: 'console',
        data: { ...ids, level: 'debug', time: expect.any(String), message: 'begin broken-one' },
      },
      {
        event: 'console',
        data: { ...ids, level: 'warn', time: expect.any(String), message: 'key ***' },
      },
      {
        event: 'exception',
        data: {
          ...ids,
          time: expect.any(String),
          name: 'TypeError',
          message: 'no luck with ***',
          stack: expect.stringContaining(':3:'),
          line: 3,
          column: expect.any(Number),
        },
      },
      {
        event: 'execution',
        data: {
          execution_id: own[0]?.data.execution_id,
          trigger_id: 'credentials-exchange',
          status: 'final',
          duration_ms: expect.any(Number),
        },
      },
    ]);
    expect(JSON.stringify(reader.events)).not.toContain(SECRET);
    const id = encodeURIComponent(own[0]?.data.execution_id);
    const record = await first.management.ok('GET', `actions/executions/${id}`);
    expect(record.results[0].error).toMatchObject({ id: 'TypeError', line: 3 });
    const [failure] = await first.management.ok('GET', 'logs?q=type:"actions_execution_failed"');
    expect(failure.details).toMatchObject({
      execution_id: own[0]?.data.execution_id,
      action_name: 'watched',
      error_class: 'action_error',
      action_error: { name: 'TypeError', message: 'no luck with ***' },
    });
    reader.leave();
  });

  test('goes on after a lost connection and a restart, without loss and without doubles', async () => {
    const before = await open();
    await runAndRead(before, 'resume-1');
    const firstLine = before.events.find(({ data }) => data.message === 'begin resume-1');
    before.leave();
    await run('resume-2');
    await second.stop();
    await second.start();
    await run('resume-3');
    // From the middle of the first run, and from its end.
    for (const [lastEventId, expected] of [
      [firstLine?.id ?? '', ['begin resume-2', 'begin resume-3']],
      [before.lastEventId, ['begin resume-2', 'begin resume-3']],
    ] as const) {
      const after = await open({ lastEventId });
      const events = await after.waitFor(({ data }) => data.message === 'begin resume-3');
      expect(
        events.map(({ data }) => data.message).filter((text) => /^begin resume/.test(text)),
      ).toEqual(expected);
      after.leave();
    }
  });

  test('leaves out what its filters leave out', async () => {
    const warnings = await open({ path: '?level=warn' });
    const others = await open({ path: '?trigger_id=post-login' });
    const none = await open({ path: '?action_id=none' });
    await run('filtered');
    await warnings.waitFor(({ event }) => event === 'execution');
    expect(warnings.events.map(({ event, data }) => data.message ?? event)).toContain('key ***');
    expect(warnings.events.some(({ data }) => data.level === 'debug')).toBe(false);
    expect([...others.events, ...none.events]).toEqual([]);
    for (const reader of [warnings, others, none]) reader.leave();
  });

  test("never tells another tenant's lines", async () => {
    const platform = await getToken(`${first.url}/platform/v1/`);
    const answer = await first.fetch(`${first.url}/platform/v1/tenants`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${platform.access_token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: 'acme' }),
    });
    const acme = (await answer.json()) as { client_id: string; client_secret: string };
    expect(answer.status).toBe(201);
    const host = `acme.${new URL(first.url).host}`;
    const token = await getTokenAt(host, acme);
    const stranger = await openEventStream({ url: second.url, host, token });
    expect(stranger.status).toBe(200);
    const own = await open();
    // A stranger who names a place long ago learns nothing either.
    const curious = await openEventStream({ url: second.url, host, token, lastEventId: '0-0-0' });
    await runAndRead(own, 'private');
    expect(stranger.events).toEqual([]);
    expect(curious.events).toEqual([]);
    own.leave();

    // Deleted at one replica, over at the other.
    await first.fetch(`${first.url}/platform/v1/tenants/acme`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${platform.access_token}` },
    });
    const [end] = await stranger.waitFor(({ event }) => event === 'end');
    expect(end?.data.reason).toBe('tenant_deleted');
    await stranger.ended;
    await curious.ended;
  });

  test('asks for a token with the scope, a place that exists, and no more than 20 readers', async () => {
    expect((await openEventStream({ url: second.url })).status).toBe(401);
    const reader = await first.management.ok('POST', 'clients', {
      name: 'reader',
      app_type: 'non_interactive',
    });
    const audience = `${first.url}/api/v2/`;
    const grant = { client_id: reader.client_id, audience, scope: ['read:actions'] };
    await first.management.ok('POST', 'client-grants', grant);
    const { access_token: token } = await getToken(audience, reader);
    expect((await openEventStream({ url: second.url, token })).status).toBe(403);
    expect((await open({ lastEventId: 'yesterday' })).body).toContain('invalid_last_event_id');
    expect((await open({ path: '?level=loud' })).status).toBe(400);
    const readers = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(readers.map(({ status }) => status)).toEqual(readers.map(() => 200));
    const refused = await open();
    expect([refused.status, refused.body]).toEqual([429, expect.stringContaining('20 live logs')]);
    readers[0]?.leave();
    await expect.poll(async () => (await open()).status).toBe(200);
    for (const reader of readers) reader.leave();
  });

  test('`tessera logs --follow` prints it', async () => {
    const main = resolve(import.meta.dirname, '../packages/cli/src/main.ts');
    const child = spawn(process.execPath, ['--conditions=source', main, 'logs', '--follow'], {
      env: {
        PATH: process.env.PATH ?? '',
        TESSERA_URL: first.url,
        TESSERA_BOOTSTRAP_CLIENT_ID: first.clientId,
        TESSERA_BOOTSTRAP_CLIENT_SECRET: first.clientSecret,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seen = Promise.withResolvers<void>();
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (text.includes('Following')) void run('broken-cli').catch(seen.reject);
        if (output.includes('final')) seen.resolve();
      });
    }
    child.on('exit', (code) => seen.reject(new Error(`it ended with ${code}: ${output}`)));
    await seen.promise;
    child.removeAllListeners('exit');
    child.kill();
    expect(output).toContain('begin broken-cli');
    expect(output).toContain('TypeError: no luck with ***');
  });

  test('ends at shutdown, with a word, and does not hold it up', async () => {
    const reader = await open();
    const stopped = second.stop();
    const [end] = await reader.waitFor(({ event }) => event === 'end');
    expect(end?.data.reason).toBe('shutdown');
    expect(await stopped).toBe(0);
  });
});
