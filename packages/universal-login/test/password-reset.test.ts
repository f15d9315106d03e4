import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EMAIL, type OpenPages, openPages, PASSWORD } from './open-pages.ts';
import { fill, hidden, Visitor } from './visitor.ts';

const NEW_PASSWORD = 'Even-better-horse-8';

let pages: OpenPages;
beforeAll(async () => {
  pages = await openPages('password-reset');
});
afterAll(() => pages[Symbol.asyncDispose]());
beforeEach(() => {
  pages.messages.emails.length = 0;
  pages.jobs.length = 0;
  pages.pipeline.end = { kind: 'completed' };
  pages.pipeline.ends.length = 0;
  pages.pipeline.effects = {};
});

let nextPerson = 0;
async function addPerson() {
  nextPerson += 1;
  const user = await pages.createUser(`person-${nextPerson}@example.com`);
  // The link that verifies the address is not what this is about.
  pages.messages.emails.length = 0;
  return user;
}

/** Asks for a link on the page, lets the worker send it, and returns its path. */
async function askForLink(email: string, browser = new Visitor(pages)): Promise<string> {
  const state = pages.transactions.open();
  const { body } = await browser.get(`/u/reset-password/request/people?state=${state}`);
  const fields = fill(body, { identifier: email, request: hidden(body, 'request') });
  const sent = await browser.post('/u/reset-password/request/people', fields);
  expect(sent.statusCode).toBe(200);
  await pages.runResetJobs();
  const url = String(pages.messages.emails.at(-1)?.variables.url ?? '');
  return url.slice('https://login.test'.length).replace('#', '');
}

async function changePassword(browser: Visitor, link: string, password = NEW_PASSWORD) {
  const { answer } = await browser.follow(link);
  return browser.post('/u/reset-password', fill(answer.body, { password }));
}

async function canLogIn(email: string, password: string): Promise<boolean> {
  const input = { connection: pages.connection, identifier: email, password };
  return pages.accounts.logIn(pages.accountContext, input).then(
    () => true,
    () => false,
  );
}

describe('POST /dbconnections/change_password', () => {
  const ask = (body: object, headers: Record<string, string> = {}) =>
    pages.app.inject({
      method: 'POST',
      url: '/dbconnections/change_password',
      payload: body,
      headers,
    });
  const body = (email: string) => ({ client_id: pages.clientId, connection: 'people', email });

  test('answers everybody alike, by JSON and by form, and sends a link to who has the account', async () => {
    const { email = '' } = await addPerson();
    const known = await ask(body(email));
    const unknown = await ask(body('nobody@example.com'));
    const form = await pages.app.inject({
      method: 'POST',
      url: '/dbconnections/change_password',
      payload: new URLSearchParams(body(email)).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.statusCode, form.body]).toEqual([known.statusCode, known.body]);
    expect(known.statusCode).toBe(200);
    expect(known.body).toBe("We've just sent you an email to reset your password.");
    expect([unknown.statusCode, unknown.body]).toEqual([known.statusCode, known.body]);
    await pages.runResetJobs();
    expect(pages.messages.emails.map(({ to, template }) => [to, template])).toContainEqual([
      email,
      'reset_email',
    ]);
    expect(pages.messages.emails.every(({ to }) => to === email)).toBe(true);
    expect(await pages.listLogs('fcpr')).toHaveLength(1);
  });

  test('does the same work for an address that nobody has: one job, and no look at users', async () => {
    const { email = '' } = await addPerson();
    pages.jobs.length = 0;
    await ask(body(email));
    const known = pages.jobs.splice(0);
    await ask(body('nobody-2@example.com'));
    const unknown = pages.jobs.splice(0);
    const shape = (jobs: readonly object[]) =>
      jobs.map((job) => ({ ...job, identifier: '', request: '' }));
    expect(shape(unknown)).toEqual(shape(known));
    expect(known).toHaveLength(1);
    // What is in the job came from the request alone.
    expect(JSON.stringify(known)).not.toContain('auth0|');
    expect(pages.messages.emails).toHaveLength(0);
  });

  test.for([
    ['no connection', { client_id: 'x', email: EMAIL }],
    ['no identifier', { connection: 'people' }],
    ['an identifier that is no text', { connection: 'people', email: { $ne: '' } }],
    ['a member that nobody knows', { connection: 'people', email: EMAIL, admin: 'true' }],
    ['an unknown connection', { connection: 'others', email: EMAIL }],
    ['an unknown client', { client_id: 'x', connection: 'people', email: EMAIL }],
  ] as const)('refuses %s', async ([, payload]) => {
    const answer = await ask(payload);
    expect(answer.statusCode).toBe(400);
    expect(pages.jobs).toHaveLength(0);
  });

  test('sends no more than its limit to one identifier, and answers alike', async () => {
    const { email = '' } = await addPerson();
    const answers = await Promise.all(Array.from({ length: 14 }, () => ask(body(email))));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(pages.jobs).toHaveLength(10);
    // However the identifier is written, it is the same person's.
    for (let blanks = 1; blanks <= 5; blanks += 1) {
      const disguised = `${' '.repeat(blanks)}\0${email.toUpperCase()}${' '.repeat(blanks)}\0`;
      expect((await ask(body(disguised))).statusCode).toBe(200);
    }
    expect(pages.jobs).toHaveLength(10);
  });
});

describe('the pages of a password reset', () => {
  test('lead from the login page to a new password, which ends what the old one began', async () => {
    const { email = '', userId } = await addPerson();
    await pages.store.oidcModels.upsert('Session', 'old', { accountId: userId, uid: 'u1' }, 3600);
    const waiting = ['mfa-token', 'webauthn-challenge'] as const;
    for (const kind of waiting) {
      const expiresAt = new Date(Date.now() + 600_000);
      await pages.store.tickets.save({ kind, key: `of ${kind}`, userId, payload: {}, expiresAt });
    }
    const browser = new Visitor(pages);
    const changed = await changePassword(browser, await askForLink(email));
    expect(changed.statusCode).toBe(303);
    const done = await browser.get(String(changed.headers.location));
    expect(done.statusCode).toBe(200);
    expect(done.body).toContain('Password changed');
    expect(await canLogIn(email, NEW_PASSWORD)).toBe(true);
    expect(await canLogIn(email, PASSWORD)).toBe(false);
    expect(await pages.store.oidcModels.find('Session', 'old')).toBeUndefined();
    for (const kind of waiting) {
      expect(await pages.store.tickets.find(kind, `of ${kind}`)).toBeUndefined();
    }
    expect((await pages.store.users.find(userId))?.emailVerified).toBe(true);
    expect((await pages.listLogs('scp')).map((entry) => entry.userId)).toContain(userId);
  });

  test('take the passkeys of whoever signed up with an address that was never theirs', async () => {
    const { email = '', userId } = await addPerson();
    const enroll = async (of: string) => {
      const id = `passkey|dev_${of}`;
      const secret = { publicKey: 'x', counter: 0 };
      const credentialId = `credential-${of}`;
      const row = { id, userId, type: 'passkey', isConfirmed: true, credentialId, secret } as const;
      await pages.store.authenticators.create(row);
      return pages.store.authenticators.listForUser(userId);
    };
    expect(await enroll('stranger')).toHaveLength(1);
    await changePassword(new Visitor(pages), await askForLink(email));
    expect(await pages.store.authenticators.listForUser(userId)).toEqual([]);
    // The address is proved now: what its owner sets up stays.
    expect(await enroll('owner')).toHaveLength(1);
    await changePassword(new Visitor(pages), await askForLink(email), `${NEW_PASSWORD}!`);
    expect(await pages.store.authenticators.listForUser(userId)).toHaveLength(1);
  });

  test('lead to no address that is no web page, whatever the template of the mail says', async () => {
    const { email = '' } = await addPerson();
    await pages.store.emailTemplates.save({
      ...{ name: 'reset_email', isEnabled: true, resultUrl: 'javascript:alert(1)' },
    });
    const changed = await changePassword(new Visitor(pages), await askForLink(email));
    expect(changed.headers.location).toMatch(/^\/u\/reset-password\?state=/);
    await pages.store.emailTemplates.save({ name: 'reset_email', isEnabled: true });
  });

  test('say the same of an address that nobody has, and send nothing', async () => {
    const browser = new Visitor(pages);
    const state = pages.transactions.open();
    const page = await browser.get(`/u/reset-password/request/people?state=${state}`);
    const fields = fill(page.body, {
      identifier: 'nobody@example.com',
      request: hidden(page.body, 'request'),
    });
    const answer = await browser.post('/u/reset-password/request/people', fields);
    await pages.runResetJobs();
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('If there is an account');
    expect(pages.messages.emails).toHaveLength(0);
  });

  test('send one mail for a form that is sent twice', async () => {
    const { email = '' } = await addPerson();
    const browser = new Visitor(pages);
    const state = pages.transactions.open();
    const { body } = await browser.get(`/u/reset-password/request/people?state=${state}`);
    const fields = fill(body, { identifier: email, request: hidden(body, 'request') });
    const path = '/u/reset-password/request/people';
    await Promise.all([browser.post(path, fields), browser.post(path, fields)]);
    expect(pages.jobs).toHaveLength(1);
  });

  test('take a link once', async () => {
    const { email = '' } = await addPerson();
    const link = await askForLink(email);
    await changePassword(new Visitor(pages), link);
    const again = await new Visitor(pages).follow(link);
    expect(again.answer.statusCode).toBe(400);
    expect(again.answer.body).toContain('This link cannot be used any more');
  });

  test('let one of two tabs win, and of two requests at once', async () => {
    const { email = '' } = await addPerson();
    const link = await askForLink(email);
    const [one, two] = [new Visitor(pages), new Visitor(pages)];
    const first = await one.follow(link);
    const second = await two.follow(link);
    const answers = await Promise.all([
      one.post('/u/reset-password', fill(first.answer.body, { password: 'First-horse-1234' })),
      two.post('/u/reset-password', fill(second.answer.body, { password: 'Second-horse-1234' })),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 400]);
    const isFirst = answers[0]?.statusCode === 303;
    expect(await canLogIn(email, 'First-horse-1234')).toBe(isFirst);
    expect(await canLogIn(email, 'Second-horse-1234')).toBe(!isFirst);
  });

  test('answer a form that is sent twice with the same page, and change the password once', async () => {
    const { email = '', userId } = await addPerson();
    const browser = new Visitor(pages);
    const { answer } = await browser.follow(await askForLink(email));
    const fields = fill(answer.body, { password: NEW_PASSWORD });
    // Each begins somewhat later than the one before, so that some find what the first has done half-way.
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, number) => {
        for (let turn = 0; turn < number; turn++) await pages.store.users.find(userId);
        return browser.post('/u/reset-password', fields);
      }),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([303]));
    const entries = (await pages.listLogs('scp')).filter((entry) => entry.userId === userId);
    expect(entries).toHaveLength(1);
  });

  test('void other links of the person', async () => {
    const { email = '' } = await addPerson();
    const [older, newer] = [await askForLink(email), await askForLink(email)];
    await changePassword(new Visitor(pages), newer);
    expect((await new Visitor(pages).follow(older)).answer.statusCode).toBe(400);
  });

  test('know no state of another browser', async () => {
    const { email = '' } = await addPerson();
    const victim = new Visitor(pages);
    const { at, answer } = await victim.follow(await askForLink(email));
    const thief = new Visitor(pages);
    await thief.get(`/u/login?state=${pages.transactions.open()}`);
    expect((await thief.get(at)).statusCode).toBe(400);
    const stolen = await thief.post(
      '/u/reset-password',
      fill(answer.body, { password: 'Stolen-1234' }),
    );
    expect([400, 403]).toContain(stolen.statusCode);
    expect(await canLogIn(email, 'Stolen-1234')).toBe(false);
  });

  test('refuse a form without its token', async () => {
    const { email = '' } = await addPerson();
    const browser = new Visitor(pages);
    const { answer } = await browser.follow(await askForLink(email));
    const fields = { ...fill(answer.body, { password: NEW_PASSWORD }), csrf_token: 'x' };
    expect((await browser.post('/u/reset-password', fields)).statusCode).toBe(403);
  });

  test('void a link once the person has another address', async () => {
    const { email = '', userId } = await addPerson();
    const link = await askForLink(email);
    await pages.store.users.update(userId, { email: `moved-${email}` });
    expect((await new Visitor(pages).follow(link)).answer.statusCode).toBe(400);
  });

  test('show the rules of a weak password, and keep the link', async () => {
    const { email = '', userId } = await addPerson();
    const browser = new Visitor(pages);
    const refused = await changePassword(browser, await askForLink(email), 'short');
    expect(refused.statusCode).toBe(400);
    const fields = fill(refused.body, { password: NEW_PASSWORD });
    expect((await browser.post('/u/reset-password', fields)).statusCode).toBe(303);
    const failures = (await pages.listLogs('fcp')).filter((entry) => entry.userId === userId);
    expect(failures).toHaveLength(1);
  });

  test.for([
    '/u/reset-verify',
    '/u/reset-verify?ticket=',
    '/u/reset-verify?ticket=..%2F..%2Fetc',
    '/u/reset-verify?ticket=a&ticket=b',
    '/u/reset-password',
    '/u/reset-password?state=rs_x',
    `/u/reset-password?state=rs_${'a'.repeat(43)}`,
    '/u/reset-password?state=%00',
    '/u/reset-password/resume?state=rs_',
    '/continue?state=rs_unknown',
    '/u/reset-password/request/people?state=unknown',
    '/u/reset-password/request/%00?state=unknown',
  ])('answer %s with a page and no server error', async (url) => {
    const answer = await new Visitor(pages).get(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('text/html');
  });
});

describe('password-reset-post-challenge', () => {
  const suspended = (cause: object) => ({
    kind: 'suspended' as const,
    suspension: {
      executionId: 'execution-1',
      remaining: [],
      effects: {
        idTokenClaims: {},
        accessTokenClaims: {},
        addedScopes: [],
        removedScopes: [],
        transactionMetadata: {},
      },
      ...cause,
    } as never,
  });
  const redirect = suspended({ kind: 'redirect', url: 'https://check.example/start?a=1' });

  test('runs between link and password, with the link as first challenge', async () => {
    const { email = '', userId } = await addPerson();
    const link = await askForLink(email);
    pages.pipeline.runs.length = 0;
    await new Visitor(pages).follow(link);
    expect(pages.pipeline.runs.map(({ triggerId }) => triggerId)).toEqual([
      'password-reset-post-challenge',
    ]);
    expect(pages.pipeline.events.at(-1)).toMatchObject({
      user: { user_id: userId },
      client: { client_id: pages.clientId },
      authentication: { methods: [{ name: 'email' }] },
    });
  });

  test('denies with a page, and no password can be set then', async () => {
    const { email = '', userId } = await addPerson();
    pages.pipeline.end = { kind: 'denied', reason: 'Call us <b>first</b>.' };
    const browser = new Visitor(pages);
    const { answer, at } = await browser.follow(await askForLink(email));
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('Call us &lt;b&gt;first&lt;/b&gt;.');
    const state = new URL(at, 'https://login.test').searchParams.get('state') ?? '';
    const login = await browser.get(`/u/login?state=${pages.transactions.open()}`);
    const token = hidden(login.body, 'csrf_token');
    const forced = await browser.post('/u/reset-password', {
      ...{ state, csrf_token: token, password: NEW_PASSWORD },
    });
    expect([400, 403]).toContain(forced.statusCode);
    expect(await canLogIn(email, NEW_PASSWORD)).toBe(false);
    expect((await pages.listLogs('fcp')).some((entry) => entry.userId === userId)).toBe(true);
  });

  test('fails closed when an action breaks', async () => {
    const { email = '' } = await addPerson();
    pages.pipeline.end = { kind: 'failed', message: 'The action broke.' };
    const { answer } = await new Visitor(pages).follow(await askForLink(email));
    expect(answer.statusCode).toBe(403);
  });

  test('sends the browser away, and goes on when it comes back with its state, once', async () => {
    const { email = '' } = await addPerson();
    pages.pipeline.ends.push(redirect);
    const browser = new Visitor(pages);
    const away = await browser.get(await askForLink(email));
    const target = new URL(String(away.headers.location));
    const state = target.searchParams.get('state') ?? '';
    expect(target.origin).toBe('https://check.example');
    expect(state).toMatch(/^rs_/);
    expect((await new Visitor(pages).get(`/continue?state=${state}`)).statusCode).toBe(400);
    const { answer } = await browser.follow(`/continue?state=${state}&proof=yes`);
    expect(answer.body).toContain('Choose a new password');
    expect(pages.pipeline.runs.at(-1)?.resume).toMatchObject({ kind: 'redirect' });
    expect(pages.pipeline.events.at(-1)).toMatchObject({ request: { query: { proof: 'yes' } } });
    const runs = pages.pipeline.runs.length;
    expect((await browser.get(`/continue?state=${state}`)).statusCode).toBe(400);
    expect(pages.pipeline.runs).toHaveLength(runs);
    const fields = fill(answer.body, { password: NEW_PASSWORD });
    expect((await browser.post('/u/reset-password', fields)).statusCode).toBe(303);
  });

  test.for(['https://check.example:99999/', 'http://[check', 'javascript:alert(1)'])(
    'refuses to send the browser to %s, which is no web page',
    async (url) => {
      const { email = '' } = await addPerson();
      const link = await askForLink(email);
      pages.pipeline.end = suspended({ kind: 'redirect', url });
      const { answer } = await new Visitor(pages).follow(link);
      expect(answer.statusCode).toBe(403);
      expect(answer.body).toContain('no web page');
      pages.pipeline.end = { kind: 'completed' };
      expect((await changePassword(new Visitor(pages), link)).statusCode).toBe(303);
    },
  );

  test('goes on once when the browser comes back twice at once', async () => {
    const { email = '' } = await addPerson();
    pages.pipeline.ends.push(redirect);
    const browser = new Visitor(pages);
    const away = await browser.get(await askForLink(email));
    const { searchParams } = new URL(String(away.headers.location));
    const url = `/continue?state=${searchParams.get('state')}`;
    const runs = pages.pipeline.runs.length;
    const answers = await Promise.all([browser.get(url), browser.get(url), browser.get(url)]);
    expect(pages.pipeline.runs).toHaveLength(runs + 1);
    expect(answers.filter(({ statusCode }) => statusCode === 303)).toHaveLength(1);
  });

  test('takes what another site posts without the cookie once the browser shows up', async () => {
    const { email = '' } = await addPerson();
    pages.pipeline.ends.push(redirect);
    const browser = new Visitor(pages);
    const away = await browser.get(await askForLink(email));
    const { searchParams } = new URL(String(away.headers.location));
    const url = `/continue?state=${searchParams.get('state')}`;
    const posted = await browser.post(url, { session_token: 'signed' }, { cookie: '' });
    expect(posted.statusCode).toBe(303);
    const { answer } = await browser.follow(String(posted.headers.location));
    expect(answer.body).toContain('Choose a new password');
    expect(pages.pipeline.events.at(-1)).toMatchObject({
      request: { method: 'POST', body: { session_token: 'signed' } },
    });
  });

  test('cannot be passed over: a suspended reset takes no password', async () => {
    const { email = '' } = await addPerson();
    pages.pipeline.ends.push(redirect);
    const browser = new Visitor(pages);
    const away = await browser.get(await askForLink(email));
    const state = new URL(String(away.headers.location)).searchParams.get('state') ?? '';
    const shown = await browser.get(`/u/reset-password?state=${state}`);
    expect(shown.body).not.toContain('name="password"');
    const resumed = await browser.get(`/u/reset-password?state=${state}`);
    expect(String(resumed.headers.location)).toContain('check.example');
  });

  test('decides where the browser goes at the end', async () => {
    const { email = '' } = await addPerson();
    pages.pipeline.effects = { resultUrl: 'https://shop.example/welcome?x=1' };
    const browser = new Visitor(pages);
    const changed = await changePassword(browser, await askForLink(email));
    expect(changed.headers.location).toBe('https://shop.example/welcome?x=1');
  });
});
