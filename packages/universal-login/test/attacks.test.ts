import type { LoginTransaction } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { EMAIL, openPages, PASSWORD, postForm, showForm } from './open-pages.ts';

/** A file of ours, as pages load it. */
const OWN_SCRIPT = /<script type="module" src="\/u\/assets\/scripts\/[\w.-]+"><\/script>/g;
const LOGIN = { identifier: EMAIL, password: PASSWORD };
const SIGN_UP = { email: 'new@example.com', password: PASSWORD };

describe('forged forms', () => {
  test('are refused without, with a foreign, and with another login’s token', async () => {
    await using pages = await openPages('csrf');
    await using elsewhere = await openPages('csrf_elsewhere');
    await pages.createUser();
    for (const [page, fields] of [
      ['login', LOGIN],
      ['signup', SIGN_UP],
    ] as const) {
      const shown = await showForm(pages, page);
      const other = await showForm(pages, page);
      const foreign = await showForm(elsewhere, page, { state: shown.state });
      const forged: [
        name: string,
        change: Partial<typeof shown>,
        headers: Record<string, string>,
      ][] = [
        ['no cookie', { cookie: '' }, {}],
        ['no token', { csrfToken: '' }, {}],
        ['a token of another login', { csrfToken: other.csrfToken }, {}],
        ['another login', { state: other.state }, {}],
        ['a cookie of another browser', { cookie: other.cookie }, {}],
        ['a token of another tenant', foreign, {}],
        ['a malformed cookie', { cookie: `${shown.cookie}x` }, {}],
        ['a cookie under the plain name', { cookie: shown.cookie.replace('__Host-', '') }, {}],
        ['a page of another origin', {}, { origin: 'https://evil.example' }],
        ['the same host without TLS', {}, { origin: 'http://login.test' }],
        ['a page of another site', {}, { 'sec-fetch-site': 'cross-site', origin: 'null' }],
        ['a sister site', {}, { 'sec-fetch-site': 'same-site' }],
      ];
      for (const [name, change, headers] of forged) {
        const form = { page, shown: { ...shown, ...change } };
        const answer = await postForm(pages, form, fields, { headers });
        expect(answer.statusCode, `${page}: ${name}`).toBe(403);
        expect(answer.body).toContain(`href="/u/${page}?state=${form.shown.state}"`);
      }
      const headers = { 'sec-fetch-site': 'same-origin', origin: 'null' };
      const own = await postForm(pages, { page, shown }, fields, { headers });
      expect(own.statusCode, page).toBe(303);
    }
    expect(pages.transactions.completed).toHaveLength(2);
    expect(await pages.listLogs('fp', 'fu', 'fs')).toEqual([]);
  });
});

describe('text of strangers', () => {
  const MARKUP = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
  const LIQUID = `{{ 7 | times: 191 }}{% assign x = 1 %}{{ csrfToken }}{% raw %}{% include 'login' %}`;

  test.for([MARKUP, LIQUID])('stays text: %s', async (text) => {
    await using pages = await openPages('xss', {
      client: { name: text },
      connections: [{ displayName: text }, { id: 'con_2', name: 'two', realms: [] }],
      settings: { friendlyName: text, supportUrl: text, pictureUrl: text },
    });
    const hint: Partial<LoginTransaction> = { loginHint: text };
    const login = await showForm(pages, 'login', hint);
    const signUp = await showForm(pages, 'signup', hint);
    const echoes = await Promise.all([
      postForm(pages, { page: 'login', shown: login }, { identifier: text, password: text }),
      postForm(pages, { page: 'login', shown: login }, { identifier: text, password: '' }),
      postForm(pages, { page: 'signup', shown: signUp }, { email: text, password: text }),
      pages.app.inject({ url: `/u/login?state=${encodeURIComponent(text)}` }),
    ]);
    for (const html of [login.html, signUp.html, ...echoes.map(({ body }) => body)]) {
      expect(html.replaceAll(OWN_SCRIPT, '')).not.toContain('<script');
      expect(html).not.toContain('<img');
      expect(html).not.toContain('1337');
      // Every token stands in its hidden field, and nowhere else.
      expect(html.split(login.csrfToken).length).toBeLessThanOrEqual(2);
    }
    const escaped = text.replaceAll('"', '&#34;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(login.html).toContain(escaped.replaceAll("'", '&#39;'));
  });

  test('cannot be a picture or a link that runs', async () => {
    const script = 'javascript:alert(1)';
    await using pages = await openPages('xss_urls', {
      client: { logoUri: script },
      settings: { pictureUrl: 'data:text/html,x', supportUrl: script, supportEmail: 'a@b?cc=x' },
    });
    const { html } = await showForm(pages, 'login');
    expect(html).not.toContain('javascript:');
    expect(html).not.toContain('<img');
    expect(html).not.toContain('mailto:');
  });

  test('may be an https picture: the application’s before the tenant’s', async () => {
    await using pages = await openPages('xss_logo', {
      client: { logoUri: 'https://cdn.example/logo.png?a=1&b=2' },
      settings: { pictureUrl: 'https://cdn.example/tenant.png' },
    });
    const { html } = await showForm(pages, 'login');
    expect(html).toContain('src="https://cdn.example/logo.png?a=1&amp;b=2" alt=""');
  });
});

describe('redirects', () => {
  test('go where the protocol says, whatever the request asks for', async () => {
    await using pages = await openPages('redirects');
    await pages.createUser();
    const shown = await showForm(pages, 'login', { redirectUri: 'https://evil.example/' });
    const answer = await postForm(pages, { page: 'login', shown }, LOGIN, {
      url: '/u/login?redirect_uri=https://evil.example&returnTo=//evil.example&next=/x',
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    });
    expect(answer.headers.location).toBe(`/authorize/${shown.state}`);
    for (const state of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'a\r\nb: c',
    ]) {
      const open = await pages.app.inject(`/u/login?state=${encodeURIComponent(state)}`);
      expect(open.statusCode).toBe(400);
      expect(open.headers.location).toBeUndefined();
      expect(open.headers.b).toBeUndefined();
    }
  });
});

test('the pages give no sign whether an account exists', async () => {
  await using pages = await openPages('enumeration');
  await pages.createUser();
  const shown = await showForm(pages, 'login');
  const statuses = { known: [] as number[], unknown: [] as number[] };
  for (let n = 0; n < 12; n += 1) {
    for (const [kind, identifier] of [
      ['known', EMAIL],
      ['unknown', 'nobody@example.com'],
    ] as const) {
      const fields = { identifier, password: 'guess' };
      statuses[kind].push((await postForm(pages, { page: 'login', shown }, fields)).statusCode);
    }
  }
  expect(statuses.known).toEqual(statuses.unknown);
  expect(statuses.known.at(-1)).toBe(429);
});
