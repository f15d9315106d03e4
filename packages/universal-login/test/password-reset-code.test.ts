import { RESET_LIMITS } from '@tessera/accounts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenPages, openPages, PASSWORD } from './open-pages.ts';
import { fill, hidden, Visitor } from './visitor.ts';

const NEW_PASSWORD = 'Even-better-horse-8';
const BY_CODE = {
  attributes: {
    email: {
      identifier: { active: true },
      signup: { status: 'required' },
      verification_method: 'code',
    },
  },
};

let pages: OpenPages;
beforeAll(async () => {
  pages = await openPages('password-reset-code', { connections: [{ options: BY_CODE }] });
});
afterAll(() => pages[Symbol.asyncDispose]());
beforeEach(() => {
  pages.messages.emails.length = 0;
  pages.jobs.length = 0;
});

let next = 0;
async function addPerson(): Promise<string> {
  next += 1;
  const email = `coded-${next}@example.com`;
  await pages.createUser(email);
  pages.messages.emails.length = 0;
  return email;
}

/** Asks for a code; returns the page that takes it, and what was sent. */
async function askForCode(email: string, browser: Visitor) {
  const state = pages.transactions.open();
  const { body } = await browser.get(`/u/reset-password/request/people?state=${state}`);
  const fields = fill(body, { identifier: email, request: hidden(body, 'request') });
  const page = await browser.post('/u/reset-password/request/people', fields);
  await pages.runResetJobs();
  return { page, code: String(pages.messages.emails.at(-1)?.variables.code ?? '') };
}

const enter = (browser: Visitor, html: string, code: string) =>
  browser.post('/u/reset-password/code', fill(html, { code, request: hidden(html, 'request') }));

const otherThan = (code: string): string => (code === '000000' ? '111111' : '000000');

describe('a password reset by code', () => {
  test('leads to the new password', async () => {
    const email = await addPerson();
    const browser = new Visitor(pages);
    const { page, code } = await askForCode(email, browser);
    expect(pages.messages.emails.map(({ template }) => template)).toEqual(['reset_email_by_code']);
    expect(page.body).not.toContain(code);
    const entered = await enter(browser, page.body, `${code.slice(0, 3)} ${code.slice(3)}`);
    const { answer } = await browser.follow(String(entered.headers.location));
    const fields = fill(answer.body, { password: NEW_PASSWORD });
    expect((await browser.post('/u/reset-password', fields)).statusCode).toBe(303);
    const input = { connection: pages.connection, identifier: email, password: NEW_PASSWORD };
    await expect(pages.accounts.logIn(pages.accountContext, input)).resolves.toMatchObject({
      email,
    });
  });

  test('takes a code once', async () => {
    const browser = new Visitor(pages);
    const { page, code } = await askForCode(await addPerson(), browser);
    const answers = await Promise.all([
      enter(browser, page.body, code),
      enter(browser, page.body, code),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 400]);
  });

  test('takes it from the browser that asked alone', async () => {
    const email = await addPerson();
    const { page, code } = await askForCode(email, new Visitor(pages));
    const thief = new Visitor(pages);
    const own = await askForCode('nobody@example.com', thief);
    const html = own.page.body.replace(
      hidden(own.page.body, 'request'),
      hidden(page.body, 'request'),
    );
    expect((await enter(thief, html, code)).statusCode).toBe(400);
  });

  test('ends after few guesses, also at once, and the right code comes too late then', async () => {
    const browser = new Visitor(pages);
    const { page, code } = await askForCode(await addPerson(), browser);
    const guesses = Array.from({ length: RESET_LIMITS.codeAttempts }, () =>
      enter(browser, page.body, otherThan(code)),
    );
    await Promise.all(guesses);
    expect((await enter(browser, page.body, code)).statusCode).toBe(429);
  });

  test('answers every guess for an address that nobody has just the same', async () => {
    const answersFor = async (email: string) => {
      const browser = new Visitor(pages);
      const { page, code } = await askForCode(email, browser);
      const seen = [page.statusCode];
      for (let n = 0; n <= RESET_LIMITS.codeAttempts; n += 1) {
        seen.push((await enter(browser, page.body, otherThan(code))).statusCode);
      }
      return seen;
    };
    const known = await answersFor(await addPerson());
    expect(await answersFor('nobody-at-all@example.com')).toEqual(known);
    expect(known.at(-1)).toBe(429);
  });

  test.for(['', 'abcdef', '123', '１２３４５６', '0'.repeat(5000), '\u0000'])(
    'refuses %j as a code',
    async (code) => {
      const browser = new Visitor(pages);
      const { page } = await askForCode(await addPerson(), browser);
      expect((await enter(browser, page.body, code)).statusCode).toBe(400);
    },
  );
});

describe('links of mails', () => {
  test('a link verifies the address it was sent to', async () => {
    await pages.createUser('verify-me@example.com');
    const url = new URL(String(pages.messages.emails.at(-1)?.variables.url));
    const answer = await new Visitor(pages).get(`${url.pathname}${url.search}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('Email address verified');
    const identifier = { email: 'verify-me@example.com' };
    const user = await pages.store.users.findByIdentifier('people', identifier);
    expect(user?.emailVerified).toBe(true);
  });

  test('a block is lifted by a form, not by looking at the link', async () => {
    const email = await addPerson();
    const { connection, accountContext, accounts } = pages;
    const logIn = (password: string) =>
      accounts.logIn(accountContext, { connection, identifier: email, password }).then(
        () => true,
        () => false,
      );
    for (let n = 0; n < 11; n += 1) await logIn('wrong');
    const url = new URL(String(pages.messages.emails.at(-1)?.variables.url));
    const browser = new Visitor(pages);
    const page = await browser.get(`${url.pathname}${url.search}`);
    expect(page.statusCode).toBe(200);
    expect(await logIn(PASSWORD)).toBe(false);
    const forged = await new Visitor(pages).post('/u/unblock-account', fill(page.body, {}));
    expect(forged.statusCode).toBe(403);
    expect((await browser.post('/u/unblock-account', fill(page.body, {}))).statusCode).toBe(200);
    expect(await logIn(PASSWORD)).toBe(true);
    expect((await browser.post('/u/unblock-account', fill(page.body, {}))).statusCode).toBe(400);
  });

  test.for([
    '/u/email-verification',
    '/u/email-verification?ticket=x',
    '/u/email-verification?ticket=%00',
    '/u/unblock-account?ticket=',
    '/u/unblock-account?ticket=a&ticket=b',
  ])('%s is answered with a page', async (path) => {
    expect((await new Visitor(pages).get(path)).statusCode).toBe(400);
  });
});
