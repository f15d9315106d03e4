import type { Revocation, TriggerEffects } from '@tessera/engine';
import type { JsonObject, User } from '@tessera/model';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from './support/browser.ts';
import { CONNECTION, client, user } from './support/entities.ts';
import { completed, denied, suspended } from './support/fake-pipeline.ts';
import {
  type Answer,
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  logIn,
  logsOf,
  redeem,
  refresh,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SCOPE = 'openid email offline_access';
const INVALID = {
  status: 403,
  body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
};
const REVOKED_SESSION = { target: 'session', preserveRefreshTokens: false } as const;

let server: TestOidc;
let ada: User;

beforeAll(async () => {
  server = await startOidc('session_effects');
  const { refreshToken: policy } = client({ clientId: 'none' });
  await server.main.addClient({ clientId: 'rotating' });
  await server.main.addClient({
    clientId: 'fixed',
    refreshToken: { ...policy, rotationType: 'non-rotating' },
  });
  await server.main.addClient({
    clientId: 'forever',
    refreshToken: { ...policy, rotationType: 'non-rotating', expirationType: 'non-expiring' },
  });
  ada = await server.main.addUser('ada');
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => {
  vi.useRealTimers();
  server.pipeline.off('post-login');
  server.pipeline.runs.length = 0;
});

const completes = (effects: Partial<TriggerEffects>) =>
  server.pipeline.completes('post-login', effects);

/** Refuses every run, and revokes. */
function revokes(revocation: Revocation): void {
  server.pipeline.on('post-login', () => {
    const { effects } = denied('revoked');
    return { end: { kind: 'denied', reason: 'revoked', revoke: revocation }, effects };
  });
}

async function tokensFor(browser: Browser, clientId = 'rotating'): Promise<Answer> {
  return await getTokens(server.main, { clientId, userId: ada.userId, scope: SCOPE, browser });
}

/** What a silent authorization answers to the application. */
async function askSilently(browser: Browser): Promise<URLSearchParams> {
  const params = { prompt: 'none' };
  const { url } = authorization(server.main, { clientId: 'rotating', params });
  return callbackParams(await browser.get(url));
}

function passTime(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + ms);
}

const lastEvent = () => server.pipeline.runs.at(-1)?.event as Record<string, JsonObject>;

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
      user_id: ada.userId,
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
      const { url } = authorization(server.main, { clientId: 'rotating' });
      const page = await logIn(server.main, browser, { url, verifier: '' }, ada.userId);
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
    const request = authorization(server.main, { clientId: 'rotating', params });
    return callbackParams(await logIn(server.main, browser, request, ada.userId));
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
    server.pipeline.off('post-login');
    expect((await askSilently(copy)).get('error')).toBe('login_required');
    expect(await refresh(server.main, 'rotating', mine.body.refresh_token)).toMatchObject(INVALID);
    expect(await refresh(server.main, 'fixed', fixed.body.refresh_token)).toMatchObject(INVALID);
    expect((await askSilently(other)).has('code')).toBe(true);
    expect((await refresh(server.main, 'rotating', theirs.body.refresh_token)).status).toBe(200);
  });

  test('revoke() may leave the refresh tokens', async () => {
    const browser = new Browser();
    const { body } = await tokensFor(browser);
    const copy = browser.without();
    revokes({ target: 'session', preserveRefreshTokens: true });
    await askSilently(browser);
    server.pipeline.off('post-login');
    expect((await askSilently(copy)).get('error')).toBe('login_required');
    expect((await refresh(server.main, 'rotating', body.refresh_token)).status).toBe(200);
  });

  test('a session that ends while Actions run is not brought back by its login', async () => {
    const browser = new Browser();
    await tokensFor(browser);
    server.pipeline.on('post-login', async () => {
      await server.main.store.oidcModels.revokeByAccountId(ada.userId);
      return completed();
    });
    expect((await askSilently(browser)).get('error')).toBe('login_required');
    server.pipeline.off('post-login');
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('a session that ends during a refresh is not brought back by it', async () => {
    const browser = new Browser();
    const { body } = await tokensFor(browser);
    const { url } = server.main;
    server.pipeline.on('post-login', async () => {
      await browser.without().get(`${url}/v2/logout`);
      return completed({ session: { metadata: { late: 'yes' } } });
    });
    expect((await refresh(server.main, 'rotating', body.refresh_token)).status).toBe(200);
    server.pipeline.off('post-login');
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('a refresh tells of the session, changes it and revokes it', async () => {
    const browser = new Browser();
    completes({ session: { metadata: { note: 'a' } } });
    let { body } = await tokensFor(browser);
    completes({ session: { metadata: { note: 'b' }, cookieMode: 'non-persistent' } });
    ({ body } = await refresh(server.main, 'rotating', body.refresh_token));
    expect(lastEvent().session).toMatchObject({ metadata: { note: 'a' } });
    completes({});
    expect((await askSilently(browser)).has('code')).toBe(true);
    expect(lastEvent().session).toMatchObject({
      metadata: { note: 'b' },
      cookie: { mode: 'non-persistent' },
    });
    completes({ session: { expiresAt: Date.now() - 1 } });
    ({ body } = await refresh(server.main, 'rotating', body.refresh_token));
    expect((await askSilently(browser)).get('error')).toBe('login_required');

    await tokensFor(browser);
    revokes(REVOKED_SESSION);
    const refused = await refresh(server.main, 'rotating', body.refresh_token);
    expect(refused).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    completes({});
    expect(await refresh(server.main, 'rotating', body.refresh_token)).toMatchObject(INVALID);
  });
});

describe('api.refreshToken', () => {
  test.for(['rotating', 'fixed', 'forever'])(
    'setExpiresAt() at the login ends the tokens of %s',
    async (clientId) => {
      completes({ refreshToken: { expiresAt: Date.now() + 2 * HOUR_MS } });
      const first = await tokensFor(new Browser(), clientId);
      server.pipeline.off('post-login');
      passTime(HOUR_MS);
      const second = await refresh(server.main, clientId, first.body.refresh_token);
      expect(second.status).toBe(200);
      passTime(HOUR_MS + 1_000);
      expect(await refresh(server.main, clientId, second.body.refresh_token)).toMatchObject(
        INVALID,
      );
    },
  );

  test.for(['rotating', 'fixed', 'forever'])(
    'setExpiresAt() at a refresh ends the tokens of %s',
    async (clientId) => {
      const first = await tokensFor(new Browser(), clientId);
      completes({ refreshToken: { expiresAt: Date.now() + HOUR_MS } });
      const second = await refresh(server.main, clientId, first.body.refresh_token);
      completes({ refreshToken: { expiresAt: Date.now() + 5 * HOUR_MS } });
      const third = await refresh(server.main, clientId, second.body.refresh_token);
      expect(third.status).toBe(200);
      server.pipeline.off('post-login');
      passTime(HOUR_MS + 1_000);
      expect(await refresh(server.main, clientId, third.body.refresh_token)).toMatchObject(INVALID);
    },
  );

  test.for(['rotating', 'fixed', 'forever'])(
    'setIdleExpiresAt() ends an unused token of %s; a use begins anew',
    async (clientId) => {
      completes({ refreshToken: { idleExpiresAt: Date.now() + HOUR_MS } });
      const first = await tokensFor(new Browser(), clientId);
      const unused = await tokensFor(new Browser(), clientId);
      server.pipeline.off('post-login');
      passTime(HOUR_MS - MINUTE_MS);
      const second = await refresh(server.main, clientId, first.body.refresh_token);
      expect(second.status).toBe(200);
      passTime(2 * MINUTE_MS);
      expect(await refresh(server.main, clientId, unused.body.refresh_token)).toMatchObject(
        INVALID,
      );
      expect((await refresh(server.main, clientId, second.body.refresh_token)).status).toBe(200);
    },
  );

  test('no end is later than the application allows', async () => {
    completes({ refreshToken: { expiresAt: Date.now() + 1e12, idleExpiresAt: Date.now() + 1e12 } });
    const { body } = await tokensFor(new Browser());
    passTime(1_296_000_000 + 1_000);
    expect(await refresh(server.main, 'rotating', body.refresh_token)).toMatchObject(INVALID);
  });

  test('setMetadata() is told to later refreshes, with what the token knows of itself', async () => {
    completes({ refreshToken: { metadata: { app: 'mobile' } } });
    const first = await tokensFor(new Browser());
    completes({});
    const second = await refresh(server.main, 'rotating', first.body.refresh_token);
    const { refresh_token: told } = lastEvent();
    expect(told).toMatchObject({
      id: expect.stringMatching(/^rt_[0-9a-f]{24}$/),
      client_id: 'rotating',
      rotating: true,
      user_id: ada.userId,
      metadata: { app: 'mobile' },
      device: { initial_ip: '203.0.113.7', last_ip: '203.0.113.7' },
      expires_at: expect.any(String),
      idle_expires_at: expect.any(String),
    });
    expect(JSON.stringify(lastEvent())).not.toContain(first.body.refresh_token);
    completes({ refreshToken: { metadata: { app: 'web' } } });
    const third = await refresh(server.main, 'rotating', second.body.refresh_token);
    completes({});
    await refresh(server.main, 'rotating', third.body.refresh_token);
    expect(lastEvent().refresh_token).toMatchObject({
      id: told?.id,
      metadata: { app: 'web' },
      last_exchanged_at: expect.any(String),
    });
  });

  test('revoke() refuses the refresh and ends the tokens of that login alone', async () => {
    const browser = new Browser();
    const revoked = await tokensFor(browser);
    const kept = await tokensFor(browser, 'fixed');
    revokes({ target: 'refreshToken', preserveRefreshTokens: false });
    const refused = await refresh(server.main, 'rotating', revoked.body.refresh_token);
    expect(refused).toMatchObject({
      status: 403,
      body: { error: 'access_denied', error_description: 'revoked' },
    });
    server.pipeline.off('post-login');
    const again = await refresh(server.main, 'rotating', revoked.body.refresh_token);
    expect(again).toMatchObject(INVALID);
    expect((await refresh(server.main, 'fixed', kept.body.refresh_token)).status).toBe(200);
    expect((await askSilently(browser)).has('code')).toBe(true);
  });

  test('a revocation during a refresh is not undone by it', async () => {
    const { body } = await tokensFor(new Browser());
    server.pipeline.on('post-login', async () => {
      await server.main.store.oidcModels.revokeByAccountId(ada.userId);
      return completed({ refreshToken: { metadata: { late: 'yes' } } });
    });
    expect(await refresh(server.main, 'rotating', body.refresh_token)).toMatchObject(INVALID);
    server.pipeline.off('post-login');
    expect(await refresh(server.main, 'rotating', body.refresh_token)).toMatchObject(INVALID);
  });
});

describe('api.authentication', () => {
  test('recordMethod() is told to later logins of the session and to refreshes', async () => {
    const browser = new Browser();
    const method = { name: 'https://verify.example.com', timestamp: '2026-01-01T00:00:00.000Z' };
    completes({ recordedMethods: [method] });
    const { body } = await tokensFor(browser);
    completes({});
    const names = () =>
      (lastEvent().authentication as { methods: JsonObject[] }).methods.map(({ name }) => name);
    await refresh(server.main, 'rotating', body.refresh_token);
    expect(names()).toEqual(['pwd', method.name]);
    completes({ recordedMethods: [{ ...method, timestamp: '2026-01-02T00:00:00.000Z' }] });
    await askSilently(browser);
    completes({});
    await askSilently(browser);
    expect(lastEvent().authentication?.methods).toEqual([
      expect.objectContaining({ name: 'pwd' }),
      { ...method, timestamp: '2026-01-02T00:00:00.000Z' },
    ]);
    await logIn(
      server.main,
      browser,
      authorization(server.main, { clientId: 'rotating', params: { prompt: 'login' } }),
      ada.userId,
    );
    expect(names()).toEqual(['pwd']);
  });

  /** A user who has ada's identity besides their own. */
  async function addPrimary(name: string, overrides: Parameters<typeof user>[1] = {}) {
    const primary = user(name);
    const identities = [...primary.identities, ...ada.identities];
    return await server.main.store.users.create({ ...primary, identities, ...overrides });
  }

  test('setPrimaryUser() goes on as the user who has the identity', async () => {
    const grace = await addPrimary('grace');
    const browser = new Browser();
    completes({ primaryUserId: grace.userId });
    const { body } = await tokensFor(browser);
    expect(claimsOf(body.id_token)).toMatchObject({
      sub: grace.userId,
      email: 'grace@example.com',
    });
    completes({});
    const renewed = await refresh(server.main, 'rotating', body.refresh_token);
    expect(claimsOf(renewed.body.id_token).sub).toBe(grace.userId);
    const request = authorization(server.main, {
      clientId: 'rotating',
      params: { prompt: 'none' },
    });
    const page = await browser.get(request.url);
    const tokens = await redeem(server.main, 'rotating', callbackParams(page).get('code'), request);
    expect(claimsOf(tokens.body.id_token).sub).toBe(grace.userId);
    expect(lastEvent().user?.user_id).toBe(grace.userId);
  });

  test('setPrimaryUser() gives the permissions of that user, no others', async () => {
    const joan = await addPrimary('joan');
    const audience = 'https://ruled.example.com/';
    await server.main.addApi({ identifier: audience, enforcePolicies: true });
    const grant = (userId: string, permissionName: string) =>
      server.main.store.roles.grantToUser(userId, [
        { resourceServerIdentifier: audience, permissionName },
      ]);
    await grant(ada.userId, 'write:items');
    await grant(joan.userId, 'read:items');
    completes({ primaryUserId: joan.userId });
    const { body } = await getTokens(server.main, {
      clientId: 'rotating',
      userId: ada.userId,
      scope: 'openid read:items write:items',
      params: { audience },
    });
    expect(claimsOf(body.access_token)).toMatchObject({
      sub: joan.userId,
      scope: 'openid read:items',
    });
  });

  test('setPrimaryUser() asks that user for consent, not the other', async () => {
    const mary = await addPrimary('mary');
    await server.main.addClient({ clientId: 'third', isFirstParty: false });
    completes({ primaryUserId: mary.userId });
    const browser = new Browser();
    const request = authorization(server.main, { clientId: 'third' });
    const page = await logIn(server.main, browser, request, ada.userId);
    const form = JSON.parse(page.body.slice(page.body.indexOf('{'))) as {
      submitUrl: string;
      csrfToken: string;
      userName: string;
    };
    expect(form.userName).toBe('MARY');
    const accepted = await browser.post(new URL(form.submitUrl, server.main.url), {
      csrf_token: form.csrfToken,
      decision: 'accept',
    });
    const callback = await browser.follow(accepted, server.main.url);
    const tokens = await redeem(
      server.main,
      'third',
      callbackParams(callback).get('code'),
      request,
    );
    expect(claimsOf(tokens.body.id_token).sub).toBe(mary.userId);
  });

  const strangers: [name: string, userId: () => Promise<string>, error: string][] = [
    ['a user without the identity', async () => (await addUser('eve')).userId, 'access_denied'],
    ['nobody', async () => 'auth0|nobody', 'access_denied'],
    [
      'a user of the same id at another connection',
      async () => {
        const elsewhere = { ...CONNECTION, id: 'con_0000000000000002', name: 'elsewhere' };
        await server.main.store.connections.create(elsewhere);
        const identities = ada.identities.map((one) => ({ ...one, connection: elsewhere.name }));
        return (await addPrimary('mallory', { identities })).userId;
      },
      'access_denied',
    ],
    [
      'a blocked user',
      async () => (await addPrimary('blocked', { blocked: true })).userId,
      'unauthorized',
    ],
  ];
  const addUser = (name: string) => server.main.addUser(name);
  test.for(strangers)('setPrimaryUser() refuses %s', async ([, find, error]) => {
    const browser = new Browser();
    completes({ primaryUserId: await find() });
    const request = authorization(server.main, { clientId: 'rotating' });
    const params = callbackParams(await logIn(server.main, browser, request, ada.userId));
    expect(params.get('error')).toBe(error);
    completes({});
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('a refresh token stays its user’s', async () => {
    const { body } = await tokensFor(new Browser());
    const other = await addPrimary('other');
    completes({ primaryUserId: other.userId });
    const refused = await refresh(server.main, 'rotating', body.refresh_token);
    expect(refused).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    completes({ primaryUserId: ada.userId });
    expect((await refresh(server.main, 'rotating', body.refresh_token)).status).toBe(200);
  });
});

describe('what no flow serves', () => {
  const { end } = suspended('https://unused.example.com/');
  const base = end.kind === 'suspended' ? end.suspension : undefined;
  const factors = { factors: [{ type: 'otp' }], additionalFactors: [] };
  const causes: [method: string, cause: object][] = [
    ['authentication.challengeWith', { kind: 'challenge', ...factors }],
    ['authentication.challengeWithAny', { kind: 'challenge', ...factors }],
    ['authentication.enrollWith', { kind: 'enrollment', ...factors }],
    ['authentication.enrollWithAny', { kind: 'enrollment', ...factors }],
    ['prompt.render', { kind: 'form', formId: 'ap_1', fields: {}, vars: {} }],
    ['multifactor.enable', {}],
  ];
  let executions = 0;

  /** Ends every run with the cause, and leaves the record that the pipeline would leave. */
  function asks(method: string, cause: object): void {
    server.pipeline.on('post-login', async () => {
      executions += 1;
      const executionId = `unserved-${executions}`;
      const isSuspended = 'kind' in cause;
      const now = new Date();
      await server.main.store.executions.save({
        id: executionId,
        triggerId: 'post-login',
        status: isSuspended ? 'suspended' : 'final',
        results: [
          {
            ...{ actionId: 'a', actionName: 'Ask', versionId: 'v', versionNumber: 1 },
            ...{ startedAt: now, endedAt: now, logs: [], requests: [] },
            kind: 'completed',
            commands: [{ method, args: [] }],
          },
        ],
        createdAt: now,
        updatedAt: now,
      });
      if (!isSuspended) {
        const multifactor = { provider: 'any', allowRememberBrowser: false } as const;
        return { ...completed({ multifactor }), executionId };
      }
      const suspension = { ...base, ...cause, executionId } as never;
      return { executionId, end: { kind: 'suspended', suspension }, effects: completed().effects };
    });
  }

  const textOf = (method: string) =>
    expect.stringMatching(
      new RegExp(`^An action asked for .+ \\(api\\.${method}\\), which this server does not offer`),
    );

  test.for(causes)('%s refuses the login, and record and log say why', async ([method, cause]) => {
    asks(method, cause);
    const browser = new Browser();
    const request = authorization(server.main, { clientId: 'rotating' });
    const logs = await logsOf(server.main, async () => {
      const params = callbackParams(await logIn(server.main, browser, request, ada.userId));
      expect(params.has('code')).toBe(false);
      expect(params.get('error')).toBe('access_denied');
      expect(params.get('error_description')).toEqual(textOf(method));
    });
    const executionId = `unserved-${executions}`;
    expect(logs).toMatchObject([
      {
        type: 'f',
        description: textOf(method),
        details: { actions: { executions: [executionId] } },
      },
    ]);
    const record = await server.main.store.executions.find(executionId);
    expect(record).toMatchObject({
      status: 'kind' in cause ? 'canceled' : 'final',
      results: [{ kind: 'failed', error: { message: textOf(method) } }],
    });
    server.pipeline.off('post-login');
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test.for(causes)('%s needs a browser: silently and at a refresh', async ([method, cause]) => {
    const browser = new Browser();
    const { body } = await tokensFor(browser);
    asks(method, cause);
    const silent = await askSilently(browser);
    expect(silent.get('error')).toBe('interaction_required');
    expect(silent.get('error_description')).toEqual(textOf(method));
    const refused = await refresh(server.main, 'rotating', body.refresh_token);
    expect(refused).toMatchObject({
      status: 403,
      body: { error: 'interaction_required', error_description: textOf(method) },
    });
    server.pipeline.off('post-login');
    expect((await refresh(server.main, 'rotating', body.refresh_token)).status).toBe(200);
  });

  const effects: [name: string, effects: Partial<TriggerEffects>][] = [
    ['subject', { subject: { kind: 'id', userId: 'auth0|x' } }],
    ['actor', { actor: { sub: 'x' } }],
    ['organization', { organization: 'org_1' }],
    ['resultUrl', { resultUrl: 'https://app.example.com/' }],
  ];
  test.for(effects)('%s of another trigger issues no token', async ([, foreign]) => {
    completes(foreign);
    const request = authorization(server.main, { clientId: 'rotating' });
    const page = await logIn(server.main, new Browser(), request, ada.userId);
    expect(callbackParams(page).get('error')).toBe('access_denied');
  });

  const machine: [name: string, effects: Partial<TriggerEffects>][] = [
    ...effects,
    ['session', { session: { expiresAt: 1 } }],
    ['refreshToken', { refreshToken: { expiresAt: 1 } }],
    ['primaryUserId', { primaryUserId: 'auth0|x' }],
    ['recordedMethods', { recordedMethods: [{ name: 'x', timestamp: '' }] }],
    ['multifactor', { multifactor: { provider: 'any', allowRememberBrowser: false } }],
  ];
  test.for(machine)('%s issues no token to a machine', async ([, foreign]) => {
    const { store } = server.main;
    const identifier = 'https://machines.example.com/';
    if ((await store.resourceServers.findByIdentifier(identifier)) === undefined) {
      await server.main.addApi({ identifier });
      await store.clientGrants.create({
        id: 'cgr_0000000000000001',
        clientId: 'rotating',
        audience: identifier,
        scope: [],
        extra: {},
      });
    }
    const ask = async () => {
      const response = await fetch(`${server.main.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'rotating',
          client_secret: 'x'.repeat(64),
          audience: identifier,
        }),
      });
      return { status: response.status, body: await response.json() };
    };
    server.pipeline.completes('credentials-exchange', foreign);
    expect(await ask()).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    server.pipeline.completes('credentials-exchange', {});
    expect(await ask()).toMatchObject({ status: 200 });
    server.pipeline.off('credentials-exchange');
  });
});
