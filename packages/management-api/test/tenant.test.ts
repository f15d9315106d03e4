import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('tenant');
});
afterAll(() => management[Symbol.asyncDispose]());

const ok = (method: string, path: string, body?: unknown, tenant?: string) =>
  management.ok(method, path, body, tenant);

describe('tenant settings', () => {
  test('start as recorded, and a change is read back', async () => {
    expect(await ok('GET', 'tenants/settings')).toMatchObject({
      session_lifetime: 168,
      idle_session_lifetime: 72,
      enabled_locales: ['en'],
    });
    const changed = await ok('PATCH', 'tenants/settings', {
      friendly_name: 'Acme',
      session_lifetime_in_minutes: 1_440,
      idle_session_lifetime_in_minutes: 90,
      allowed_logout_urls: ['https://acme.example.com'],
      flags: { enable_sso: false },
      error_page: { show_log_link: true },
    });
    expect(changed).toMatchObject({
      friendly_name: 'Acme',
      session_lifetime: 24,
      idle_session_lifetime_in_minutes: 90,
      flags: { enable_sso: false, disable_impersonation: true },
    });
    const { settings } = (await management.store.tenants.findDefault()) ?? {};
    expect(settings).toMatchObject({
      sessionLifetimeSeconds: 86_400,
      idleSessionLifetimeSeconds: 5_400,
    });
    const cleared = await ok('PATCH', 'tenants/settings', {
      error_page: null,
      flags: { universal_login: false },
    });
    expect(cleared.error_page).toBeUndefined();
    expect(cleared.flags).toMatchObject({ enable_sso: false, universal_login: false });
    expect(await ok('GET', 'tenants/settings?fields=friendly_name')).toEqual({
      friendly_name: 'Acme',
    });
  });

  test('refuse sessions longer than 100 days', async () => {
    const { status } = await management.request('PATCH', 'tenants/settings', {
      body: { session_lifetime: 2_401 },
    });
    expect(status).toBe(400);
  });
});

describe('signing keys', () => {
  test('are answered as certificates that hold the public key and verify themselves', async () => {
    const keys = await ok('GET', 'keys/signing');
    expect(
      keys.map(({ current, next }: { current: boolean; next: boolean }) => [current, next]),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
    const [stored] = await management.storeOf().signingKeys.list();
    const certificate = new X509Certificate(keys[0].cert);
    expect(certificate.subject).toBe('CN=id.example.com');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({
      n: stored?.publicJwk.n,
      e: stored?.publicJwk.e,
    });
    expect(certificate.fingerprint).toBe(keys[0].fingerprint);
    expect(keys[0].fingerprint.replaceAll(':', '')).toBe(keys[0].thumbprint);
    expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now());
    expect(keys[0].pkcs7).toContain('-----BEGIN PKCS7-----');
    expect(await ok('GET', `keys/signing/${keys[0].kid}`)).toEqual(keys[0]);
  });

  test('never show the private part', async () => {
    const [stored] = await management.storeOf().signingKeys.list();
    const { text } = await management.request('GET', 'keys/signing');
    for (const part of ['d', 'p', 'q'])
      expect(text).not.toContain(String(stored?.privateJwk[part]));
  });

  test('are rotated: next becomes current, current becomes previous, which can be revoked', async () => {
    await management.addTenant('rotate');
    const list = () => ok('GET', 'keys/signing', undefined, 'rotate');
    const [current, next] = await list();
    const rotated = await management.request('POST', 'keys/signing/rotate', { tenant: 'rotate' });
    expect({ status: rotated.status, kid: rotated.body.kid }).toEqual({
      status: 201,
      kid: next.kid,
    });
    expect(
      (await list()).map(({ kid, previous }: { kid: string; previous: boolean }) => [
        kid,
        previous,
      ]),
    ).toEqual([
      [next.kid, false],
      [expect.any(String), false],
      [current.kid, true],
    ]);
    const refused = await management.request('PUT', `keys/signing/${next.kid}/revoke`, {
      tenant: 'rotate',
    });
    expect({ status: refused.status, message: refused.body.message }).toEqual({
      status: 409,
      message: 'The current signing key cannot be revoked: rotate first.',
    });
    expect(await ok('PUT', `keys/signing/${current.kid}/revoke`, undefined, 'rotate')).toEqual({
      kid: current.kid,
      cert: current.cert,
    });
    expect(
      (await management.request('PUT', `keys/signing/${current.kid}/revoke`, { tenant: 'rotate' }))
        .status,
    ).toBe(404);
  });
});

describe('the tenant log', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute));
  let ids: readonly string[] = [];
  beforeAll(async () => {
    const store = await management.addTenant('logs');
    ids = await store.logs.append(
      {
        type: 's',
        date: at(1),
        userId: 'auth0|a',
        clientId: 'one',
        ip: '192.0.2.1',
        userAgent: 'Mozilla/5.0 (iPhone)',
        details: { actions: { executions: ['x'] } },
      },
      { type: 'f', date: at(2), userId: 'auth0|a', clientId: 'two', description: 'Wrong password' },
      { type: 'seccft', date: at(3), clientId: 'one' },
    );
  });
  const types = async (query: string) => {
    const entries = await ok('GET', `logs?${query}`, undefined, 'logs');
    return entries.map(({ type }: { type: string }) => type);
  };

  test('answers newest first in the recorded key order, nulls kept', async () => {
    const entries = await ok('GET', 'logs', undefined, 'logs');
    expect(entries.map(({ type }: { type: string }) => type)).toEqual(['seccft', 'f', 's']);
    expect(Object.keys(entries[0])).toEqual([
      '_id',
      'log_id',
      'date',
      'type',
      'description',
      'connection',
      'connection_id',
      'organization_id',
      'organization_name',
      'client_id',
      'client_name',
      'ip',
      'hostname',
      'details',
      'user_id',
      'user_name',
      'user_agent',
      'audience',
      'scope',
      'strategy',
      'strategy_type',
      'isMobile',
      'location_info',
      'tenant_name',
      'environment_name',
    ]);
    expect(entries[2]).toMatchObject({
      isMobile: true,
      details: { actions: { executions: ['x'] } },
      client_name: null,
    });
    expect(await ok('GET', `logs/${ids[0]}`, undefined, 'logs')).toEqual(entries[2]);
  });

  test.for([
    ['q=type:s', ['s']],
    [`q=${encodeURIComponent('type:("s" OR "f")')}`, ['f', 's']],
    [`q=${encodeURIComponent('user_id:"auth0|a" AND client_id:"two"')}`, ['f']],
    [`search=${encodeURIComponent('type:"seccft"')}`, ['seccft']],
    ['sort=date:1', ['s', 'f', 'seccft']],
    ['page=1&per_page=2', ['s']],
    ['per_page=1&sort=date:-1', ['seccft']],
    ['q=', ['seccft', 'f', 's']],
  ] as const)('answers %s with %s', async ([query, expected]) => {
    expect(await types(query)).toEqual(expected);
  });

  test('follows on from an entry as tools that tail it do', async () => {
    const q = encodeURIComponent(`log_id:[${ids[1]} TO *]`);
    expect(await types(`page=0&per_page=100&sort=date:-1&q=${q}`)).toEqual(['seccft', 'f']);
  });

  test('goes on from a checkpoint, with the address of the next', async () => {
    const first = await management.request('GET', `logs?from=${ids[0]}&take=1&q=ignored`, {
      tenant: 'logs',
    });
    expect(first.body.map(({ type }: { type: string }) => type)).toEqual(['f']);
    expect(first.headers.get('link')).toBe(
      `<https://logs.id.example.com/api/v2/logs?from=${ids[1]}&take=1>; rel="next"`,
    );
    const last = await management.request('GET', `logs?from=${ids[2]}`, { tenant: 'logs' });
    expect(last.body).toEqual([]);
    expect(last.headers.get('link')).toContain(`from=${ids[2]}&take=50`);
  });

  test('wraps the list and chooses fields when asked to', async () => {
    expect(
      await ok('GET', 'logs?include_totals=true&per_page=1&fields=type', undefined, 'logs'),
    ).toEqual({
      total: 3,
      start: 0,
      limit: 1,
      length: 1,
      logs: [{ type: 'seccft' }],
    });
  });

  test.for([
    ['q=description:x', 'not supported'],
    ['q=type:s%20OR%20type:f', 'not supported'],
    ['sort=type:1', 'cannot be sorted'],
    ['from=abc', 'Not the id of a log entry'],
    ['page=10&per_page=100', 'first 1000 records'],
  ] as const)('refuses %s', async ([query, reason]) => {
    const { status, body } = await management.request('GET', `logs?${query}`, { tenant: 'logs' });
    expect(status).toBe(400);
    expect(body.message).toContain(reason);
  });

  test('knows no entry of another tenant, nor one that was never there', async () => {
    for (const [id, tenant] of [
      [ids[0], 'default'],
      ['9'.repeat(56), 'logs'],
      ['abc', 'logs'],
    ] as const) {
      const { body } = await management.request('GET', `logs/${id}`, { tenant });
      expect(body).toMatchObject({ statusCode: 404, message: 'Log not found.' });
    }
  });

  test('says who changed what, but not what was sent', async () => {
    await management.addTenant('audited');
    const send = (method: string, path: string, body?: unknown) =>
      management.request(method, path, {
        tenant: 'audited',
        body,
        headers: { 'user-agent': 'a-tool/1.0' },
      });
    await send('POST', 'actions/actions', {
      name: 'audited',
      supported_triggers: [{ id: 'post-login' }],
      secrets: [{ name: 'KEY', value: 'the-value' }],
    });
    await send('POST', 'roles', { unknown: 'refused' });
    await send('GET', 'roles');
    const { body, text } = await send('GET', 'logs');
    expect(body).toMatchObject([
      {
        type: 'sapi',
        description: 'Create an action',
        client_id: 'machine',
        ip: '192.0.2.7',
        user_agent: 'a-tool/1.0',
        details: {
          request: {
            method: 'post',
            path: '/api/v2/actions/actions',
            channel: 'api',
            auth: { credentials: { sub: 'machine@clients', scopes: ['create:actions'] } },
          },
          response: { statusCode: 201 },
        },
      },
    ]);
    expect(text).not.toContain('the-value');
  });

  test('loses an entry rather than the answer to a change that has happened', async () => {
    const store = management.store;
    const original = store.tenant;
    store.tenant = (id) => {
      const real = original.call(store, id);
      return {
        ...real,
        logs: { ...real.logs, append: () => Promise.reject(new Error('log is full')) },
      };
    };
    const { status } = await management.request('POST', 'roles', { body: { name: 'unlogged' } });
    store.tenant = original;
    expect(status).toBe(200);
    expect(management.logger.lines).toContainEqual(
      expect.objectContaining({ message: 'A change could not be logged' }),
    );
  });

  test('shows the entries of a user with the user', async () => {
    const created = await ok('POST', 'users', {
      connection: 'Username-Password-Authentication',
      email: 'a@example.com',
      password: 'Correct-horse-9',
    });
    await management.storeOf().logs.append({ type: 's', date: at(5), userId: created.user_id });
    const entries = await ok(
      'GET',
      `users/${encodeURIComponent(created.user_id)}/logs?sort=date:1`,
    );
    expect(entries.map(({ type }: { type: string }) => type)).toContain('s');
    expect(entries.every(({ user_id: id }: { user_id: string }) => id === created.user_id)).toBe(
      true,
    );
  });
});
