import type { TriggerEnd } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { EMAIL, openPages, PASSWORD, postForm, showForm } from './open-pages.ts';

const right = { email: EMAIL, password: PASSWORD };

describe('GET /u/signup', () => {
  test('shows the rules for passwords', async () => {
    await using pages = await openPages('signup_get');
    const { html } = await showForm(pages, 'signup', { loginHint: EMAIL });
    expect(html).toContain(`value="${EMAIL}"`);
    expect(html).toMatch(
      /id="password"[^>]* autocomplete="new-password"[^>]* aria-describedby="password-rules"/,
    );
    expect(html).toContain('at least 8 characters');
    expect(html).toContain('at least 3 of these 4 kinds of characters:');
    expect(html).not.toContain('class="broken"');
  });

  test('asks for what the connection wants', async () => {
    const active = { identifier: { active: true }, signup: { status: 'required' } };
    const optional = { identifier: { active: false }, signup: { status: 'optional' } };
    await using pages = await openPages('signup_fields', {
      connections: [{ options: { attributes: { username: active, email: optional } } }],
    });
    const { html } = await showForm(pages, 'signup');
    expect(html).toMatch(/name="username"[^>]* required/);
    expect(html).toContain('Email address <span class="optional">(optional)</span>');
    expect(html).not.toContain('name="phone_number"');
  });

  test('is closed where signup is disabled, and the login page does not lead there', async () => {
    await using pages = await openPages('signup_closed', {
      connections: [{ options: { disable_signup: true } }],
    });
    const login = await showForm(pages, 'login', { screenHint: 'signup' });
    expect(login.html).not.toContain('/u/signup');
    const page = await pages.app.inject(`/u/signup?state=${login.state}`);
    expect(page.statusCode).toBe(400);
    expect(page.body).toContain('Signup is closed');
    const answer = await postForm(pages, { page: 'signup', shown: login }, right);
    expect(answer.statusCode).toBe(400);
    expect(await pages.countUsers()).toBe(0);
  });
});

describe('POST /u/signup', () => {
  test('creates the user and logs them in at once', async () => {
    await using pages = await openPages('signup_post');
    const shown = await showForm(pages, 'signup');
    const answer = await postForm(pages, { page: 'signup', shown }, right);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe(`/authorize/${shown.state}`);
    const [completed] = pages.transactions.completed;
    expect(await pages.store.users.find(completed?.userId ?? '')).toMatchObject({
      email: EMAIL,
      loginsCount: 1,
      lastIp: '192.0.2.1',
    });
    expect(await pages.listLogs('ss')).toHaveLength(1);
  });

  test('shows Actions the request, never the password or the tokens of the form', async () => {
    await using pages = await openPages('signup_event');
    const query = {
      response_type: 'code',
      response_mode: 'form_post',
      correlation_id: 'trace-1',
      state: 'app-state',
    };
    const shown = await showForm(pages, 'signup', { query, prompt: 'create', uiLocales: 'fr' });
    const headers = { 'user-agent': 'Browser/1', 'accept-language': 'de-AT,en;q=0.5' };
    await postForm(pages, { page: 'signup', shown }, right, { headers });
    const [event] = pages.pipeline.events;
    expect(event).toMatchObject({
      client: { client_id: pages.clientId },
      connection: { name: 'people' },
      request: {
        ip: '192.0.2.1',
        hostname: 'login.test',
        language: 'de-AT',
        user_agent: 'Browser/1',
        geoip: { countryCode: 'AT', continentCode: 'EU' },
        body: { email: EMAIL, client_id: pages.clientId, connection: 'people' },
      },
      user: { email: EMAIL },
      transaction: {
        locale: 'en',
        ui_locales: ['fr'],
        prompt: ['create'],
        response_type: ['code'],
        response_mode: 'form_post',
        state: 'app-state',
        correlation_id: 'trace-1',
      },
    });
    const seen = JSON.stringify(event);
    expect(seen).not.toContain(PASSWORD);
    expect(seen).not.toContain(shown.csrfToken);
  });

  test('marks the broken rules of a weak password and keeps the rest', async () => {
    await using pages = await openPages('signup_weak');
    const shown = await showForm(pages, 'signup');
    const answer = await postForm(
      pages,
      { page: 'signup', shown },
      { email: EMAIL, password: 'abc-secret' },
    );
    expect(answer.statusCode).toBe(400);
    expect(answer.body.split('This password is too weak.')).toHaveLength(2);
    expect(answer.body).toContain('<a href="#password"><bdi>This password is too weak.</bdi></a>');
    expect(answer.body).toContain('>Choose one that meets every rule below.</p>');
    expect(answer.body).toContain('<li>at least 8 characters</li>');
    expect(answer.body).toContain('<li class="broken">at least 3 of these 4');
    expect(answer.body).toContain('<li class="broken">numbers');
    expect(answer.body).toContain('<li>lower case letters');
    expect(answer.body).toContain(`value="${EMAIL}"`);
    expect(answer.body).not.toContain('abc-secret');
    expect(await pages.countUsers()).toBe(0);
  });

  test('names every bad field', async () => {
    await using pages = await openPages('signup_fields_bad', {
      connections: [{ options: { requires_username: true } }],
    });
    const shown = await showForm(pages, 'signup');
    const fields = { email: 'not an address', username: 'a b', password: '' };
    const answer = await postForm(pages, { page: 'signup', shown }, fields);
    expect(answer.statusCode).toBe(400);
    for (const name of ['email', 'username', 'password']) {
      expect(answer.body).toContain(`<a href="#${name}">`);
      expect(answer.body).toContain(`id="${name}-problem"`);
    }
    expect(answer.body).toContain('value="not an address"');
  });

  test('does not say that an address is taken', async () => {
    await using pages = await openPages('signup_taken');
    await pages.createUser();
    const shown = await showForm(pages, 'signup');
    const fields = { email: EMAIL, password: 'Another-horse-9' };
    const answer = await postForm(pages, { page: 'signup', shown }, fields);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('Invalid sign up.');
    expect(pages.transactions.completed).toEqual([]);
  });

  test('cannot be used to guess passwords faster than the login page', async () => {
    await using pages = await openPages('signup_guess');
    await pages.createUser();
    const shown = await showForm(pages, 'signup');
    const post = (password: string) =>
      postForm(pages, { page: 'signup', shown }, { email: EMAIL, password });
    for (let n = 0; n < 10; n += 1) await post(`Guessing-horse-${n}`);
    const answer = await post(PASSWORD);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('Invalid sign up.');
    expect(pages.transactions.completed).toEqual([]);
  });

  test('makes one user of a form that is sent twice, and lets both answers go on', async () => {
    await using pages = await openPages('signup_twice');
    const shown = await showForm(pages, 'signup');
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => postForm(pages, { page: 'signup', shown }, right)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 303, 303, 303]);
    expect(await pages.countUsers()).toBe(1);
    expect(new Set(pages.transactions.completed.map(({ userId }) => userId)).size).toBe(1);
  });

  const ends: [name: string, end: TriggerEnd, shown: string, hidden: string][] = [
    [
      'what an action wants them to read',
      { kind: 'denied', reason: 'internal-7', userMessage: 'Ask <your> boss' },
      'Ask &lt;your&gt; boss',
      'internal-7',
    ],
    [
      'a validation message',
      { kind: 'invalid', code: 'code-7', message: 'No numbers' },
      'No numbers',
      'code-7',
    ],
    ['why an action broke', { kind: 'failed', message: 'It broke' }, 'It broke', 'execution-1'],
  ];
  test.for(ends)('shows people %s', async ([, end, shownText, hidden]) => {
    await using pages = await openPages('signup_action');
    pages.pipeline.end = end;
    const shown = await showForm(pages, 'signup');
    const answer = await postForm(pages, { page: 'signup', shown }, right);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(shownText);
    expect(answer.body).not.toContain(hidden);
    expect(await pages.countUsers()).toBe(0);
  });

  test('limits signups of one address', async () => {
    await using pages = await openPages('signup_limit');
    const shown = await showForm(pages, 'signup');
    const fields = { email: 'x', password: PASSWORD };
    const send = () => postForm(pages, { page: 'signup', shown }, fields);
    // All at once: the limit gives attempts back as time goes by.
    const answers = await Promise.all(Array.from({ length: 80 }, send));
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(new Set(statuses)).toEqual(new Set([400, 429]));
    expect(statuses.filter((status) => status === 400).length).toBeGreaterThanOrEqual(50);
  });
});
