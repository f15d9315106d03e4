import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import { passTime } from './support/effects.ts';
import { CLIENT_SECRET } from './support/entities.ts';
import { authorization, callbackParams, logIn, postForm } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const LIMIT = 5;
const WINDOW_MS = 600_000;

let server: TestOidc;

beforeAll(async () => {
  server = await startOidc('login-page-limit', { loginPagesPerAddress: LIMIT });
  await server.main.addClient({ clientId: 'app' });
  await server.main.addClient({ clientId: 'spa', type: 'spa', tokenEndpointAuthMethod: 'none' });
  await server.other.addClient({ clientId: 'app' });
});
afterAll(() => server[Symbol.asyncDispose]());
// Every test begins where a window does.
beforeEach(() => passTime(WINDOW_MS - (Date.now() % WINDOW_MS)));
afterEach(() => void vi.useRealTimers());

interface From {
  readonly ip: string;
  readonly browser?: Browser;
  readonly params?: Record<string, string>;
  readonly tenant?: TestOidc['main'];
}

const open = ({ ip, params = {}, browser = new Browser(), tenant = server.main }: From) =>
  browser.get(authorization(tenant, { clientId: 'app', params }).url, { 'x-test-ip': ip });

const isLoginPage = ({ location }: Page) => location?.pathname === '/u/login';

async function countRows(): Promise<number> {
  let count: unknown;
  await server.main.store.transaction(async ({ sql }) => {
    const { rows } = await sql.executeSql(
      'select (select count(*) from oidc_models) + (select count(*) from oidc_sessions) as count',
    );
    count = (rows[0] as { count: unknown }).count;
  });
  return Number(count);
}

test('an address opens so many login pages, each of which is a row, and no more', async () => {
  const ip = '203.0.113.81';
  const before = await countRows();
  const pages = await Promise.all(Array.from({ length: LIMIT + 5 }, () => open({ ip })));
  expect(pages.filter(isLoginPage)).toHaveLength(LIMIT);
  expect(await countRows()).toBe(before + LIMIT);
  const refused = pages.filter((page) => !isLoginPage(page));
  for (const { status, body, headers, location } of refused) {
    // The application is not told: it would ask again at once.
    expect([status, location]).toEqual([429, undefined]);
    expect(body).toContain('Wait ten minutes, then go back to the application and log in again.');
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d{0,2}$/);
  }
  // Nobody else pays for it, and neither does another tenant.
  expect(isLoginPage(await open({ ip: '203.0.113.82' }))).toBe(true);
  expect(isLoginPage(await open({ ip, tenant: server.other }))).toBe(true);
  // It is told once, not once a request.
  const { items } = await server.main.store.logs.list({ page: 0, perPage: 50 });
  expect(items.filter(({ type }) => type === 'api_limit')).toMatchObject([
    {
      ...{ ip, clientId: 'app' },
      description: expect.stringContaining(`More than ${LIMIT} login pages`),
      details: {
        limit: { size: LIMIT, bucket: 'login-pages', global: false },
        request: { method: 'GET', path: '/authorize' },
      },
    },
  ]);
  passTime(WINDOW_MS);
  expect(isLoginPage(await open({ ip }))).toBe(true);
});

test('addresses of one IPv6 network share their login pages', async () => {
  for (let host = 1; host <= LIMIT; host += 1) await open({ ip: `2001:db8:1:1::${host}` });
  expect((await open({ ip: '2001:db8:1:1:ffff::1' })).status).toBe(429);
  expect(isLoginPage(await open({ ip: '2001:db8:1:2::1' }))).toBe(true);
});

test('pushed requests of applications without a secret are counted with them, others are not', async () => {
  const push = (ip: string, client: Record<string, string>) => {
    const { url } = authorization(server.main, { clientId: client.client_id ?? '' });
    const form = { ...Object.fromEntries(url.searchParams), ...client };
    return postForm(`${server.main.url}/oauth/par`, form, { 'x-test-ip': ip });
  };
  const ip = '203.0.113.84';
  const before = await countRows();
  const answers = await Promise.all(
    Array.from({ length: LIMIT + 3 }, () => push(ip, { client_id: 'spa' })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(LIMIT);
  expect(await countRows()).toBe(before + LIMIT);
  const refused = answers.find(({ status }) => status !== 201);
  expect(refused).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
  expect(refused?.headers.get('retry-after')).toMatch(/^[1-9]\d{0,2}$/);
  expect((await open({ ip })).status).toBe(429);
  // A server pushes for all of its people, and had to show who it is.
  const web = { client_id: 'app', client_secret: CLIENT_SECRET };
  expect((await push(ip, web)).status).toBe(201);
  expect((await push('203.0.113.85', { client_id: 'spa' })).status).toBe(201);
});

test('silent logins are not counted, and go on behind an address that opens no more pages', async () => {
  const ip = '203.0.113.83';
  const browser = new Browser();
  const { userId } = await server.main.addUser('ada');
  await logIn(server.main, browser, authorization(server.main, { clientId: 'app' }), userId);
  const none = { prompt: 'none' };
  for (let login = 0; login < LIMIT + 1; login += 1) {
    expect(callbackParams(await open({ ip, browser })).get('code')).not.toBeNull();
    const silent = await open({ ip, browser, params: none });
    expect(callbackParams(silent).get('code')).not.toBeNull();
    const stranger = await open({ ip, params: none });
    expect(callbackParams(stranger).get('error')).toBe('login_required');
  }
  for (let page = 0; page < LIMIT; page += 1) {
    expect(isLoginPage(await open({ ip }))).toBe(true);
  }
  expect((await open({ ip })).status).toBe(429);
  expect(callbackParams(await open({ ip, browser })).get('code')).not.toBeNull();
  expect(callbackParams(await open({ ip, browser, params: none })).get('code')).not.toBeNull();
});

test('this machine and the addresses that the tenant lists are not counted', async () => {
  await server.store.tenants.updateSettings(server.main.tenant.id, {
    attackProtection: { suspiciousIpThrottling: { allowlist: ['198.51.100.0/24'] } },
  });
  await server.reload();
  for (const ip of ['127.0.0.1', '127.8.9.1', '::1', '198.51.100.200']) {
    const pages = await Promise.all(Array.from({ length: LIMIT + 1 }, () => open({ ip })));
    expect(pages.filter(isLoginPage)).toHaveLength(LIMIT + 1);
  }
  const pages = await Promise.all(
    Array.from({ length: LIMIT + 1 }, () => open({ ip: '198.51.101.1' })),
  );
  expect(pages.filter(isLoginPage)).toHaveLength(LIMIT);
});
