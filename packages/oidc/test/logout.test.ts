import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import { authorization, claimsOf, getTokens, logIn, logsOf, logTypesOf } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const BYE = 'https://app.example.com/bye';

describe('logout', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('logout');
    await server.main.addClient({ clientId: 'web' });
    await server.main.addClient({ clientId: 'web2', allowedLogoutUrls: [] });
    ({ userId } = await server.main.addUser('ada'));
    await server.store.tenants.updateSettings(server.main.tenant.id, {
      allowedLogoutUrls: ['https://portal.example.com/'],
    });
    await server.reload();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function loggedIn(): Promise<{ browser: Browser; idToken: string; sid: string }> {
    const browser = new Browser();
    const { body } = await getTokens(server.main, { clientId: 'web', userId, browser });
    return { browser, idToken: body.id_token, sid: String(claimsOf(body.id_token).sid) };
  }

  async function isLoggedIn(browser: Browser): Promise<boolean> {
    const { url } = authorization(server.main, { clientId: 'web', params: { prompt: 'none' } });
    return (await browser.get(url)).location?.searchParams.has('code') === true;
  }

  function visit(browser: Browser, path: string, query: Record<string, string>): Promise<Page> {
    return browser.get(`${server.main.url}${path}?${new URLSearchParams(query)}`);
  }

  test('/v2/logout ends the session and returns to an address of the application', async () => {
    const { browser, sid } = await loggedIn();
    let page = {} as Page;
    const entries = await logsOf(server.main, async () => {
      page = await visit(browser, '/v2/logout', { client_id: 'web', returnTo: BYE });
    });

    expect(page.location?.href).toBe(BYE);
    expect(await isLoggedIn(browser)).toBe(false);
    expect(entries).toMatchObject([
      { type: 'slo', userId, clientId: 'web', details: { return_to: BYE, session_id: sid } },
    ]);
  });

  test('/v2/logout without an address shows that one is logged out', async () => {
    const { browser } = await loggedIn();
    const page = await visit(browser, '/v2/logout', {});

    expect(page.body).toContain('logged out');
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('/v2/logout without client_id knows the addresses of the tenant', async () => {
    const portal = 'https://portal.example.com/';
    const page = await visit(new Browser(), '/v2/logout', { returnTo: portal });

    expect(page.location?.href).toBe(portal);
  });

  const foreign: [string, Record<string, string>][] = [
    ['an address of nobody', { client_id: 'web', returnTo: 'https://evil.example.com/' }],
    ['a look-alike', { client_id: 'web', returnTo: `${BYE}/../evil` }],
    ['the address of another application', { client_id: 'web2', returnTo: BYE }],
    ['the address of an application that is not named', { returnTo: BYE }],
    [
      'the address of the tenant for an unknown client',
      { client_id: 'nobody', returnTo: 'https://portal.example.com/' },
    ],
    ['a script', { client_id: 'web', returnTo: 'javascript:alert(1)' }],
  ];
  test.for(foreign)('/v2/logout does not return to %s', async ([, query]) => {
    const { browser } = await loggedIn();
    let page = {} as Page;
    const types = await logTypesOf(server.main, async () => {
      page = await visit(browser, '/v2/logout', query);
    });

    expect(page.status).toBe(400);
    expect(page.location).toBeUndefined();
    expect(page.body).toContain('allowed logout URLs');
    expect(await isLoggedIn(browser)).toBe(true);
    expect(types).toEqual(['flo']);
  });

  test('/oidc/logout with the ID token of the session asks no question', async () => {
    const { browser, idToken } = await loggedIn();
    const page = await visit(browser, '/oidc/logout', {
      id_token_hint: idToken,
      post_logout_redirect_uri: BYE,
      state: 'after',
    });

    expect(page.location?.href).toBe(`${BYE}?state=after`);
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('/oidc/logout with the sid as logout_hint asks no question', async () => {
    const { browser, sid } = await loggedIn();
    const query = { client_id: 'web', post_logout_redirect_uri: BYE };
    const guessed = await visit(browser, '/oidc/logout', { ...query, logout_hint: 'guessed' });
    expect(guessed.body).toContain('log out?');
    expect(await isLoggedIn(browser)).toBe(true);

    const page = await visit(browser, '/oidc/logout', { ...query, logout_hint: sid });
    expect(page.location?.href).toBe(BYE);
    expect(await isLoggedIn(browser)).toBe(false);
  });

  test('/oidc/logout without proof asks the person', async () => {
    const { browser } = await loggedIn();
    const page = await visit(browser, '/oidc/logout', {
      client_id: 'web',
      post_logout_redirect_uri: BYE,
    });
    expect(page.body).toContain('log out?');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(await isLoggedIn(browser)).toBe(true);

    const action = /action="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const forged = await browser.post(action, { xsrf: 'guessed', logout: 'yes' });
    expect(forged.status).toBe(400);

    let done = {} as Page;
    const entries = await logsOf(server.main, async () => {
      done = await browser.post(action, { xsrf, logout: 'yes' });
    });
    expect(done.location?.href).toBe(BYE);
    expect(await isLoggedIn(browser)).toBe(false);
    expect(entries).toMatchObject([{ type: 'slo', userId }]);
  });

  test('/oidc/logout with the ID token of someone else asks the person', async () => {
    const { idToken } = await loggedIn();
    const bob = await server.main.addUser('bob');
    const browser = new Browser();
    await logIn(server.main, browser, authorization(server.main, { clientId: 'web' }), bob.userId);
    const page = await visit(browser, '/oidc/logout', { id_token_hint: idToken });

    expect(page.body).toContain('log out?');
    expect(await isLoggedIn(browser)).toBe(true);
  });

  test('/oidc/logout takes no forged ID token and no foreign address', async () => {
    const { browser, idToken } = await loggedIn();
    const forged = `${idToken.slice(0, -6)}AAAAAA`;
    const page = await visit(browser, '/oidc/logout', {
      id_token_hint: forged,
      post_logout_redirect_uri: BYE,
    });
    const elsewhere = await visit(browser, '/oidc/logout', {
      id_token_hint: idToken,
      post_logout_redirect_uri: 'https://evil.example.com/',
    });

    for (const refused of [page, elsewhere]) {
      expect(refused.status).toBe(400);
      expect(refused.location).toBeUndefined();
    }
    expect(await isLoggedIn(browser)).toBe(true);
  });

  test('refresh tokens outlive the logout of a browser', async () => {
    const browser = new Browser();
    const scope = 'openid offline_access';
    const { body } = await getTokens(server.main, { clientId: 'web', userId, browser, scope });
    await visit(browser, '/v2/logout', {});
    const answer = await fetch(`${server.main.url}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });

    expect(answer.status).toBe(200);
  });
});
