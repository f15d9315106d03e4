import { describe, expect, test } from 'vitest';
import { EMAIL, type OpenPages, openPages } from './open-pages.ts';
import { EMAIL_CONNECTION, PEOPLE, SMS_CONNECTION, Visitor } from './page-visitor.ts';

const ONLY_EMAIL = { connections: [EMAIL_CONNECTION] };
const sentCode = (pages: OpenPages) => String(pages.messages.emails.at(-1)?.variables.code);
const wrong = (code: string) => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

/** Goes as far as the page that asks for the code. */
async function askForCode(pages: OpenPages, address = EMAIL) {
  const visitor = new Visitor(pages);
  const state = pages.transactions.open();
  await visitor.get(`/u/login?state=${state}`);
  const sent = await visitor.post('/u/login/passwordless', { email: address });
  expect(sent).toMatchObject({ status: 303, location: `/u/login/code?state=${state}` });
  await visitor.get(String(sent.location));
  return { visitor, state };
}

describe('/u/login/passwordless and /u/login/code', () => {
  test('log in with a code from an e-mail, whoever is new too', async () => {
    await using pages = await openPages('code_page', ONLY_EMAIL);
    const { visitor, state } = await askForCode(pages);
    expect(visitor.html).toContain(EMAIL);
    expect(visitor.html).toContain('autocomplete="one-time-code"');
    expect(pages.messages.emails).toMatchObject([{ to: EMAIL, template: 'passwordless_email' }]);
    const refused = await visitor.post('/u/login/code', { code: wrong(sentCode(pages)) });
    expect(refused).toMatchObject({ status: 400 });
    expect(refused.html).toContain('Wrong or expired code');
    const done = await visitor.post('/u/login/code', { code: ` ${sentCode(pages)} ` });
    expect(done).toMatchObject({ status: 303, location: `/authorize/${state}` });
    expect(pages.transactions.completed).toMatchObject([
      { method: 'email', connection: { name: 'email' }, userId: expect.stringMatching(/^email\|/) },
    ]);
    expect(pages.pipeline.events[0]).toMatchObject({ transaction: { state: 'app-state' } });
  });

  test('log in with a code from a text message', async () => {
    await using pages = await openPages('code_page_sms', { connections: [PEOPLE, SMS_CONNECTION] });
    const visitor = new Visitor(pages);
    const state = pages.transactions.open();
    const login = await visitor.get(`/u/login?state=${state}`);
    // The only database needs no name beside the button.
    expect(login.html).not.toContain(`>${PEOPLE.name}<`);
    const link = /href="([^"]*\/u\/login\/passwordless[^"]*)"/.exec(login.html)?.[1] ?? '';
    await visitor.get(link.replaceAll('&amp;', '&').replaceAll('&#38;', '&'));
    const bad = await visitor.post('/u/login/passwordless', { phone_number: '0151' });
    expect(bad).toMatchObject({ status: 400 });
    expect(bad.html).toContain('phone_number-problem');
    const sent = await visitor.post('/u/login/passwordless', { phone_number: '+49 151 1234567' });
    await visitor.get(String(sent.location));
    const code = pages.messages.phoneMessages.at(-1)?.code ?? '';
    await visitor.post('/u/login/code', { code });
    expect(pages.transactions.completed).toMatchObject([{ method: 'sms' }]);
  });

  test('send one message and log in once however often a form is sent', async () => {
    await using pages = await openPages('code_page_twice', ONLY_EMAIL);
    const visitor = new Visitor(pages);
    const state = pages.transactions.open();
    await visitor.get(`/u/login?state=${state}`);
    await visitor.post('/u/login/passwordless', { email: EMAIL });
    const again = await visitor.post('/u/login/passwordless', { email: EMAIL });
    expect(again.status).toBe(303);
    expect(pages.messages.emails).toHaveLength(1);
    await visitor.get(String(again.location));
    const form = visitor.form('/u/login/code', { code: sentCode(pages) });
    const answers = await Promise.all([pages.app.inject(form), pages.app.inject(form)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 303]);
    expect(await pages.countUsers()).toBe(1);
    const resent = await visitor.post('/u/login/code/resend');
    expect(resent.location).toContain('resent=1');
    await visitor.post('/u/login/code/resend');
    expect(pages.messages.emails).toHaveLength(2);
  });

  test('know two tabs apart', async () => {
    await using pages = await openPages('code_page_tabs', ONLY_EMAIL);
    const first = await askForCode(pages, 'one@example.com');
    const code = sentCode(pages);
    const second = await askForCode(pages, 'two@example.com');
    expect(second.visitor.html).not.toContain('one@example.com');
    expect((await second.visitor.post('/u/login/code', { code })).status).toBe(400);
    expect((await first.visitor.post('/u/login/code', { code })).status).toBe(303);
    expect(pages.transactions.completed).toMatchObject([{ state: first.state }]);
  });

  test('say nothing of who exists where sign-up is disabled', async () => {
    const closed = { ...EMAIL_CONNECTION, options: { disable_signup: true } };
    await using pages = await openPages('code_page_closed', { connections: [closed] });
    const { visitor } = await askForCode(pages, 'nobody@example.com');
    expect(pages.messages.emails).toEqual([]);
    const refused = await visitor.post('/u/login/code', { code: '000000' });
    expect(refused.html).toContain('Wrong or expired code');
    expect(await pages.countUsers()).toBe(0);
  });

  test('show people what an action refuses them with', async () => {
    await using pages = await openPages('code_page_denied', ONLY_EMAIL);
    pages.pipeline.end = { kind: 'denied', reason: 'internal', userMessage: 'Ask your boss' };
    const { visitor } = await askForCode(pages);
    const refused = await visitor.post('/u/login/code', { code: sentCode(pages) });
    expect(refused.html).toContain('Ask your boss');
    expect(refused.html).not.toContain('internal');
    expect(pages.transactions.completed).toEqual([]);
  });

  test('lead back to the beginning when there is nothing to go on with', async () => {
    await using pages = await openPages('code_page_lost', ONLY_EMAIL);
    const visitor = new Visitor(pages);
    const state = pages.transactions.open();
    const early = await visitor.get(`/u/login/code?state=${state}`);
    expect(early.html).toContain('action="/u/login/passwordless"');
    const unknown = await visitor.get('/u/login/code?state=unknown');
    expect(unknown.status).toBe(400);
    const foreign = await visitor.get(`/u/login/passwordless?state=${state}&connection=other`);
    expect(foreign.status).toBe(400);
    const { visitor: late, state: gone } = await askForCode(pages);
    pages.transactions.forget(gone);
    expect((await late.post('/u/login/code', { code: sentCode(pages) })).status).toBe(400);
  });

  test.for(['/u/login/passwordless', '/u/login/code', '/u/login/code/resend'])(
    'refuse a forged form at %s',
    async (path) => {
      await using pages = await openPages('code_page_forged', ONLY_EMAIL);
      const { visitor, state } = await askForCode(pages);
      if (path === '/u/login/passwordless') await visitor.get(`/u/login?state=${state}`);
      expect((await visitor.post(path, { csrf_token: 'x' })).status).toBe(403);
    },
  );
});

describe('/passwordless/verify_redirect', () => {
  const asked = { response_type: 'code', scope: 'openid', state: 'app-state', redirect_uri: 'x' };

  async function sendLink(pages: OpenPages) {
    const { client_id: clientId, secret } = { client_id: pages.clientId, secret: 'secret' };
    const answer = await pages.app.inject({
      method: 'POST',
      url: '/passwordless/start',
      payload: {
        ...{ client_id: clientId, client_secret: secret, connection: 'email', email: EMAIL },
        send: 'link',
        authParams: asked,
      },
    });
    expect(answer.statusCode).toBe(200);
    const link = new URL(String(pages.messages.emails.at(-1)?.variables.link));
    return `${link.pathname}${link.search}`;
  }

  test('begins the authorization that was asked for, and logs in there', async () => {
    await using pages = await openPages('link_page', ONLY_EMAIL);
    const link = await sendLink(pages);
    const visitor = new Visitor(pages);
    // Mail programs look at links, and use nothing up.
    for (let n = 0; n < 3; n += 1) await new Visitor(pages).get(link);
    const shown = await visitor.get(link);
    expect(shown.html).toContain(EMAIL);
    expect(shown.html).toContain('Field Notes');
    const sent = await visitor.post('/passwordless/verify_redirect');
    const authorize = new URL(String(sent.location), pages.place.baseUrl);
    expect(authorize.pathname).toBe('/authorize');
    expect(Object.fromEntries(authorize.searchParams)).toMatchObject({
      ...asked,
      client_id: pages.clientId,
      connection: 'email',
      prompt: 'login',
    });
    // The protocol sends the browser to the login page.
    const state = pages.transactions.open({ connection: 'email' });
    const done = await visitor.get(`/u/login?state=${state}`);
    expect(done).toMatchObject({ status: 303, location: `/authorize/${state}` });
    expect(pages.transactions.completed).toMatchObject([{ method: 'email', state }]);
    const again = await new Visitor(pages).get(link);
    // What was used begins nothing more.
    await visitor.get(link);
    await visitor.post('/passwordless/verify_redirect');
    const late = await visitor.get(
      `/u/login?state=${pages.transactions.open({ connection: 'email' })}`,
    );
    expect(late.status).toBe(400);
    expect(late.html).toContain('This link no longer works');
    expect(again.status).toBeLessThan(500);
  });

  test('knows no other link, and no forged form', async () => {
    await using pages = await openPages('link_page_bad', ONLY_EMAIL);
    const link = await sendLink(pages);
    const visitor = new Visitor(pages);
    for (const bad of ['', '?ticket=', '?ticket=x', `${link.slice(link.indexOf('?'))}x`]) {
      const answer = await visitor.get(`/passwordless/verify_redirect${bad}`);
      expect(answer.status).toBe(400);
      expect(answer.html).toContain('This link no longer works');
    }
    await visitor.get(link);
    const forged = await visitor.post('/passwordless/verify_redirect', { csrf_token: 'x' });
    expect(forged.status).toBe(403);
    expect(visitor.cookie()).not.toContain('tessera_link');
  });

  test('takes a link from no cookie that another host of the domain can set', async () => {
    await using pages = await openPages('link_page_planted', ONLY_EMAIL);
    const link = await sendLink(pages);
    const own = new Visitor(pages);
    await own.get(link);
    const sent = await own.post('/passwordless/verify_redirect');
    const [cookie = ''] = [sent.headers['set-cookie'] ?? ''].flat().map(String);
    expect(cookie).toMatch(
      /^__Host-tessera_link=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; .*Secure/,
    );
    // The stranger's link, in the browser of somebody who is about to log in.
    const secret = link.slice(link.indexOf('=') + 1);
    const state = pages.transactions.open({ connection: 'email' });
    const login = await pages.app.inject({
      url: `/u/login?state=${state}`,
      headers: { cookie: `tessera_link=${secret}` },
    });
    expect(login.statusCode).not.toBe(400);
    expect(pages.transactions.completed).toEqual([]);
  });

  test('logs nobody in where the login is for another connection', async () => {
    await using pages = await openPages('link_page_other', {
      connections: [PEOPLE, EMAIL_CONNECTION],
    });
    const visitor = new Visitor(pages);
    await visitor.get(await sendLink(pages));
    await visitor.post('/passwordless/verify_redirect');
    const state = pages.transactions.open({ connection: 'people' });
    const login = await visitor.get(`/u/login?state=${state}`);
    expect(login.html).toContain('type="password"');
    expect(pages.transactions.completed).toEqual([]);
  });
});
