import type { TriggerRun } from '@tessera/engine';
import { AppError } from '@tessera/model';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import { completed, denied, failed, NO_EFFECTS, suspended } from './support/fake-pipeline.ts';
import {
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  logIn,
  logsOf,
  logTypesOf,
  redeem,
  submitLogin,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const API = 'https://api.example.com/';
const SYSTEM_API = 'https://id.example.com/api/v2/';
const ELSEWHERE = 'https://verify.example.com/start?session_token=abc';

describe('post-login', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('postlogin');
    await server.main.addClient({ clientId: 'web' });
    await server.main.addApi({ identifier: API });
    await server.main.addApi({ identifier: SYSTEM_API, isSystem: true });
    ({ userId } = await server.main.addUser('ada'));
    const role = { id: 'rol_0000000000000001', name: 'editor' };
    await server.main.store.roles.create(role);
    await server.main.store.roles.assign(userId, [role.id]);
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => {
    vi.useRealTimers();
    server.pipeline.off('post-login');
    server.pipeline.runs.length = 0;
  });

  const ask = (params: Record<string, string> = {}) =>
    authorization(server.main, { clientId: 'web', params });

  /** Logs in until an Action has sent the browser elsewhere; returns where and its state. */
  async function suspend(browser: Browser, request = ask()): Promise<{ url: URL; state: string }> {
    const page = await logIn(server.main, browser, request, userId);
    if (page.location === undefined) throw new Error(`not sent anywhere: ${page.body}`);
    return { url: page.location, state: page.location.searchParams.get('state') ?? '' };
  }

  /** Suspends the first run; the resumed one ends as given. */
  function redirectsOnce(resumed: (run: TriggerRun) => ReturnType<typeof completed>): void {
    server.pipeline.on('post-login', (run) =>
      run.resume === undefined ? suspended(ELSEWHERE) : resumed(run),
    );
  }

  function goOn(browser: Browser, state: string, query = ''): Promise<Page> {
    return browser.get(`${server.main.url}/continue?state=${state}${query}`);
  }

  test('the event tells who, where and what for', async () => {
    server.pipeline.completes('post-login', {});
    await getTokens(server.main, {
      clientId: 'web',
      userId,
      scope: 'openid read:items',
      params: {
        audience: API,
        login_hint: 'ada@example.com',
        ui_locales: 'fr de-AT',
        correlation_id: 'trace-1',
        'ext-colour': 'blue',
      },
    });

    expect(server.pipeline.runs).toHaveLength(1);
    const [run] = server.pipeline.runs;
    expect(run).toMatchObject({ triggerId: 'post-login', timeoutMs: 20_000, canRedirect: true });
    expect(run?.event).toMatchObject({
      user: { user_id: userId, email: 'ada@example.com' },
      client: { client_id: 'web' },
      connection: { name: 'people' },
      authentication: { methods: [{ name: 'pwd' }] },
      authorization: { roles: ['editor'] },
      resource_server: { identifier: API },
      request: { ip: '203.0.113.7', query: { 'ext-colour': 'blue' }, hostname: '127.0.0.1' },
      transaction: {
        protocol: 'oidc-basic-profile',
        requested_scopes: ['openid', 'read:items'],
        redirect_uri: 'https://app.example.com/callback',
        login_hint: 'ada@example.com',
        ui_locales: ['fr', 'de-AT'],
        locale: 'en',
        correlation_id: 'trace-1',
      },
    });
  });

  test('claims and scopes reach both tokens', async () => {
    server.pipeline.completes('post-login', {
      idTokenClaims: { 'https://x/colour': 'blue', nickname: 'countess' },
      accessTokenClaims: { 'https://x/plan': { name: 'gold' } },
      addedScopes: ['added:scope'],
      removedScopes: ['write:items'],
    });
    const { body } = await getTokens(server.main, {
      clientId: 'web',
      userId,
      scope: 'openid profile read:items write:items',
      params: { audience: API },
    });

    expect(claimsOf(body.id_token)).toMatchObject({
      'https://x/colour': 'blue',
      nickname: 'countess',
      name: 'ADA',
    });
    expect(claimsOf(body.access_token)).toMatchObject({
      'https://x/plan': { name: 'gold' },
      scope: 'openid profile read:items added:scope',
    });
    expect(body.scope).toBe('openid profile read:items added:scope');
  });

  test('an Action gives nobody power over the tenant: no scopes, no bare claims at its own APIs', async () => {
    server.pipeline.completes('post-login', {
      accessTokenClaims: { plan: 'gold', 'https://x/plan': 'gold' },
      addedScopes: ['write:items', 'create:tenants'],
      removedScopes: ['profile'],
    });
    const { body } = await getTokens(server.main, {
      clientId: 'web',
      userId,
      scope: 'openid profile read:items',
      params: { audience: SYSTEM_API },
    });

    expect(body.scope).toBe('openid');
    expect(claimsOf(body.access_token)).toMatchObject({
      'https://x/plan': 'gold',
      scope: 'openid',
    });
    expect(claimsOf(body.access_token)).not.toHaveProperty('plan');
  });

  test('a removed scope closes userinfo for opaque tokens, and leaves the ID token alone', async () => {
    server.pipeline.completes('post-login', {
      idTokenClaims: { 'https://x/colour': 'blue' },
      removedScopes: ['email'],
    });
    const { body } = await getTokens(server.main, { clientId: 'web', userId });
    const userinfo = await fetch(`${server.main.url}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });

    expect(claimsOf(body.id_token).email).toBe('ada@example.com');
    expect(body.scope).toBe('openid profile');
    const claims = (await userinfo.json()) as Record<string, unknown>;
    expect(claims).toMatchObject({ sub: userId, name: 'ADA', 'https://x/colour': 'blue' });
    expect(claims.email).toBeUndefined();
  });

  test('the ID token of the implicit flow has the claims too', async () => {
    server.pipeline.completes('post-login', { idTokenClaims: { 'https://x/colour': 'blue' } });
    const request = ask({ response_type: 'id_token', response_mode: 'form_post' });
    const page = await logIn(server.main, new Browser(), request, userId);
    const idToken = /name="id_token" value="([^"]+)"/.exec(page.body)?.[1] ?? '';

    expect(claimsOf(idToken)['https://x/colour']).toBe('blue');
  });

  test('it runs once per authorization: at a login, with a session, and silently', async () => {
    server.pipeline.completes('post-login', {});
    const browser = new Browser();
    await logIn(server.main, browser, ask(), userId);
    await browser.get(ask().url);
    await browser.get(ask({ prompt: 'none' }).url);

    expect(server.pipeline.runs.map(({ canRedirect }) => canRedirect)).toEqual([true, true, false]);
  });

  test('the log entry of the login names the execution, and no secrets', async () => {
    server.pipeline.completes('post-login', {});
    const request = ask();
    let code: string | null = null;
    const entries = await logsOf(server.main, async () => {
      code = callbackParams(await logIn(server.main, new Browser(), request, userId)).get('code');
      await redeem(server.main, 'web', code, request);
    });

    expect(entries.map(({ type }) => type)).toEqual(['s', 'seacft']);
    expect(entries[0]).toMatchObject({
      clientId: 'web',
      clientName: 'Application web',
      connection: 'people',
      strategy: 'auth0',
      userId,
      userName: 'ada@example.com',
      hostname: '127.0.0.1',
      details: { actions: { executions: ['execution-1'] } },
    });
    expect(JSON.stringify(entries)).not.toContain(code);
  });

  test('a denial reaches the application, and no session begins', async () => {
    server.pipeline.on('post-login', () => denied('not on Sundays'));
    const browser = new Browser();
    let page = {} as Page;
    const entries = await logsOf(server.main, async () => {
      page = await logIn(server.main, browser, ask(), userId);
    });

    expect(callbackParams(page).get('error')).toBe('access_denied');
    expect(callbackParams(page).get('error_description')).toBe('not on Sundays');
    expect(callbackParams(page).get('state')).toBe('the-state');
    expect(entries).toMatchObject([
      {
        type: 'f',
        description: 'not on Sundays',
        userId,
        details: { actions: { executions: ['execution-1'] } },
      },
    ]);
    expect((await browser.get(ask().url)).location?.pathname).toBe('/u/login');
  });

  test('a denial with an earlier session leaves that session alone', async () => {
    const browser = new Browser();
    await logIn(server.main, browser, ask(), userId);
    server.pipeline.on('post-login', () => denied('not this one'));
    const page = await browser.get(ask().url);
    server.pipeline.off('post-login');

    expect(callbackParams(page).get('error_description')).toBe('not this one');
    expect(callbackParams(await browser.get(ask().url)).has('code')).toBe(true);
  });

  test('a silent denial is delivered to the frame, and logged as fsa', async () => {
    const browser = new Browser();
    await logIn(server.main, browser, ask(), userId);
    server.pipeline.on('post-login', () => denied('not silently'));
    let page = {} as Page;
    const types = await logTypesOf(server.main, async () => {
      page = await browser.get(ask({ prompt: 'none', response_mode: 'web_message' }).url);
    });

    expect(page.body).toContain('"error":"access_denied"');
    expect(page.body).toContain('not silently');
    expect(types).toEqual(['fsa']);
  });

  const breakages: [string, () => never | ReturnType<typeof failed>, string, string][] = [
    ['breaks', () => failed('boom'), 'access_denied', 'boom'],
    [
      'has no sandbox',
      () => {
        throw new AppError('sandbox_unavailable', 'Actions cannot run at the moment.');
      },
      'temporarily_unavailable',
      'Actions cannot run at the moment.',
    ],
    [
      'meets a bug of ours',
      () => {
        throw new Error('secret detail');
      },
      'server_error',
      'The login could not be completed.',
    ],
    [
      'redirects to a program',
      () => suspended('javascript:alert(1)') as never,
      'access_denied',
      'An action redirects to an address that is no web page (api.redirect.sendUserTo).',
    ],
  ];
  test.for(breakages)(
    'a run that %s is told to the application',
    async ([, behaviour, error, text]) => {
      server.pipeline.on('post-login', behaviour);
      let page = {} as Page;
      const types = await logTypesOf(server.main, async () => {
        page = await logIn(server.main, new Browser(), ask(), userId);
      });
      const params = callbackParams(page);

      expect([params.get('error'), params.get('error_description')]).toEqual([error, text]);
      expect(types).toEqual(['f']);
    },
  );

  test('metadata is merged once, also by a run that denies', async () => {
    await server.main.store.users.mergeMetadata(userId, { userMetadata: { kept: 1, gone: 2 } });
    server.pipeline.on('post-login', () =>
      denied('no', { userMetadata: { gone: null, seen: true }, appMetadata: { count: 7 } }),
    );
    await logIn(server.main, new Browser(), ask(), userId);
    const user = await server.main.store.users.find(userId);

    expect(user?.userMetadata).toEqual({ kept: 1, seen: true });
    expect(user?.appMetadata).toEqual({ count: 7 });
  });

  test('metadata of a run that breaks is not written', async () => {
    server.pipeline.on('post-login', () => ({
      end: { kind: 'failed', message: 'boom' },
      effects: { ...NO_EFFECTS, userMetadata: { halfway: true } },
    }));
    await logIn(server.main, new Browser(), ask(), userId);

    expect((await server.main.store.users.find(userId))?.userMetadata).not.toHaveProperty(
      'halfway',
    );
  });

  test('a redirect takes the browser elsewhere with a state, and /continue goes on', async () => {
    redirectsOnce(({ resume, event }) =>
      completed({
        idTokenClaims: {
          'https://x/answer': (event.request as { query: { answer: string } }).query.answer,
          'https://x/resumed': resume?.executionId ?? '',
        },
      }),
    );
    const browser = new Browser();
    const request = ask();
    const { url, state } = await suspend(browser, request);
    expect(url.origin + url.pathname).toBe('https://verify.example.com/start');
    expect(url.searchParams.get('session_token')).toBe('abc');
    expect(state).toMatch(/^[\w-]{21,}$/);

    let page = {} as Page;
    const entries = await logsOf(server.main, async () => {
      page = await browser.follow(await goOn(browser, state, '&answer=42'), server.main.url);
    });
    const tokens = await redeem(server.main, 'web', callbackParams(page).get('code'), request);

    expect(claimsOf(tokens.body.id_token)).toMatchObject({
      'https://x/answer': '42',
      'https://x/resumed': 'execution-suspended',
    });
    expect(entries).toMatchObject([
      { type: 's', details: { actions: { executions: ['execution-1', 'execution-2'] } } },
    ]);
    const ids = server.pipeline.runs.map(({ event }) => (event.transaction as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
  });

  test('/continue takes a POST from another site, its body is in the event', async () => {
    redirectsOnce(({ event }) =>
      completed({ idTokenClaims: { 'https://x/request': JSON.stringify(event.request) } }),
    );
    const browser = new Browser();
    const request = ask();
    const { state } = await suspend(browser, request);
    // As browsers do over plain http: a cross-site POST carries no SameSite=Lax cookie.
    const crossSite = new Browser();
    const posted = await crossSite.post(`${server.main.url}/continue?state=${state}`, {
      session_token: 'signed.elsewhere',
    });
    expect(posted.status).toBe(303);
    const page = await browser.follow(await browser.get(posted.location ?? ''), server.main.url);
    const tokens = await redeem(server.main, 'web', callbackParams(page).get('code'), request);

    expect(JSON.parse(String(claimsOf(tokens.body.id_token)['https://x/request']))).toMatchObject({
      method: 'POST',
      body: { session_token: 'signed.elsewhere' },
    });
  });

  test('an answer without cookies gives way to one of the browser itself', async () => {
    redirectsOnce(({ event }) =>
      completed({
        idTokenClaims: {
          'https://x/who': (event.request as { query: { who?: string } }).query.who ?? 'planted',
        },
      }),
    );
    const browser = new Browser();
    const request = ask();
    const { state } = await suspend(browser, request);
    await new Browser().post(`${server.main.url}/continue?state=${state}`, { who: 'attacker' });
    const page = await browser.follow(await goOn(browser, state, '&who=ada'), server.main.url);
    const tokens = await redeem(server.main, 'web', callbackParams(page).get('code'), request);

    expect(claimsOf(tokens.body.id_token)['https://x/who']).toBe('ada');
  });

  const GONE = 'was already completed, or was begun in another browser';

  test('a state is good for one answer', async () => {
    redirectsOnce(() => completed());
    const browser = new Browser();
    const { state } = await suspend(browser);
    const first = await goOn(browser, state);
    const replayed = await goOn(browser, state);
    await browser.follow(first, server.main.url);
    const late = await goOn(browser, state);

    expect(first.status).toBe(303);
    for (const page of [replayed, late]) {
      expect(page.status).toBe(400);
      expect(page.body).toContain(GONE);
    }
    expect(server.pipeline.runs).toHaveLength(2);
  });

  test('a state of another browser is refused', async () => {
    redirectsOnce(() => completed());
    const { state } = await suspend(new Browser());
    const other = new Browser();
    await other.get(ask().url);

    for (const page of [
      await goOn(new Browser(), state),
      await goOn(other, state),
      await other.post(`${server.main.url}/continue?state=${state}`, {}),
    ]) {
      expect(page.status).toBe(400);
      expect(page.body).toContain(GONE);
    }
  });

  test('an unknown, missing or foreign kind of state is refused', async () => {
    const browser = new Browser();
    const login = (await browser.get(ask().url)).location?.searchParams.get('state') ?? '';

    for (const state of ['', 'made-up', login]) {
      const page = await goOn(browser, state);
      expect(page.status).toBe(400);
      expect(page.body).toContain(GONE);
    }
  });

  test('a state expires', async () => {
    redirectsOnce(() => completed());
    const browser = new Browser();
    const { state } = await suspend(browser);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 3_700_000);

    expect((await goOn(browser, state)).body).toContain(GONE);
  });

  test('going around /continue leaves the login suspended', async () => {
    redirectsOnce(() => completed());
    const browser = new Browser();
    const request = ask();
    const { state } = await suspend(browser, request);
    const around = await browser.get(`${server.main.url}/authorize/${state}`);
    const again = around.location?.searchParams.get('state') ?? '';

    expect(around.location?.origin).toBe('https://verify.example.com');
    expect(again).not.toBe(state);
    expect(server.pipeline.runs).toHaveLength(1);
    const page = await browser.follow(await goOn(browser, again), server.main.url);
    expect(callbackParams(page).has('code')).toBe(true);
  });

  test('a suspended login survives a restart, and may deny in the end', async () => {
    redirectsOnce(() => denied('failed the check'));
    const browser = new Browser();
    const { state } = await suspend(browser);
    server.restart();
    const page = await browser.follow(await goOn(browser, state), server.main.url);

    expect(callbackParams(page).get('error_description')).toBe('failed the check');
    expect((await browser.get(ask().url)).location?.pathname).toBe('/u/login');
  });

  test('metadata before a redirect is written then, and not a second time', async () => {
    server.pipeline.on('post-login', ({ resume }) =>
      resume === undefined
        ? suspended(ELSEWHERE, { userMetadata: { step: 1 }, transactionMetadata: { a: 'b' } })
        : completed({ ...resume.effects }),
    );
    const browser = new Browser();
    const { state } = await suspend(browser);
    await server.main.store.users.mergeMetadata(userId, { userMetadata: { step: 2 } });
    await browser.follow(await goOn(browser, state), server.main.url);

    expect((await server.main.store.users.find(userId))?.userMetadata.step).toBe(2);
    expect(server.pipeline.runs[1]?.resume?.effects.transactionMetadata).toEqual({ a: 'b' });
  });

  test('prompt=none that would need the browser answers interaction_required', async () => {
    const browser = new Browser();
    await logIn(server.main, browser, ask(), userId);
    redirectsOnce(() => completed());
    const page = await browser.get(ask({ prompt: 'none' }).url);

    expect(callbackParams(page).get('error')).toBe('interaction_required');
  });

  test('prompt=login and a redirect together end', async () => {
    redirectsOnce(() => completed());
    const browser = new Browser();
    await logIn(server.main, browser, ask(), userId).then((page) =>
      goOn(browser, page.location?.searchParams.get('state') ?? ''),
    );
    const request = ask({ prompt: 'login' });
    const { location } = await browser.get(request.url);
    const away = await browser.follow(
      await submitLogin(browser, location, userId),
      server.main.url,
    );
    const state = away.location?.searchParams.get('state') ?? '';
    const page = await browser.follow(await goOn(browser, state), server.main.url);

    expect(callbackParams(page).has('code')).toBe(true);
  });

  test('without Actions nothing runs', async () => {
    await getTokens(server.main, { clientId: 'web', userId });

    expect(server.pipeline.runs).toEqual([]);
  });
});
