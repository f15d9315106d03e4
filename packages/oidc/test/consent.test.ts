import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import {
  type Authorization,
  authorization,
  callbackParams,
  claimsOf,
  logIn,
  redeem,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const API = 'https://api.example.com/';

describe('consent', () => {
  let server: TestOidc;
  let people = 0;

  beforeAll(async () => {
    server = await startOidc('consent');
    await server.main.addClient({ clientId: 'third', isFirstParty: false, name: 'Third Party' });
    await server.main.addClient({ clientId: 'own' });
    await server.main.addApi({ identifier: API });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const ask = (params: Record<string, string> = {}): Authorization =>
    authorization(server.main, {
      clientId: 'third',
      scope: 'openid email read:items',
      params: { audience: API, ...params },
    });

  /** Logs a new person in at the third-party application; ends on the consent page. */
  async function atConsent(request = ask()) {
    people += 1;
    const { userId } = await server.main.addUser(`person${people}`);
    const browser = new Browser();
    const page = await logIn(server.main, browser, request, userId);
    return { browser, page, userId, ...read(page) };
  }

  function read(page: Page) {
    const facts = JSON.parse(page.body.slice(page.body.indexOf('{'))) as {
      state: string;
      submitUrl: string;
      csrfToken: string;
      clientName: string;
      userName: string;
      scopes: object[];
    };
    return { facts, submitUrl: new URL(facts.submitUrl, server.main.url).href };
  }

  test('a third-party application gets what the person grants', async () => {
    const request = ask();
    const { browser, page, facts, submitUrl } = await atConsent(request);
    expect(facts).toMatchObject({
      clientName: 'Third Party',
      scopes: [
        { value: 'openid' },
        { value: 'email' },
        { value: 'read:items', description: 'See items' },
      ],
    });
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.headers.get('cache-control')).toBe('no-store');

    const posted = await browser.post(submitUrl, {
      csrf_token: facts.csrfToken,
      decision: 'accept',
    });
    const done = await browser.follow(posted, server.main.url);
    const { body } = await redeem(server.main, 'third', callbackParams(done).get('code'), request);

    expect(claimsOf(body.access_token).scope).toBe('openid email read:items');
    expect(claimsOf(body.id_token).email).toContain('@example.com');
  });

  test('post-login runs once, before consent, and its claims survive it', async () => {
    server.pipeline.completes('post-login', { idTokenClaims: { 'https://x/colour': 'blue' } });
    const request = ask();
    const { browser, facts, submitUrl } = await atConsent(request);
    const posted = await browser.post(submitUrl, {
      csrf_token: facts.csrfToken,
      decision: 'accept',
    });
    const done = await browser.follow(posted, server.main.url);
    server.pipeline.off('post-login');
    const { body } = await redeem(server.main, 'third', callbackParams(done).get('code'), request);

    expect(server.pipeline.runs.splice(0)).toHaveLength(1);
    expect(claimsOf(body.id_token)['https://x/colour']).toBe('blue');
  });

  test('consent is remembered, and more is asked for again', async () => {
    const { browser, facts, submitUrl } = await atConsent();
    await browser.follow(
      await browser.post(submitUrl, { csrf_token: facts.csrfToken, decision: 'accept' }),
      server.main.url,
    );

    const again = await browser.get(ask({ prompt: 'none' }).url);
    expect(callbackParams(again).has('code')).toBe(true);
    const more = ask({ prompt: 'none', scope: 'openid email read:items write:items' });
    expect(callbackParams(await browser.get(more.url)).get('error')).toBe('consent_required');
    const page = await browser.follow(
      await browser.get(ask({ scope: 'openid write:items' }).url),
      server.main.url,
    );
    expect(read(page).facts.scopes).toEqual([
      { value: 'write:items', description: 'Change items' },
    ]);
  });

  test('consent that was revoked is asked for again', async () => {
    const { browser, facts, submitUrl, userId } = await atConsent();
    const form = { state: facts.state, csrf_token: facts.csrfToken, decision: 'accept' };
    const accepted = await browser.post(submitUrl, form);
    const end = await browser.follow(accepted, server.main.url);
    expect(callbackParams(end).has('code')).toBe(true);
    // As the management API does it.
    const { oidcModels } = server.main.store;
    const consents = await oidcModels.list('Consent', userId);
    expect(consents.map(({ payload }) => payload)).toMatchObject([
      {
        clientId: 'third',
        accountId: userId,
        scopes: { apis: { [API]: expect.arrayContaining(['read:items']) } },
      },
    ]);
    await oidcModels.destroy('Consent', String(consents[0]?.payload.id));
    await oidcModels.revokeGrants(userId, () => true);
    const page = await browser.follow(await browser.get(ask().url), server.main.url);
    expect(page.body).toMatch(/^<h1>consent<\/h1>/);
  });

  test('a refusal is told to the application, and is not remembered', async () => {
    const { browser, facts, submitUrl } = await atConsent();
    const posted = await browser.post(submitUrl, {
      csrf_token: facts.csrfToken,
      decision: 'deny',
    });
    const params = callbackParams(await browser.follow(posted, server.main.url));

    expect(params.get('error')).toBe('access_denied');
    expect(params.get('error_description')).toBe('User did not authorize the request');
    const again = await browser.get(ask({ prompt: 'none' }).url);
    expect(callbackParams(again).get('error')).toBe('consent_required');
  });

  test('a form that the person was not shown grants nothing', async () => {
    const { browser, facts, submitUrl } = await atConsent();
    const other = await atConsent();

    const forged = await browser.post(submitUrl, { csrf_token: 'x', decision: 'accept' });
    const borrowed = await browser.post(submitUrl, {
      csrf_token: other.facts.csrfToken,
      decision: 'accept',
    });
    const foreign = await other.browser.post(submitUrl, {
      csrf_token: facts.csrfToken,
      decision: 'accept',
    });
    const unnamed = await new Browser().post(submitUrl, {
      csrf_token: facts.csrfToken,
      decision: 'accept',
    });

    expect([forged.status, borrowed.status]).toEqual([403, 403]);
    expect([foreign.status, unnamed.status]).toEqual([400, 400]);
    const honest = await browser.post(submitUrl, {
      csrf_token: facts.csrfToken,
      decision: 'accept',
    });
    expect(honest.status).toBe(303);
    const twice = await browser.post(submitUrl, {
      csrf_token: facts.csrfToken,
      decision: 'accept',
    });
    expect(twice.status).toBe(400);
  });

  test('going around the page asks again', async () => {
    const { browser, facts } = await atConsent();
    const around = await browser.get(`${server.main.url}/authorize/${facts.state}`);

    expect(around.location?.pathname).toBe('/u/consent');
  });

  test('first-party applications ask only when the request says so', async () => {
    const { userId } = await server.main.addUser('owner');
    const browser = new Browser();
    const own = (params: Record<string, string>) =>
      authorization(server.main, { clientId: 'own', params });
    const page = await logIn(server.main, browser, own({}), userId);
    expect(callbackParams(page).has('code')).toBe(true);

    const asked = await browser.follow(
      await browser.get(own({ prompt: 'consent' }).url),
      server.main.url,
    );
    const { facts, submitUrl } = read(asked);
    const done = await browser.follow(
      await browser.post(submitUrl, { csrf_token: facts.csrfToken, decision: 'accept' }),
      server.main.url,
    );
    expect(callbackParams(done).has('code')).toBe(true);
  });
});
