import { AppError } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { PAGE_LIMITS } from '../src/index.ts';
import { EMAIL, openPages, PASSWORD, postForm, showForm } from './open-pages.ts';

describe('GET /u/login', () => {
  test('shows a form that names the application, with strict headers', async () => {
    await using pages = await openPages('login_get', { settings: { friendlyName: 'Northwind' } });
    const state = pages.transactions.open({ loginHint: EMAIL });
    const { statusCode, headers, body } = await pages.app.inject(`/u/login?state=${state}`);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src 'self' https: data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers['set-cookie']).toMatch(
      /^__Host-tessera_csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(body).toContain('<html lang="en" dir="ltr">');
    expect(body).toContain('<strong><bdi>Field Notes</bdi></strong>');
    expect(body).toContain('Northwind');
    expect(body).toContain(`value="${EMAIL}"`);
    expect(body).toContain(`href="/u/signup?state=${state}"`);
    expect(body).not.toMatch(/<script|javascript:|style="/i);
  });

  test('keeps the browser’s cookie, so that two tabs do not disturb each other', async () => {
    await using pages = await openPages('login_tabs');
    await pages.createUser();
    const first = await showForm(pages, 'login');
    const state = pages.transactions.open();
    const second = await pages.app.inject({
      url: `/u/login?state=${state}`,
      headers: { cookie: first.cookie },
    });
    expect(second.headers['set-cookie']).toBeUndefined();
    const fields = { identifier: EMAIL, password: PASSWORD };
    const answer = await postForm(pages, { page: 'login', shown: first }, fields);
    expect(answer.statusCode).toBe(303);
  });

  test('uses a plain cookie where there is no TLS', async () => {
    await using pages = await openPages('login_plain', { secureCookies: false });
    const { cookie } = await showForm(pages, 'login');
    expect(cookie).toMatch(/^tessera_csrf=/);
  });

  const badStates = [
    ['unknown', 'state=unknown'],
    ['missing', ''],
    ['empty', 'state='],
    ['repeated', 'state=a&state=b'],
    ['endless', `state=${'a'.repeat(300)}`],
    ['with markup', 'state=%3Cscript%3E'],
    ['with a line break', 'state=a%0d%0aset-cookie:x=1'],
  ];
  test('explains a state that leads nowhere and what to do', async () => {
    await using pages = await openPages('login_states');
    for (const [name, query] of badStates) {
      for (const page of ['login', 'signup']) {
        const { statusCode, body, headers } = await pages.app.inject(`/u/${page}?${query}`);
        expect(statusCode, name).toBe(400);
        expect(body).toContain('go back to the application and log in again');
        expect(body).not.toMatch(/<script/i);
        expect(headers['content-security-policy']).toContain("form-action 'none'");
        expect(headers['set-cookie']).toBeUndefined();
      }
    }
  });

  test('explains an application without connections, or one that is gone', async () => {
    await using pages = await openPages('login_no_connection', { connections: [] });
    const state = pages.transactions.open();
    const answer = await pages.app.inject(`/u/login?state=${state}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('Login is not set up');
    const orphan = pages.transactions.open({ clientId: 'deleted' });
    expect((await pages.app.inject(`/u/login?state=${orphan}`)).statusCode).toBe(400);
  });

  test('takes the connection that was asked for, if the application has it', async () => {
    await using pages = await openPages('login_connections', {
      connections: [
        {},
        { id: 'con_staff', name: 'staff', realms: ['staff'], displayName: 'Staff directory' },
        { id: 'con_hidden', name: 'hidden', realms: ['hidden'], enabledClients: [] },
      ],
    });
    expect((await showForm(pages, 'login', { connection: 'staff' })).html).toContain(
      'Staff directory',
    );
    expect((await showForm(pages, 'login', { connection: 'hidden' })).html).toContain(
      'with <strong><bdi>people</bdi></strong>',
    );
    expect((await showForm(pages, 'login')).html).toContain(
      'with <strong><bdi>people</bdi></strong>',
    );
  });

  test('sends those who want to sign up to the signup page, but not in circles', async () => {
    await using pages = await openPages('login_hint');
    for (const change of [{ screenHint: 'signup' }, { prompt: 'login create' }]) {
      const state = pages.transactions.open(change);
      const answer = await pages.app.inject(`/u/login?state=${state}`);
      expect(answer.statusCode).toBe(303);
      expect(answer.headers.location).toBe(`/u/signup?state=${state}`);
      const signUp = await pages.app.inject(`/u/signup?state=${state}`);
      const back =
        /href="(\/u\/login[^"]+)"/.exec(signUp.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
      expect((await pages.app.inject(back)).statusCode).toBe(200);
    }
  });

  test('labels the field for what people may log in with', async () => {
    const active = { identifier: { active: true }, signup: { status: 'optional' } };
    await using pages = await openPages('login_label', {
      connections: [{ options: { attributes: { username: active, phone_number: active } } }],
    });
    const { html } = await showForm(pages, 'login');
    expect(html).toContain('<label for="identifier">Username or phone number</label>');
    expect(html).toMatch(
      /<input id="identifier" name="identifier" type="text"[^>]* autocomplete="username"/,
    );
    expect(html).toMatch(/<input id="password"[^>]* autocomplete="current-password"/);
  });
});

describe('POST /u/login', () => {
  const right = { identifier: ' ADA@example.com', password: PASSWORD };

  test('tells the protocol who logged in and goes on', async () => {
    await using pages = await openPages('login_post');
    const { userId } = await pages.createUser();
    const shown = await showForm(pages, 'login');
    const answer = await postForm(pages, { page: 'login', shown }, right);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe(`/authorize/${shown.state}`);
    expect(pages.transactions.completed).toMatchObject([
      { state: shown.state, userId, connection: { name: 'people' }, at: expect.any(Date) },
    ]);
    expect(await pages.store.users.find(userId)).toMatchObject({
      loginsCount: 1,
      lastIp: '192.0.2.1',
    });
  });

  test('gives browsers a page that goes on by itself', async () => {
    await using pages = await openPages('login_refresh');
    await pages.createUser();
    const shown = await showForm(pages, 'login');
    const headers = { accept: 'text/html,application/xhtml+xml' };
    const answer = await postForm(pages, { page: 'login', shown }, right, { headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain(
      `<meta http-equiv="refresh" content="0;url=/authorize/${shown.state}">`,
    );
    expect(answer.body).toContain(
      `<a class="button" href="/authorize/${shown.state}">Continue</a>`,
    );
  });

  test('answers a wrong password and an unknown user with the same page', async () => {
    await using pages = await openPages('login_same');
    await pages.createUser();
    const shown = await showForm(pages, 'login');
    const wrong = await postForm(
      pages,
      { page: 'login', shown },
      { identifier: EMAIL, password: 'guess-77' },
    );
    const unknown = await postForm(
      pages,
      { page: 'login', shown },
      { identifier: 'nobody@example.com', password: 'guess-77' },
    );
    expect(wrong.statusCode).toBe(400);
    expect(unknown.statusCode).toBe(400);
    expect(wrong.body).toContain('<p><bdi>Wrong email or password.</bdi></p>');
    expect(wrong.body).toContain('role="alert" tabindex="-1" autofocus');
    expect(wrong.body).toContain(`value="${EMAIL}"`);
    expect(wrong.body).not.toContain('guess-77');
    expect(unknown.body).toBe(wrong.body.replaceAll(EMAIL, 'nobody@example.com'));
    const { date: _a, ...wrongHeaders } = wrong.headers;
    const { date: _b, 'content-length': _c, ...unknownHeaders } = unknown.headers;
    expect(wrongHeaders).toMatchObject(unknownHeaders);
    expect(pages.transactions.completed).toEqual([]);
  });

  test('stops guessing, and says when to come back', async () => {
    await using pages = await openPages('login_guess');
    await pages.createUser();
    const shown = await showForm(pages, 'login');
    const post = (password: string) =>
      postForm(pages, { page: 'login', shown }, { identifier: EMAIL, password });
    for (let n = 0; n < 10; n += 1) expect((await post('guess')).statusCode).toBe(400);
    const blocked = await post(PASSWORD);
    expect(blocked.statusCode).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(3000);
    expect(blocked.body).toContain('too many failed logins');
    pages.place.ip = '192.0.2.99';
    expect((await post(PASSWORD)).statusCode).toBe(303);
  });

  test('refuses a blocked user', async () => {
    await using pages = await openPages('login_blocked');
    const { userId } = await pages.createUser();
    await pages.accounts.updateUser(pages.accountContext, userId, { blocked: true });
    const shown = await showForm(pages, 'login');
    const answer = await postForm(pages, { page: 'login', shown }, right);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('This account is blocked.');
    expect(pages.transactions.completed).toEqual([]);
  });

  test('names empty, repeated and oversized fields, keeps values, never passwords', async () => {
    await using pages = await openPages('login_fields');
    const shown = await showForm(pages, 'login');
    const form = { page: 'login', shown } as const;
    const empty = await postForm(pages, form, { identifier: EMAIL, password: '' });
    expect(empty.statusCode).toBe(400);
    expect(empty.body).toContain('<a href="#password"><bdi>Please enter your password.</bdi></a>');
    expect(empty.body).toMatch(
      /id="password"[^>]* aria-describedby="password-problem" aria-invalid="true"/,
    );
    expect(empty.body).toContain(`value="${EMAIL}"`);

    const base = new URLSearchParams({ state: shown.state, csrf_token: shown.csrfToken });
    const payload = `${base}&identifier=a&identifier=b&password=Hidden-1`;
    const repeated = await postForm(pages, form, {}, { payload });
    expect(repeated.statusCode).toBe(400);
    expect(repeated.body).toContain('sent more than once');
    expect(repeated.body).not.toContain('Hidden-1');

    const oversized = await postForm(pages, form, { identifier: 'x'.repeat(5000), password: 'p' });
    expect(oversized.statusCode).toBe(400);
    expect(oversized.body).toContain('At most 4096 characters');
    expect(oversized.body).not.toContain('xxxxx');

    const strange = await postForm(pages, form, { ...right, admin: 'true' });
    expect(strange.statusCode).toBe(400);
    expect(strange.body).toContain('This form was changed');
    expect(await pages.listLogs('fp', 'fu')).toEqual([]);
  });

  const bodies: [name: string, type: string | undefined, payload: string, status: number][] = [
    ['JSON', 'application/json', '{"state":"x"}', 415],
    ['a multipart form', 'multipart/form-data; boundary=x', '--x--', 415],
    ['nothing', undefined, '', 400],
    ['broken percent signs', 'application/x-www-form-urlencoded', 'state=%E0%A4%A&%', 400],
    [
      'too much',
      'application/x-www-form-urlencoded',
      `state=${'a'.repeat(PAGE_LIMITS.bodyBytes)}`,
      413,
    ],
    ['prototype members', 'application/x-www-form-urlencoded', '__proto__[x]=1&constructor=2', 400],
  ];
  test('shows a page for bodies that are no forms of ours', async () => {
    await using pages = await openPages('login_bodies');
    for (const [name, type, payload, status] of bodies) {
      for (const page of ['login', 'signup']) {
        const answer = await pages.app.inject({
          method: 'POST',
          url: `/u/${page}`,
          payload,
          ...(type && { headers: { 'content-type': type } }),
        });
        expect(answer.statusCode, name).toBe(status);
        expect(answer.headers['content-type'], name).toBe('text/html; charset=utf-8');
        expect(answer.body, name).toContain('<h1>');
      }
    }
    expect(pages.errors).toEqual([]);
  });

  test('explains a login that ended meanwhile', async () => {
    await using pages = await openPages('login_gone');
    await pages.createUser();
    const shown = await showForm(pages, 'login');
    pages.transactions.forget(shown.state);
    const answer = await postForm(pages, { page: 'login', shown }, right);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('This login has expired');
  });

  test('hides what went wrong inside, but logs it under the reference it shows', async () => {
    await using pages = await openPages('login_broken');
    pages.transactions.failure = new Error('secret detail');
    const broken = await pages.app.inject('/u/login?state=x');
    expect(broken.statusCode).toBe(500);
    expect(broken.body).not.toContain('secret detail');
    const reference = /<dd>([^<]+)<\/dd>/.exec(broken.body)?.[1];
    expect(pages.errors).toMatchObject([
      { requestId: reference, err: { message: 'secret detail' } },
    ]);

    pages.transactions.failure = new AppError('database_unavailable', 'x');
    const away = await pages.app.inject('/u/login?state=x');
    expect(away.statusCode).toBe(503);
    expect(away.body).toContain('Back in a moment');
  });
});

describe('GET /u/assets/*', () => {
  test('serves what the pages refer to, for ever', async () => {
    await using pages = await openPages('assets');
    const { html } = await showForm(pages, 'login');
    const css = /href="(\/u\/assets\/pages\.[0-9a-f]{12}\.css)"/.exec(html)?.[1] ?? '';
    const answer = await pages.app.inject(css);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    const mosaic = /url\("(\/u\/assets\/mosaic\.[0-9a-f]{12}\.svg)"\)/.exec(answer.body)?.[1] ?? '';
    expect((await pages.app.inject(mosaic)).headers['content-type']).toBe('image/svg+xml');
    expect((await pages.app.inject('/u/assets/pages.000000000000.css')).statusCode).toBe(404);
    expect((await pages.app.inject('/u/assets/../package.json')).statusCode).toBe(404);
  });
});
