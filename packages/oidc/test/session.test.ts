import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import {
  authorization,
  callbackParams,
  claimsOf,
  logIn,
  logTypesOf,
  redeem,
  submitLogin,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const HOUR_MS = 3_600_000;

describe('session', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('session');
    await server.main.addClient({ clientId: 'web' });
    await server.main.addClient({ clientId: 'web2' });
    ({ userId } = await server.main.addUser('ada'));
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => {
    vi.useRealTimers();
  });

  async function loggedIn(): Promise<Browser> {
    const browser = new Browser();
    await logIn(server.main, browser, authorization(server.main, { clientId: 'web' }), userId);
    return browser;
  }

  function ask(browser: Browser, params: Record<string, string> = {}): Promise<Page> {
    return browser.get(authorization(server.main, { clientId: 'web', params }).url);
  }

  function passTime(ms: number): void {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + ms);
  }

  test('a second application needs no login', async () => {
    const browser = await loggedIn();
    const request = authorization(server.main, { clientId: 'web2' });
    const page = await browser.get(request.url);
    const tokens = await redeem(server.main, 'web2', callbackParams(page).get('code'), request);

    expect(claimsOf(tokens.body.id_token)).toMatchObject({ sub: userId, aud: 'web2' });
  });

  test('prompt=none answers a code silently', async () => {
    const page = await ask(await loggedIn(), { prompt: 'none' });

    expect(callbackParams(page).get('code')).toEqual(expect.any(String));
  });

  test('prompt=none without a session answers login_required', async () => {
    const page = await ask(new Browser(), { prompt: 'none' });

    expect(callbackParams(page).get('error')).toBe('login_required');
    expect(callbackParams(page).get('state')).toBe('the-state');
  });

  test('silent logins are in the tenant log', async () => {
    const types = await logTypesOf(server.main, async () => {
      await ask(await loggedIn(), { prompt: 'none' });
      await ask(new Browser(), { prompt: 'none' });
    });

    expect(types).toEqual(['s', 'ssa', 'fsa']);
  });

  test('response_mode=web_message delivers to the frame of the callback origin only', async () => {
    const params = { prompt: 'none', response_mode: 'web_message' };
    const page = await ask(await loggedIn(), params);
    const refused = await ask(new Browser(), params);

    expect(page.status).toBe(200);
    expect(page.headers.get('x-frame-options')).toBeNull();
    expect(page.body).toMatch(/"code":"[\w-]+"/);
    expect(page.body).toContain('"redirect_uri":"https://app.example.com/callback"');
    expect(refused.body).toContain('"error":"login_required"');
  });

  test('prompt=login asks again, once, although there is a session', async () => {
    const browser = await loggedIn();
    const request = authorization(server.main, { clientId: 'web', params: { prompt: 'login' } });
    const first = await browser.get(request.url);
    expect(first.location?.pathname).toBe('/u/login');

    const page = await browser.follow(
      await submitLogin(browser, first.location, userId),
      server.main.url,
    );
    const tokens = await redeem(server.main, 'web', callbackParams(page).get('code'), request);
    expect(claimsOf(tokens.body.id_token).auth_time).toEqual(expect.any(Number));
  });

  test('max_age asks again when the login is older', async () => {
    const browser = await loggedIn();
    expect(callbackParams(await ask(browser, { max_age: '3600' })).has('code')).toBe(true);

    passTime(2 * HOUR_MS);
    expect((await ask(browser, { max_age: '3600' })).location?.pathname).toBe('/u/login');
  });

  test('logging in as someone else ends the session of the first', async () => {
    const browser = await loggedIn();
    const bob = await server.main.addUser('bob');
    const request = authorization(server.main, { clientId: 'web', params: { prompt: 'login' } });
    const { location } = await browser.get(request.url);
    const interstitial = await browser.follow(
      await submitLogin(browser, location, bob.userId),
      server.main.url,
    );
    const action = /action="([^"]+)"/.exec(interstitial.body)?.[1] ?? '';
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(interstitial.body)?.[1] ?? '';
    let page: Page | undefined;
    const types = await logTypesOf(server.main, async () => {
      const confirmed = await browser.post(action, { xsrf, logout: 'yes' });
      page = await browser.follow(confirmed, server.main.url);
    });
    const code = page && callbackParams(page).get('code');
    const tokens = await redeem(server.main, 'web', code ?? null, request);

    expect(claimsOf(tokens.body.id_token).sub).toBe(bob.userId);
    // Changing accounts is a login, no logout.
    expect(types).toEqual(['s']);
  });

  test('the idle lifetime of the tenant ends a session that is not used', async () => {
    const browser = await loggedIn();
    const idleMs = server.main.tenant.settings.idleSessionLifetimeSeconds * 1000;

    passTime(idleMs - HOUR_MS);
    expect(callbackParams(await ask(browser)).has('code')).toBe(true);
    passTime(idleMs - HOUR_MS);
    expect(callbackParams(await ask(browser)).has('code')).toBe(true);
    passTime(idleMs + HOUR_MS);
    expect((await ask(browser)).location?.pathname).toBe('/u/login');
  });

  test('the absolute lifetime ends a session however much it is used', async () => {
    const browser = await loggedIn();
    const stepMs = (server.main.tenant.settings.sessionLifetimeSeconds * 1000) / 4;

    for (let step = 0; step < 3; step += 1) {
      passTime(stepMs);
      expect(callbackParams(await ask(browser)).has('code')).toBe(true);
    }
    passTime(stepMs + HOUR_MS);
    expect((await ask(browser)).location?.pathname).toBe('/u/login');
  });

  test('a lifetime that the tenant shortens holds for sessions that are there already', async () => {
    const browser = await loggedIn();
    await server.store.tenants.updateSettings(server.main.tenant.id, {
      sessionLifetimeSeconds: 600,
    });
    await server.reload();
    try {
      passTime(HOUR_MS);
      expect(callbackParams(await ask(browser, { prompt: 'none' })).get('error')).toBe(
        'login_required',
      );
    } finally {
      await server.store.tenants.updateSettings(server.main.tenant.id, {
        sessionLifetimeSeconds: server.main.tenant.settings.sessionLifetimeSeconds,
      });
      await server.reload();
    }
  });

  test('the session of a deleted person is worth nothing', async () => {
    const eve = await server.main.addUser('eve');
    const browser = new Browser();
    await logIn(server.main, browser, authorization(server.main, { clientId: 'web' }), eve.userId);
    await server.main.store.users.delete(eve.userId);

    expect((await ask(browser)).location?.pathname).toBe('/u/login');
    expect(callbackParams(await ask(browser, { prompt: 'none' })).get('error')).toBe(
      'login_required',
    );
  });

  test('a blocked person is refused, and no session of theirs begins', async () => {
    const mallory = await server.main.addUser('mallory');
    await server.main.store.users.update(mallory.userId, { blocked: true });
    const browser = new Browser();
    const request = authorization(server.main, { clientId: 'web' });
    let page: Page | undefined;
    const types = await logTypesOf(server.main, async () => {
      page = await logIn(server.main, browser, request, mallory.userId);
    });
    const params = page && callbackParams(page);

    expect(params?.get('error')).toBe('unauthorized');
    expect(params?.get('error_description')).toBe('user is blocked');
    expect((await ask(browser)).location?.pathname).toBe('/u/login');
    expect(types).toEqual(['f']);
  });

  test('a session survives a restart of the process', async () => {
    const browser = await loggedIn();
    server.restart();

    expect(callbackParams(await ask(browser, { prompt: 'none' })).has('code')).toBe(true);
  });

  test('a forged session cookie is no session', async () => {
    const browser = await loggedIn();
    const forged = browser.without('tessera.sig');

    expect((await ask(forged)).location?.pathname).toBe('/u/login');
  });
});
