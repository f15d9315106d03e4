import { describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import {
  HOUR_MS,
  INVALID_REFRESH,
  MINUTE_MS,
  passTime,
  startOidcPerFile,
} from './support/effects.ts';
import { completed } from './support/fake-pipeline.ts';
import { authorization, callbackParams, logIn, refresh } from './support/flows.ts';

const flow = startOidcPerFile('session_effects');
const { askSilently, completes, lastEvent, revokes, tokensFor } = flow;
const REVOKED_SESSION = { target: 'session', preserveRefreshTokens: false } as const;

describe('api.session', () => {
  test('setExpiresAt() ends the session, and silent logins do not move that end', async () => {
    const browser = new Browser();
    completes({ session: { expiresAt: Date.now() + 2 * HOUR_MS } });
    await tokensFor(browser);
    completes({});
    passTime(HOUR_MS);
    expect((await askSilently(browser)).has('code')).toBe(true);
    passTime(HOUR_MS - MINUTE_MS);
    expect((await askSilently(browser)).has('code')).toBe(true);
    passTime(2 * MINUTE_MS);
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('the earliest of several ends wins, over several logins too', async () => {
    const browser = new Browser();
    completes({ session: { expiresAt: Date.now() + HOUR_MS } });
    await tokensFor(browser);
    completes({ session: { expiresAt: Date.now() + 9 * HOUR_MS } });
    expect((await askSilently(browser)).has('code')).toBe(true);
    passTime(HOUR_MS + 1_000);
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('an end that has passed asks for a login at once, which starts the session anew', async () => {
    const browser = new Browser();
    completes({ session: { expiresAt: Date.now() - 1, metadata: { note: 'x' } } });
    const { body } = await tokensFor(browser);
    expect(body.id_token).toEqual(expect.any(String));
    expect((await askSilently(browser)).get('error')).toBe('login_required');
    completes({});
    await tokensFor(browser);
    expect((await askSilently(browser)).has('code')).toBe(true);
    expect(lastEvent().session).not.toHaveProperty('metadata');
  });

  test('setIdleExpiresAt() ends an unused session; a use begins anew', async () => {
    const browser = new Browser();
    completes({ session: { idleExpiresAt: Date.now() + HOUR_MS } });
    await tokensFor(browser);
    passTime(HOUR_MS - MINUTE_MS);
    completes({ session: { idleExpiresAt: Date.now() + HOUR_MS } });
    expect((await askSilently(browser)).has('code')).toBe(true);
    passTime(HOUR_MS - MINUTE_MS);
    expect((await askSilently(browser)).has('code')).toBe(true);
    passTime(HOUR_MS + 1_000);
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('no end is later than the tenant allows', async () => {
    const browser = new Browser();
    const never = Date.now() + 1e12;
    completes({ session: { expiresAt: never, idleExpiresAt: never } });
    await tokensFor(browser);
    passTime(73 * HOUR_MS);
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('setMetadata() is told to later logins of the session, and what it knows of itself', async () => {
    const browser = new Browser();
    completes({ session: { metadata: { device: 'kiosk' } } });
    await tokensFor(browser);
    completes({});
    await askSilently(browser);
    const now = Date.now();
    const { session } = lastEvent();
    expect(session).toMatchObject({
      user_id: flow.ada.userId,
      metadata: { device: 'kiosk' },
      cookie: { mode: 'persistent' },
      clients: [{ client_id: 'rotating' }],
      device: { initial_ip: '203.0.113.7', last_ip: '203.0.113.7', last_user_agent: 'node' },
    });
    const at = (name: string) => Date.parse(String(session?.[name])) - now;
    expect(at('updated_at')).toBeLessThanOrEqual(0);
    expect(Math.abs(at('expires_at') - 168 * HOUR_MS)).toBeLessThan(60_000);
    expect(Math.abs(at('idle_expires_at') - 72 * HOUR_MS)).toBeLessThan(60_000);

    completes({ session: { metadata: {} } });
    await askSilently(browser);
    completes({});
    await askSilently(browser);
    expect(lastEvent().session).not.toHaveProperty('metadata');
  });

  test('setCookieMode() decides whether the cookie outlives the browser', async () => {
    const browser = new Browser();
    const cookieAfterLogin = async () => {
      const { url } = authorization(flow.main, { clientId: 'rotating' });
      const page = await logIn(flow.main, browser, { url, verifier: '' }, flow.ada.userId);
      return page.headers.getSetCookie().find((line) => line.startsWith('tessera='));
    };
    expect(await cookieAfterLogin()).toContain('expires=');
    completes({ session: { cookieMode: 'non-persistent' } });
    expect(await cookieAfterLogin()).not.toContain('expires=');
    completes({ session: { cookieMode: 'persistent' } });
    expect(await cookieAfterLogin()).toContain('expires=');
    expect(lastEvent().session?.cookie).toEqual({ mode: 'non-persistent' });
  });

  const revocations = [
    ['at the login', async (browser: Browser) => await logInAgain(browser, { prompt: 'login' })],
    ['with an earlier session', async (browser: Browser) => await logInAgain(browser, {})],
    ['silently', askSilently],
  ] as const;
  async function logInAgain(browser: Browser, params: Record<string, string>) {
    const request = authorization(flow.main, { clientId: 'rotating', params });
    return callbackParams(await logIn(flow.main, browser, request, flow.ada.userId));
  }
  test.for(revocations)('revoke() %s ends session, cookie and refresh tokens', async ([, ask]) => {
    const browser = new Browser();
    const other = new Browser();
    const mine = await tokensFor(browser);
    const fixed = await tokensFor(browser, 'fixed');
    const theirs = await tokensFor(other);
    const copy = browser.without();
    revokes(REVOKED_SESSION);
    const answer = await ask(browser);
    expect(answer.get('error')).toBe('access_denied');
    expect(answer.get('error_description')).toBe('revoked');
    expect(browser.cookie('tessera')).toBeUndefined();
    flow.pipeline.off('post-login');
    expect((await askSilently(copy)).get('error')).toBe('login_required');
    expect(await refresh(flow.main, 'rotating', mine.body.refresh_token)).toMatchObject(
      INVALID_REFRESH,
    );
    expect(await refresh(flow.main, 'fixed', fixed.body.refresh_token)).toMatchObject(
      INVALID_REFRESH,
    );
    expect((await askSilently(other)).has('code')).toBe(true);
    expect((await refresh(flow.main, 'rotating', theirs.body.refresh_token)).status).toBe(200);
  });

  test('revoke() may leave the refresh tokens', async () => {
    const browser = new Browser();
    const { body } = await tokensFor(browser);
    const copy = browser.without();
    revokes({ target: 'session', preserveRefreshTokens: true });
    await askSilently(browser);
    flow.pipeline.off('post-login');
    expect((await askSilently(copy)).get('error')).toBe('login_required');
    expect((await refresh(flow.main, 'rotating', body.refresh_token)).status).toBe(200);
  });

  test('a session that ends while Actions run is not brought back by its login', async () => {
    const browser = new Browser();
    await tokensFor(browser);
    flow.pipeline.on('post-login', async () => {
      await flow.main.store.oidcModels.revokeByAccountId(flow.ada.userId);
      return completed();
    });
    expect((await askSilently(browser)).get('error')).toBe('login_required');
    flow.pipeline.off('post-login');
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('a session that ends during a refresh is not brought back by it', async () => {
    const browser = new Browser();
    const { body } = await tokensFor(browser);
    const { url } = flow.main;
    flow.pipeline.on('post-login', async () => {
      await browser.without().get(`${url}/v2/logout`);
      return completed({ session: { metadata: { late: 'yes' } } });
    });
    expect((await refresh(flow.main, 'rotating', body.refresh_token)).status).toBe(200);
    flow.pipeline.off('post-login');
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('a refresh tells of the session, changes it and revokes it', async () => {
    const browser = new Browser();
    completes({ session: { metadata: { note: 'a' } } });
    let { body } = await tokensFor(browser);
    completes({ session: { metadata: { note: 'b' }, cookieMode: 'non-persistent' } });
    ({ body } = await refresh(flow.main, 'rotating', body.refresh_token));
    expect(lastEvent().session).toMatchObject({ metadata: { note: 'a' } });
    completes({});
    expect((await askSilently(browser)).has('code')).toBe(true);
    expect(lastEvent().session).toMatchObject({
      metadata: { note: 'b' },
      cookie: { mode: 'non-persistent' },
    });
    completes({ session: { expiresAt: Date.now() - 1 } });
    ({ body } = await refresh(flow.main, 'rotating', body.refresh_token));
    expect((await askSilently(browser)).get('error')).toBe('login_required');

    await tokensFor(browser);
    revokes(REVOKED_SESSION);
    const refused = await refresh(flow.main, 'rotating', body.refresh_token);
    expect(refused).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    completes({});
    expect(await refresh(flow.main, 'rotating', body.refresh_token)).toMatchObject(INVALID_REFRESH);
  });
});
