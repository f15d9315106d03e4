import type { RiskAssessment } from '@tessera/engine';
import type { TenantSettings } from '@tessera/model';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from './support/browser.ts';
import { authorization, callbackParams } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let server: TestOidc;
let count = 0;
beforeAll(async () => {
  server = await startOidc('risk');
  await server.main.addClient({ clientId: 'web' });
  server.pipeline.completes('post-login', {});
});
afterAll(() => server?.[Symbol.asyncDispose]());
afterEach(async () => {
  vi.useRealTimers();
  await configure({ risk: {}, attackProtection: {} });
});

async function configure(settings: Partial<TenantSettings>): Promise<void> {
  await server.store.tenants.updateSettings(server.main.tenant.id, settings);
  await server.reload();
}

/** Logs in from an address in a country; returns what the Action was told. */
async function assess(
  browser: Browser,
  userId: string,
  from: { readonly ip: string; readonly country?: string },
): Promise<RiskAssessment | undefined> {
  const headers = {
    'x-test-ip': from.ip,
    ...(from.country === undefined ? {} : { 'x-test-country': from.country }),
  };
  const { url } = authorization(server.main, { clientId: 'web', params: { prompt: 'login' } });
  const { location } = await browser.get(url, headers);
  if (location === undefined) throw new Error('no login page');
  location.searchParams.set('user', userId);
  let page = await browser.post(location, {}, headers);
  while (page.location?.origin === server.main.url)
    page = await browser.get(page.location, headers);
  expect(callbackParams(page).has('code')).toBe(true);
  const event = server.pipeline.runs.at(-1)?.event as
    | { authentication: { riskAssessment?: RiskAssessment } }
    | undefined;
  return event?.authentication.riskAssessment;
}

async function addPerson(): Promise<string> {
  count += 1;
  return (await server.main.addUser(`person${count}`)).userId;
}

function passTime(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + ms);
}

const VIENNA = { ip: '192.0.2.1', country: 'AT' };

describe('event.authentication.riskAssessment', () => {
  test('of a first login says nothing; of the next with the browser that all is well', async () => {
    const [browser, userId] = [new Browser(), await addPerson()];
    expect(await assess(browser, userId, VIENNA)).toEqual({
      confidence: 'high',
      version: '1',
      assessments: {
        NewDevice: { code: 'initial_login', confidence: 'neutral' },
        ImpossibleTravel: { code: 'initial_login', confidence: 'neutral' },
        UntrustedIP: { code: 'not_found_on_deny_list', confidence: 'high' },
      },
    });
    expect(await assess(browser, userId, VIENNA)).toMatchObject({
      confidence: 'high',
      assessments: {
        NewDevice: { code: 'match', details: { device: 'known' } },
        ImpossibleTravel: { code: 'minimal_travel_from_last_login' },
      },
    });
  });

  test('knows a browser per person, and as long as the tenant wants', async () => {
    const [browser, ada, eve] = [new Browser(), await addPerson(), await addPerson()];
    await assess(browser, ada, VIENNA);
    await assess(new Browser(), eve, VIENNA);
    const shared = browser.without('tessera', 'tessera.sig');
    expect(await assess(shared, eve, VIENNA)).toMatchObject({
      confidence: 'low',
      assessments: { NewDevice: { code: 'no_match', details: { device: 'unknown' } } },
    });
    await configure({ risk: { rememberDays: 2 } });
    passTime(3 * DAY_MS);
    expect(await assess(browser, ada, VIENNA)).toMatchObject({
      assessments: { NewDevice: { code: 'no_match', confidence: 'low' } },
    });
  });

  test('a made up device cookie is unknown', async () => {
    const [browser, userId] = [new Browser(), await addPerson()];
    await assess(browser, userId, VIENNA);
    const known = browser.cookie('tessera_device') ?? '';
    expect(known).toMatch(/^[\w-]{24}$/);
    for (const forged of ['x', 'a'.repeat(24), `${known}x`, `${known.slice(0, -1)}_`]) {
      const risk = await assess(browser.withCookie('tessera_device', forged), userId, VIENNA);
      expect(risk).toMatchObject({ assessments: { NewDevice: { code: 'no_match' } } });
    }
  });

  test.for([
    ['next door', VIENNA, { ip: '192.0.2.2', country: 'HU' }, 0, 'minimal_travel_from_last_login'],
    [
      'the same country',
      VIENNA,
      { ip: '192.0.2.2', country: 'AT' },
      0,
      'minimal_travel_from_last_login',
    ],
    [
      'across the ocean at once',
      VIENNA,
      { ip: '192.0.2.2', country: 'JP' },
      60_000,
      'impossible_travel_from_last_login',
    ],
    [
      'across the ocean in a day',
      VIENNA,
      { ip: '192.0.2.2', country: 'JP' },
      DAY_MS,
      'substantial_travel_from_last_login',
    ],
    [
      'a short flight',
      VIENNA,
      { ip: '192.0.2.2', country: 'BG' },
      4 * HOUR_MS,
      'travel_from_last_login',
    ],
    [
      'the same address, moved in the database',
      VIENNA,
      { ip: '192.0.2.1', country: 'JP' },
      0,
      'minimal_travel_from_last_login',
    ],
    ['nobody knows where', VIENNA, { ip: '192.0.2.2' }, 0, 'missing_geoip'],
    ['a country that is none', VIENNA, { ip: '192.0.2.2', country: 'XX' }, 0, 'unknown_location'],
    [
      'from nobody knows where',
      { ip: '192.0.2.1' },
      { ip: '192.0.2.2', country: 'AT' },
      0,
      'location_history_not_found',
    ],
  ] as const)('travel: %s', async ([, from, to, ms, code]) => {
    const [browser, userId] = [new Browser(), await addPerson()];
    await assess(browser, userId, from);
    if (ms > 0) passTime(ms);
    const risk = await assess(browser, userId, to);
    expect(risk?.assessments.ImpossibleTravel?.code).toBe(code);
    expect(risk?.confidence).toBe(
      code === 'impossible_travel_from_last_login'
        ? 'low'
        : code === 'substantial_travel_from_last_login'
          ? 'medium'
          : 'high',
    );
  });

  test.for([
    ['198.51.100.7', '198.51.100.0/24', true],
    ['198.51.101.7', '198.51.100.0/24', false],
    ['198.51.100.7', '198.51.100.7', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['198.51.100.7', 'not an address', false],
    ['198.51.100.7', '198.51.100.0/99', false],
  ] as const)('%s is judged by the list %s', async ([ip, entry, isFound]) => {
    await configure({ attackProtection: { untrustedAddresses: [entry] } });
    const risk = await assess(new Browser(), await addPerson(), { ip });
    expect(risk?.assessments.UntrustedIP).toEqual(
      isFound
        ? {
            code: 'found_on_deny_list',
            confidence: 'low',
            details: { ip, matches: entry, source: 'tenant' },
          }
        : { code: 'not_found_on_deny_list', confidence: 'high' },
    );
  });

  test("the operator's list counts too", async () => {
    const risk = await assess(new Browser(), await addPerson(), { ip: '192.0.2.250' });
    expect(risk).toMatchObject({
      confidence: 'low',
      assessments: { UntrustedIP: { details: { matches: '192.0.2.240/28', source: 'operator' } } },
    });
  });

  test('is absent where the tenant has switched it off, and silently', async () => {
    const [browser, userId] = [new Browser(), await addPerson()];
    await assess(browser, userId, VIENNA);
    const { url } = authorization(server.main, { clientId: 'web', params: { prompt: 'none' } });
    await browser.get(url);
    expect(server.pipeline.runs.at(-1)?.event.authentication).not.toHaveProperty('riskAssessment');
    await configure({ risk: { enabled: false } });
    expect(await assess(browser, userId, VIENNA)).toBeUndefined();
  });

  test("the browser's cookie is out of reach of scripts and other hosts, and lasts", async () => {
    const browser = new Browser();
    const userId = await addPerson();
    const { url } = authorization(server.main, { clientId: 'web' });
    const headers = { 'x-test-scheme': 'https' };
    const login = await browser.get(url, headers);
    const page = new URL(
      login.location?.pathname + (login.location?.search ?? ''),
      server.main.url,
    );
    page.searchParams.set('user', userId);
    const submitted = await browser.post(page, {}, headers);
    const resumed = await browser.get(
      new URL(submitted.location?.pathname ?? '', server.main.url),
      headers,
    );
    const cookie = resumed.headers
      .getSetCookie()
      .find((line) => line.startsWith('__Host-tessera_device='));
    expect(cookie).toMatch(/; path=\/(;|$)/);
    expect(cookie).toMatch(/; httponly/i);
    expect(cookie).toMatch(/; secure/i);
    expect(cookie).toMatch(/; expires=/i);
    expect(cookie).not.toMatch(/; domain/i);
  });
});
