import type { SuspensionCause, TriggerEffects } from '@tessera/engine';
import type { MfaSettings } from '@tessera/model';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import { CONNECTION, user } from './support/entities.ts';
import { completed, NO_EFFECTS } from './support/fake-pipeline.ts';
import {
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

const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
const OFFLINE = 'openid email offline_access';

let server: TestOidc;
let userId: string;
beforeAll(async () => {
  server = await startOidc('second_factors');
  await server.main.addClient({ clientId: 'web' });
  ({ userId } = await server.main.addUser('ada'));
});
afterAll(() => server?.[Symbol.asyncDispose]());
beforeEach(() => {
  server.multifactor.enabled = ['otp', 'phone', 'recovery-code'];
  server.multifactor.usable = ['otp', 'phone'];
});
afterEach(async () => {
  vi.useRealTimers();
  server.pipeline.off('post-login');
  server.pipeline.runs.length = 0;
  await setPolicy('never');
});

async function setPolicy(policy: NonNullable<MfaSettings['policy']>): Promise<void> {
  await server.store.tenants.updateSettings(server.main.tenant.id, { mfa: { policy } });
  await server.reload();
}

const ask = (params: Record<string, string> = {}, scope = 'openid email') =>
  authorization(server.main, { clientId: 'web', params, scope });

/** Logs in up to the page of a step. */
async function toStep(browser: Browser, request = ask(), of = userId): Promise<URL> {
  const { location } = await browser
    .get(request.url)
    .then((first) =>
      first.location?.pathname.startsWith('/u/login')
        ? browser
            .post(withUser(first.location, of), {})
            .then((page) => browser.get(page.location ?? ''))
        : first,
    );
  if (location === undefined) throw new Error('not sent anywhere');
  return location;
}

function withUser(login: URL, of = userId): URL {
  login.searchParams.set('user', of);
  return login;
}

async function stepOf(browser: Browser, page: URL) {
  const { status, body } = await browser.get(page);
  return { status, step: JSON.parse(body) };
}

async function answer(browser: Browser, page: URL, query: Record<string, string>): Promise<Page> {
  const url = new URL(page);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return await browser.post(url, {});
}

/** From the answer to the application. */
async function goOn(browser: Browser, page: URL, query: Record<string, string> = {}) {
  const answered = await answer(browser, page, query);
  return callbackParams(await browser.follow(answered, server.main.url));
}

function suspendsFor(cause: SuspensionCause): void {
  server.pipeline.on('post-login', ({ resume }) => {
    if (resume !== undefined) return completed();
    const suspension = {
      ...cause,
      executionId: 'execution-1',
      remaining: [{ actionId: 'a', versionId: 'v' }],
      effects: NO_EFFECTS,
    };
    return { end: { kind: 'suspended', suspension }, effects: NO_EFFECTS };
  });
}

const challenge = (...types: string[]): SuspensionCause => ({
  kind: 'challenge',
  factors: types.map((type) => ({ type })),
  additionalFactors: [],
});
const enables = (multifactor: TriggerEffects['multifactor']) =>
  server.pipeline.completes('post-login', multifactor === undefined ? {} : { multifactor });

describe('a step', () => {
  test('says of which database the password was, of logins that began with one', async () => {
    suspendsFor(challenge('phone'));
    for (const method of ['passkey', 'email', 'federated']) {
      const browser = new Browser();
      const { location } = await browser.get(ask().url);
      const login = withUser(location ?? new URL(server.main.url));
      login.searchParams.set('method', method);
      const { location: next } = await browser.post(login, {});
      const page = (await browser.get(next ?? '')).location ?? server.main.url;
      const { step } = await stepOf(browser, new URL(page));
      expect(step).toMatchObject({ userId });
      expect(step).not.toHaveProperty('passwordConnectionId');
    }
    // A session speaks for the person: nobody gave a password now.
    server.pipeline.off('post-login');
    const browser = new Browser();
    await logIn(server.main, browser, ask(), userId);
    suspendsFor(challenge('phone'));
    const { step } = await stepOf(browser, await toStep(browser));
    expect(step).toMatchObject({ userId });
    expect(step).not.toHaveProperty('passwordConnectionId');
  });
});

describe('a challenge of an Action', () => {
  test('is passed on a page, and the run goes on with the factor among the methods', async () => {
    suspendsFor(challenge('phone'));
    const browser = new Browser();
    const request = ask();
    const page = await toStep(browser, request);
    expect(page.pathname).toBe('/u/mfa');
    const { step } = await stepOf(browser, page);
    expect(step).toMatchObject({
      userId,
      clientId: 'web',
      hasPassedFactor: false,
      passwordConnectionId: CONNECTION.id,
      cause: { kind: 'challenge', factors: [{ type: 'phone' }], allowRememberBrowser: false },
    });
    const params = await goOn(browser, page, { factor: 'phone' });
    const { body } = await redeem(server.main, 'web', params.get('code'), request);
    expect(claimsOf(body.id_token)).toMatchObject({ amr: ['mfa'], acr: MULTI_FACTOR });
    const [, resumed] = server.pipeline.runs;
    expect(resumed?.resume?.kind).toBe('challenge');
    expect(resumed?.event.authentication).toMatchObject({
      methods: [{ name: 'pwd' }, { name: 'mfa', type: 'phone' }],
    });
    expect(resumed?.event.user).toMatchObject({
      enrolledFactors: [{ type: 'otp' }, { type: 'phone' }],
    });
    // Later logins of the session see it too.
    server.pipeline.completes('post-login', {});
    await browser.get(ask({ prompt: 'none' }).url);
    expect(server.pipeline.runs.at(-1)?.event.authentication).toMatchObject({
      methods: [{ name: 'pwd' }, { name: 'mfa', type: 'phone' }],
    });
  });

  test('is in the log once, with the risk of the login; a form is not', async () => {
    const types = async () =>
      (await logsOf(server.main, () => toStep(new Browser(), ask()))).filter(
        ({ type }) => type === 'mfar',
      );
    suspendsFor(challenge('phone'));
    const confidence = expect.any(String);
    expect(await types()).toMatchObject([{ userId, clientId: 'web', details: { confidence } }]);
    await server.main.store.forms.create({ id: 'ap_log', name: 'Log', content: {} });
    suspendsFor({ kind: 'form', formId: 'ap_log', fields: {}, vars: {} });
    expect(await types()).toEqual([]);
  });

  test('passes over factors that the person does not have', async () => {
    suspendsFor(challenge('webauthn-roaming', 'otp'));
    const browser = new Browser();
    const { step } = await stepOf(browser, await toStep(browser));
    expect(step.cause.factors).toEqual([{ type: 'otp' }]);
  });

  test('of which nothing is left fails the login', async () => {
    suspendsFor(challenge('webauthn-roaming'));
    const browser = new Browser();
    const logs = await logsOf(server.main, async () => {
      const params = callbackParams(await logIn(server.main, browser, ask(), userId));
      expect(params.get('error')).toBe('access_denied');
      expect(params.get('error_description')).toContain('api.authentication.challengeWith');
    });
    expect(logs).toMatchObject([{ type: 'f' }]);
    expect((await browser.get(ask({ prompt: 'none' }).url)).location?.href).toContain(
      'login_required',
    );
  });

  test('is nothing for a silent login', async () => {
    suspendsFor(challenge('otp'));
    server.pipeline.off('post-login');
    const browser = new Browser();
    await getTokens(server.main, { clientId: 'web', userId, browser });
    suspendsFor(challenge('otp'));
    const params = callbackParams(await browser.get(ask({ prompt: 'none' }).url));
    expect(params.get('error')).toBe('interaction_required');
  });

  test('ends the login when the page gives up', async () => {
    suspendsFor(challenge('otp'));
    const now = new Date();
    const record = { triggerId: 'post-login', status: 'suspended', results: [] } as const;
    await server.main.store.executions.save({
      ...record,
      id: 'execution-1',
      createdAt: now,
      updatedAt: now,
    });
    const browser = new Browser();
    const params = await goOn(browser, await toStep(browser), { error: 'access_denied' });
    expect(params.get('error_description')).toBe('given up');
    expect((await server.main.store.executions.find('execution-1'))?.status).toBe('canceled');
    server.pipeline.off('post-login');
    const after = callbackParams(await browser.get(ask({ prompt: 'none' }).url));
    expect(after.get('error')).toBe('login_required');
  });
});

describe('a step', () => {
  test('belongs to one browser and one state, and is answered once', async () => {
    suspendsFor(challenge('otp'));
    const browser = new Browser();
    const page = await toStep(browser);
    const other = new Browser();
    expect((await stepOf(other, page)).status).toBe(400);
    expect((await answer(other, page, {})).body).toBe('transaction_invalid');
    // Its owner in another replica.
    server.restart();
    const first = await answer(browser, page, {});
    expect(first.status).toBe(303);
    expect((await stepOf(browser, page)).status).toBe(400);
    const again = await answer(browser, page, {});
    expect(again.location?.href).toBe(first.location?.href);
    expect((await answer(browser, page, { fields: '{}' })).body).toBe('transaction_invalid');
    expect((await answer(browser, page, { error: 'x' })).body).toBe('transaction_invalid');
    expect(callbackParams(await browser.follow(first, server.main.url)).has('code')).toBe(true);
    expect((await answer(browser, page, {})).body).toBe('transaction_invalid');
  });

  test('expires', async () => {
    suspendsFor(challenge('otp'));
    const browser = new Browser();
    const page = await toStep(browser);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 3_700_000);
    expect((await stepOf(browser, page)).status).toBe(400);
    expect((await answer(browser, page, {})).body).toBe('transaction_invalid');
  });

  test('cannot be answered with something else, nor gone around', async () => {
    suspendsFor(challenge('otp'));
    const browser = new Browser();
    const page = await toStep(browser);
    const state = page.searchParams.get('state');
    expect((await answer(browser, page, { fields: '{"otp":true}' })).body).toBe(
      'transaction_invalid',
    );
    const continued = await browser.get(`${server.main.url}/continue?state=${state}`);
    expect(continued.status).toBe(400);
    const resumed = await browser.get(`${server.main.url}/authorize/${state}`);
    expect(resumed.location?.pathname).toBe('/u/mfa');
    expect(server.pipeline.runs).toHaveLength(1);
  });

  test('of a form gets its values back to the Action', async () => {
    await server.main.store.forms.create({ id: 'ap_1', name: 'Terms', content: {} });
    const values = { fields: { name: 'Ada' }, vars: { plan: 'gold' } };
    suspendsFor({ kind: 'form', formId: 'ap_1', ...values });
    const browser = new Browser();
    const page = await toStep(browser);
    expect(page.pathname).toBe('/u/form');
    const { step } = await stepOf(browser, page);
    expect(step.cause).toEqual({ kind: 'form', formId: 'ap_1', ...values });
    expect((await answer(browser, page, { factor: 'otp' })).body).toBe('transaction_invalid');
    const params = await goOn(browser, page, { fields: '{"name":"Countess"}' });
    expect(params.has('code')).toBe(true);
    expect(server.pipeline.runs.at(-1)?.event.prompt).toEqual({
      id: 'ap_1',
      fields: { name: 'Countess' },
      vars: { from: 'page' },
    });
  });

  test('of a form that does not exist fails the login', async () => {
    suspendsFor({ kind: 'form', formId: 'ap_none', fields: {}, vars: {} });
    const params = callbackParams(await logIn(server.main, new Browser(), ask(), userId));
    expect(params.get('error')).toBe('access_denied');
    expect(params.get('error_description')).toContain('"ap_none"');
  });
});

describe('multifactor.enable', () => {
  const any = { provider: 'any', allowRememberBrowser: false } as const;

  test('is due when all Actions have run; none is run again', async () => {
    enables(any);
    const browser = new Browser();
    const request = ask();
    const page = await toStep(browser, request);
    const { step } = await stepOf(browser, page);
    expect(step.cause).toEqual({
      kind: 'challenge',
      factors: [{ type: 'otp' }],
      additionalFactors: [{ type: 'phone' }],
      allowRememberBrowser: false,
    });
    const params = await goOn(browser, page);
    expect(params.has('code')).toBe(true);
    expect(server.pipeline.runs).toHaveLength(1);
    // An Action that asks again is heard, also in a session that had one.
    expect((await toStep(browser)).pathname).toBe('/u/mfa');
  });

  test('keeps what the Actions asked for until then', async () => {
    server.pipeline.completes('post-login', {
      multifactor: any,
      idTokenClaims: { 'https://x/colour': 'blue' },
    });
    const browser = new Browser();
    const request = ask();
    const params = await goOn(browser, await toStep(browser, request));
    const { body } = await redeem(server.main, 'web', params.get('code'), request);
    expect(claimsOf(body.id_token)['https://x/colour']).toBe('blue');
  });

  test('is asked of whose the tokens will be', async () => {
    const { identities } = (await server.main.store.users.find(userId)) ?? { identities: [] };
    const primary = await server.main.store.users.create(user('primary', { identities }));
    server.pipeline.completes('post-login', { multifactor: any, primaryUserId: primary.userId });
    const browser = new Browser();
    const request = ask();
    const page = await toStep(browser, request);
    expect((await stepOf(browser, page)).step.userId).toBe(primary.userId);
    const params = await goOn(browser, page);
    const { body } = await redeem(server.main, 'web', params.get('code'), request);
    expect(claimsOf(body.id_token)).toMatchObject({ sub: primary.userId, amr: ['mfa'] });
  });

  test('leads those who have no factor to set one up', async () => {
    enables(any);
    server.multifactor.usable = [];
    const browser = new Browser();
    const { step } = await stepOf(browser, await toStep(browser));
    expect(step.cause).toMatchObject({
      kind: 'enrollment',
      factors: [{ type: 'otp' }, { type: 'phone' }],
    });
  });

  test.for([
    ['google-authenticator', ['otp'], []],
    ['guardian', ['otp'], ['phone']],
  ] as const)('takes factors of %s only', async ([provider, first, others]) => {
    enables({ ...any, provider });
    const browser = new Browser();
    const { step } = await stepOf(browser, await toStep(browser));
    expect(step.cause.factors.map((factor: { type: string }) => factor.type)).toEqual(first);
    expect(step.cause.additionalFactors.map((factor: { type: string }) => factor.type)).toEqual(
      others,
    );
  });

  test.for([
    ['a provider that there is not', { provider: 'duo', allowRememberBrowser: false }, ['otp']],
    ['a tenant without factors', any, []],
  ] as const)('fails the login with %s', async ([, request, enabled]) => {
    enables(request);
    server.multifactor.enabled = [...enabled];
    const params = callbackParams(await logIn(server.main, new Browser(), ask(), userId));
    expect(params.get('error')).toBe('access_denied');
  });

  test('silently needs a browser; at a refresh the factor of the login counts', async () => {
    const browser = new Browser();
    const { body: without } = await getTokens(server.main, {
      clientId: 'web',
      userId,
      scope: OFFLINE,
      browser,
    });
    enables(any);
    const silent = callbackParams(await browser.get(ask({ prompt: 'none' }).url));
    expect(silent.get('error')).toBe('interaction_required');
    expect(await refresh(server.main, 'web', without.refresh_token)).toMatchObject({
      status: 403,
      body: { error: 'interaction_required' },
    });
    const request = ask({}, OFFLINE);
    const params = await goOn(browser, await toStep(browser, request));
    const { body } = await redeem(server.main, 'web', params.get('code'), request);
    expect((await refresh(server.main, 'web', body.refresh_token)).status).toBe(200);
  });

  test('a remembered browser is spared where the Action allows it, for this person, for 30 days', async () => {
    enables({ ...any, allowRememberBrowser: true });
    const browser = new Browser();
    const page = await toStep(browser);
    expect((await stepOf(browser, page)).step.cause.allowRememberBrowser).toBe(true);
    expect((await goOn(browser, page, { remember: '1' })).has('code')).toBe(true);
    const again = await browser.get(ask({ prompt: 'login' }).url);
    const submitted = await browser.post(withUser(again.location ?? new URL('x:')), {});
    const spared = await browser.follow(submitted, server.main.url);
    expect(callbackParams(spared).has('code')).toBe(true);
    // Another person in it is not, another browser is not, nor one without the cookie.
    const eve = await server.main.addUser('eve');
    const shared = browser.without('tessera', 'tessera.sig');
    expect((await toStep(shared, ask(), eve.userId)).pathname).toBe('/u/mfa');
    expect((await toStep(new Browser())).pathname).toBe('/u/mfa');
    expect((await toStep(browser.without('tessera_device'))).pathname).toBe('/u/mfa');
    // Nor an Action that does not allow it.
    enables(any);
    expect((await toStep(browser)).pathname).toBe('/u/mfa');
    enables({ ...any, allowRememberBrowser: true });
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 31 * 86_400_000);
    expect((await toStep(browser)).pathname).toBe('/u/mfa');
    vi.useRealTimers();
    await server.main.store.userDevices.forgetMfa(userId);
    expect((await toStep(browser)).pathname).toBe('/u/mfa');
  });

  test('what the step did not offer is not remembered', async () => {
    enables(any);
    const browser = new Browser();
    await goOn(browser, await toStep(browser), { remember: '1' });
    enables({ ...any, allowRememberBrowser: true });
    expect((await toStep(browser)).pathname).toBe('/u/mfa');
  });
});

describe("the tenant's policy", () => {
  test('always asks once per session, with Actions and without', async () => {
    await setPolicy('always');
    const browser = new Browser();
    const page = await toStep(browser);
    expect((await stepOf(browser, page)).step.cause).toMatchObject({
      kind: 'challenge',
      allowRememberBrowser: true,
    });
    expect((await goOn(browser, page)).has('code')).toBe(true);
    expect(server.pipeline.runs).toHaveLength(0);
    const silent = callbackParams(await browser.get(ask({ prompt: 'none' }).url));
    expect(silent.has('code')).toBe(true);
    server.pipeline.completes('post-login', {});
    expect(callbackParams(await browser.get(ask().url)).has('code')).toBe(true);
  });

  test('asks nobody in a silent login, and the log says no such thing', async () => {
    const browser = new Browser();
    await getTokens(server.main, { clientId: 'web', userId, browser });
    await setPolicy('always');
    const silent = () => browser.get(ask({ prompt: 'none' }).url);
    const types = (await logsOf(server.main, silent)).map(({ type }) => type);
    expect(types).toEqual(['fsa']);
  });

  test('is met by a factor that an Action has asked for', async () => {
    await setPolicy('always');
    suspendsFor(challenge('otp'));
    const browser = new Browser();
    expect((await goOn(browser, await toStep(browser))).has('code')).toBe(true);
  });

  test('catches sessions that began without', async () => {
    const browser = new Browser();
    await getTokens(server.main, { clientId: 'web', userId, browser });
    await setPolicy('always');
    const silent = callbackParams(await browser.get(ask({ prompt: 'none' }).url));
    expect(silent.get('error')).toBe('interaction_required');
    expect((await toStep(browser)).pathname).toBe('/u/mfa');
  });

  test('adaptive asks when the login has low confidence, whatever the browser remembers', async () => {
    await setPolicy('adaptive');
    await server.main.store.userDevices.deleteForUser(userId);
    const browser = new Browser();
    // A first login tells nothing.
    expect(callbackParams(await logIn(server.main, browser, ask(), userId)).has('code')).toBe(true);
    const stranger = new Browser();
    const page = await toStep(stranger);
    expect((await stepOf(stranger, page)).step.cause.allowRememberBrowser).toBe(false);
    expect((await goOn(stranger, page)).has('code')).toBe(true);
    const again = await browser.get(ask({ prompt: 'login' }).url);
    const submitted = await browser.post(withUser(again.location ?? new URL('x:')), {});
    expect(callbackParams(await browser.follow(submitted, server.main.url)).has('code')).toBe(true);
  });
});

describe('a login that is left in the middle', () => {
  /** Nothing but credentials were given in this browser. */
  async function expectNobody(browser: Browser): Promise<void> {
    const silent = callbackParams(await browser.get(ask({ prompt: 'none' }).url));
    expect(silent.get('error')).toBe('login_required');
    expect((await browser.get(ask().url)).location?.pathname).toBe('/u/login');
  }

  test('gets nobody around the factor of an adaptive policy', async () => {
    await setPolicy('adaptive');
    await server.main.store.userDevices.deleteForUser(userId);
    await logIn(server.main, new Browser(), ask(), userId);
    const stranger = new Browser();
    expect((await toStep(stranger)).pathname).toBe('/u/mfa');
    await expectNobody(stranger);
    // Whoever comes back with credentials is asked again.
    expect((await toStep(stranger)).pathname).toBe('/u/mfa');
  });

  test('gets nobody around an Action that looks at fresh logins only', async () => {
    server.pipeline.on('post-login', ({ event, resume }) => {
      const { riskAssessment } = event.authentication as { readonly riskAssessment?: object };
      if (riskAssessment === undefined || resume !== undefined) return completed();
      const suspension = {
        ...challenge('otp'),
        executionId: 'execution-1',
        remaining: [{ actionId: 'a', versionId: 'v' }],
        effects: NO_EFFECTS,
      };
      return { end: { kind: 'suspended', suspension }, effects: NO_EFFECTS };
    });
    const browser = new Browser();
    expect((await toStep(browser)).pathname).toBe('/u/mfa');
    await expectNobody(browser);
  });

  test('can be gone on with, and is a session then', async () => {
    await setPolicy('always');
    const browser = new Browser();
    const page = await toStep(browser);
    await expectNobody(browser);
    expect((await goOn(browser, page)).has('code')).toBe(true);
    expect(callbackParams(await browser.get(ask({ prompt: 'none' }).url)).has('code')).toBe(true);
  });

  test('ends with a new password, also when it was held back before anything was asked', async () => {
    const browser = new Browser();
    const first = await browser.get(ask().url);
    const submitted = await browser.post(withUser(first.location ?? new URL('x:')), {});
    const { users } = server.main.store;
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + 60_000 });
    await users.update(userId, { lastPasswordReset: new Date(now + 30_000) });
    const params = callbackParams(await browser.follow(submitted, server.main.url));
    expect(params.get('error')).toBe('login_required');
    await expectNobody(browser);
    const again = callbackParams(await logIn(server.main, browser, ask(), userId));
    expect(again.has('code')).toBe(true);
    await users.update(userId, { lastPasswordReset: null });
  });

  test('takes the place of an earlier session of the person', async () => {
    const browser = new Browser();
    await getTokens(server.main, { clientId: 'web', userId, browser });
    await setPolicy('always');
    expect((await toStep(browser, ask({ prompt: 'login' }))).pathname).toBe('/u/mfa');
    await expectNobody(browser);
  });
});

describe('step-up', () => {
  test('acr_values ask for a factor once per session; the ID token says so', async () => {
    const browser = new Browser();
    await getTokens(server.main, { clientId: 'web', userId, browser });
    const silent = ask({ prompt: 'none', acr_values: MULTI_FACTOR });
    expect(callbackParams(await browser.get(silent.url)).get('error')).toBe('interaction_required');
    const request = ask({ acr_values: MULTI_FACTOR });
    const page = await toStep(browser, request);
    expect(page.pathname).toBe('/u/mfa');
    const params = await goOn(browser, page);
    const { body } = await redeem(server.main, 'web', params.get('code'), request);
    expect(claimsOf(body.id_token)).toMatchObject({ amr: ['mfa'], acr: MULTI_FACTOR });
    expect(callbackParams(await browser.get(silent.url)).has('code')).toBe(true);
  });

  test('without a factor an ID token claims none', async () => {
    const { body } = await getTokens(server.main, { clientId: 'web', userId });
    expect(claimsOf(body.id_token)).not.toHaveProperty('amr');
    expect(claimsOf(body.id_token)).not.toHaveProperty('acr');
  });
});
