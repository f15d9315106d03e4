import { TENANT_LIMIT_NAMES, TENANT_LIMITS } from '@tessera/api-contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('platform tenants');
  await management.addTenant('acme');
});
afterAll(() => management[Symbol.asyncDispose]());
beforeEach(async () => {
  const reset = await patch({ limits: null, egress: null });
  expect(reset.status).toBe(200);
});

const PATH = '/platform/v1/tenants/acme';
const patch = (body: unknown, path = PATH) => management.request('PATCH', path, { body });
const get = async () => (await management.request('GET', PATH)).body;

const EFFECTIVE = {
  run_timeout_ms: 20_000,
  heap_mb: 160,
  memory_mb: 256,
  concurrent_runs: 250,
  console_bytes: 65_536,
  requests_per_run: 200,
  network_bytes_per_run: 1_000_000,
  dependencies_mb: 256,
};

describe('PATCH /platform/v1/tenants/{name}', () => {
  test('sets limits, says what is in force, and has them hold before it answers', async () => {
    const before = management.changedTenants.length;
    const answer = await patch({ limits: { heap_mb: 200, run_timeout_ms: 5_000 } });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        name: 'acme',
        limits: { heap_mb: 200, run_timeout_ms: 5_000 },
        effective_limits: { ...EFFECTIVE, heap_mb: 200, run_timeout_ms: 5_000 },
        egress: { allow: [], deny: [] },
      },
    });
    expect(management.changedTenants.slice(before)).toEqual(['acme']);
    expect(await management.store.tenants.findByName('acme')).toMatchObject({
      settings: { actionTimeoutMs: 5_000, actionLimits: { heapMb: 200 } },
    });
    const { body } = await management.request('GET', '/platform/v1/tenants');
    expect(body.tenants.find(({ name }: { name: string }) => name === 'acme')).toEqual(answer.body);
    expect(await get()).toEqual(answer.body);
  });

  test('loses nothing of several changes at once', async () => {
    const limits = { concurrent_runs: 7, console_bytes: 999, requests_per_run: 3, heap_mb: 100 };
    await Promise.all(
      Object.entries(limits).map(([name, value]) => patch({ limits: { [name]: value } })),
    );
    expect(await get()).toMatchObject({ limits });
  });

  test('changes what it names; null resets one limit, or all', async () => {
    await patch({ limits: { heap_mb: 200, concurrent_runs: 7, run_timeout_ms: 500 } });
    const one = await patch({ limits: { heap_mb: null, console_bytes: 1_024 } });
    expect(one.body.limits).toEqual({
      concurrent_runs: 7,
      console_bytes: 1_024,
      run_timeout_ms: 500,
    });
    expect((await patch({ limits: { run_timeout_ms: null } })).body.limits).toEqual({
      concurrent_runs: 7,
      console_bytes: 1_024,
    });
    const all = await patch({ limits: null });
    expect(all.body).toMatchObject({ limits: {}, effective_limits: EFFECTIVE });
  });

  test.for(TENANT_LIMIT_NAMES)('takes %s at its edges and refuses it beyond', async (name) => {
    const { min, max } = TENANT_LIMITS[name];
    const room = name === 'heap_mb' ? { memory_mb: 8_192 } : { heap_mb: 32 };
    for (const value of [min, max]) {
      const answer = await patch({ limits: { ...room, [name]: value } });
      expect(answer).toMatchObject({ status: 200, body: { effective_limits: { [name]: value } } });
    }
    for (const value of [min - 1, max + 1, min + 0.5]) {
      const answer = await patch({ limits: { [name]: value } });
      expect(answer).toMatchObject({ status: 400, body: { errorCode: 'invalid_body' } });
      expect(answer.body.message).toContain(
        `${name} is ${value}; it must be a whole number from ${min} to ${max}' on property limits.${name}`,
      );
    }
  });

  test('refuses a heap that is larger than the memory around it', async () => {
    const answer = await patch({ limits: { heap_mb: 300 } });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body.message).toContain(
      'heap_mb is 300; it must not be more than memory_mb, which is 256',
    );
    expect((await patch({ limits: { heap_mb: 300, memory_mb: 300 } })).status).toBe(200);
    expect((await patch({ limits: { memory_mb: null } })).status).toBe(400);
  });

  test('sets rules list by list, and takes them away', async () => {
    await patch({ egress: { allow: ['db.internal:5432', '10.0.0.0/8'], deny: ['*.evil.test'] } });
    expect((await patch({ egress: { allow: ['db.internal'] } })).body.egress).toEqual({
      allow: ['db.internal'],
      deny: ['*.evil.test'],
    });
    expect((await patch({ egress: { deny: null } })).body.egress).toEqual({
      allow: ['db.internal'],
      deny: [],
    });
    expect((await patch({ egress: null })).body.egress).toEqual({ allow: [], deny: [] });
  });

  test.for(['https://example.com/', '*', 'exa mple.com', '10.0.0.0/33', 'host:0', '127.1'])(
    'refuses the rule %s with the rule, the reason and an example',
    async (rule) => {
      const answer = await patch({ egress: { allow: ['fine.example.com', rule] } });
      expect(answer).toMatchObject({ status: 400, body: { errorCode: 'invalid_body' } });
      expect(answer.body.message).toContain(`"${rule}" is no egress rule`);
      expect(answer.body.message).toContain('Examples: api.example.com');
      expect(answer.body.message).toContain('on property egress.allow[1]');
      expect((await get()).egress).toEqual({ allow: [], deny: [] });
    },
  );

  const malformed: [name: string, body: unknown][] = [
    ['a limit that does not exist', { limits: { luck: 1 } }],
    ['a limit as text', { limits: { heap_mb: '200' } }],
    ['rules that are no list', { egress: { allow: 'example.com' } }],
    ['an empty rule', { egress: { deny: [''] } }],
    ['too many rules', { egress: { deny: Array.from({ length: 101 }, () => 'a.test') } }],
    ['a member that does not exist', { egress: { open: [] } }],
    ['a name', { name: 'other' }],
  ];
  test.for(malformed)('refuses %s', async ([, body]) => {
    expect((await patch(body)).status).toBe(400);
  });

  test('knows no tenant of another name', async () => {
    expect(await patch({ limits: null }, '/platform/v1/tenants/nobody')).toMatchObject({
      status: 404,
    });
    expect(await management.request('GET', '/platform/v1/tenants/nobody')).toMatchObject({
      status: 404,
    });
  });

  test("needs the platform's own scope: managing a tenant is not enough", async () => {
    const body = { limits: { heap_mb: 200 } };
    for (const scopes of [['update:tenant_settings'], ['read:tenants', 'create:tenants']]) {
      expect(await management.request('PATCH', PATH, { body, scopes })).toMatchObject({
        status: 403,
      });
    }
    const elsewhere = await management.request('PATCH', PATH, { body, tenant: 'acme' });
    expect(elsewhere.status).toBe(404);
    const own = await management.request('PATCH', 'tenants/settings', { body, tenant: 'acme' });
    expect(own.status).toBe(400);
    expect((await get()).limits).toEqual({});
  });
});
