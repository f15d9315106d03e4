import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import {
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  redeem,
  submitLogin,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const BYE = 'https://app.example.com/bye';

/** Over https our cookies come with a form of another site; over plain http they do not. */
const SCHEMES: [name: string, headers: Record<string, string>][] = [
  ['http', {}],
  ['https', { 'x-test-scheme': 'https' }],
];

describe.for(SCHEMES)('forms posted over %s', ([scheme, headers]) => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc(`posted_${scheme}`);
    await server.main.addClient({ clientId: 'web' });
    ({ userId } = await server.main.addUser('ada'));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Posts a form as a page of another site does: over plain http without our cookies. */
  async function post(browser: Browser, path: string, body: Record<string, string>): Promise<Page> {
    const sender = scheme === 'http' ? new Browser() : browser;
    const page = await sender.post(`${server.main.url}${path}`, body, headers);
    const isAskedAgain = page.status === 303 && page.location?.pathname === path;
    return isAskedAgain ? await browser.get(page.location ?? '', headers) : page;
  }

  test('/authorize begins a login as a GET does', async () => {
    const browser = new Browser();
    const request = authorization(server.main, {
      clientId: 'web',
      params: { login_hint: 'ada+1@example.com' },
    });
    const page = await post(browser, '/authorize', Object.fromEntries(request.url.searchParams));
    expect(page.status).toBe(303);
    expect(page.location?.pathname).toBe('/u/login');
    const login = await browser.get(page.location ?? '', headers);
    expect(JSON.parse(login.body)).toMatchObject({ loginHint: 'ada+1@example.com' });
    const submitted = await submitLogin(browser, page.location, userId, headers);
    const resumed = await browser.get(submitted.location ?? '', headers);
    const code = callbackParams(resumed).get('code');
    expect((await redeem(server.main, 'web', code, request)).status).toBe(200);
  });

  test('/authorize refuses a parameter that is given twice', async () => {
    const { url } = authorization(server.main, { clientId: 'web' });
    const form = new URLSearchParams([...url.searchParams, ['scope', 'openid email']]);
    const sent = await fetch(`${server.main.url}/authorize`, {
      method: 'POST',
      body: form,
      headers,
      redirect: 'manual',
    });
    const location = new URL(sent.headers.get('location') ?? '', server.main.url);
    const answered =
      location.pathname === '/authorize' ? (await new Browser().get(location)).location : location;
    expect(answered?.searchParams.get('error')).toBe('invalid_request');
  });

  test('/authorize takes forms only, of a size that it names', async () => {
    const send = (body: string, type: string) =>
      fetch(`${server.main.url}/authorize`, {
        method: 'POST',
        body,
        headers: { ...headers, 'content-type': type },
        redirect: 'manual',
      });
    const json = await send('{"client_id":"web"}', 'application/json');
    expect(json.status).toBe(400);
    expect(await json.text()).toContain('must be a form');
    const long = await send(
      `client_id=${'x'.repeat(57 * 1024)}`,
      'application/x-www-form-urlencoded',
    );
    expect(long.status).toBe(413);
  });

  test('/oidc/logout ends the session that the ID token proves', async () => {
    const browser = new Browser();
    const { body } =
      scheme === 'http'
        ? await getTokens(server.main, { clientId: 'web', userId, browser })
        : await secureTokens(browser);
    const page = await post(browser, '/oidc/logout', {
      id_token_hint: body.id_token,
      post_logout_redirect_uri: BYE,
      state: 'x',
    });
    expect(page.location?.href).toBe(`${BYE}?state=x`);
    const { url } = authorization(server.main, { clientId: 'web', params: { prompt: 'none' } });
    expect(callbackParams(await browser.get(url, headers)).get('error')).toBe('login_required');
  });

  test('/oidc/logout without a proof asks the person', async () => {
    const page = await post(new Browser(), '/oidc/logout', {});
    expect(page.status).toBe(200);
    expect(page.body).toContain('/oidc/logout/confirm');
  });

  async function secureTokens(browser: Browser) {
    const request = authorization(server.main, { clientId: 'web' });
    const page = await browser.get(request.url, headers);
    const submitted = await submitLogin(browser, page.location, userId, headers);
    const resumed = await browser.get(submitted.location ?? '', headers);
    const code = callbackParams(resumed).get('code') ?? '';
    const response = await fetch(`${server.main.url}/oauth/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'web',
        client_secret: 'x'.repeat(64),
        code,
        code_verifier: request.verifier,
        redirect_uri: 'https://app.example.com/callback',
      }),
    });
    const body = (await response.json()) as { id_token: string };
    expect(claimsOf(body.id_token).sub).toBe(userId);
    return { body };
  }
});
