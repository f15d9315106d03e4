import { VERIFICATION_LIMITS } from '@tessera/accounts';
import type { JsonObject } from '@tessera/model';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenPages, openPages, PASSWORD } from './open-pages.ts';
import { fill, hidden, Visitor } from './visitor.ts';

const PAGE = '/u/email-verification/code';

const attributes = (email: JsonObject, phone?: JsonObject): JsonObject => ({
  attributes: {
    email: { identifier: { active: true }, ...email },
    ...(phone ? { phone_number: { identifier: { active: true }, ...phone } } : {}),
  },
});
const REQUIRED = { status: 'required', verification: { active: true } };
const OPTIONAL_CODE = attributes({
  verification_method: 'otp',
  signup: { status: 'required' },
});
const REQUIRED_CODE = attributes({ verification_method: 'otp', signup: REQUIRED });
const BOTH = attributes(
  { verification_method: 'code', signup: REQUIRED },
  { signup: { status: 'optional', verification: { active: true } } },
);
const BY_LINK = attributes({ verification_method: 'link', signup: { status: 'required' } });

let pages: OpenPages;
let next = 0;
beforeAll(async () => {
  pages = await openPages('signup-verification');
});
afterAll(() => pages[Symbol.asyncDispose]());
beforeEach(async () => {
  await useOptions(REQUIRED_CODE);
  pages.messages.emails.length = 0;
  pages.messages.phoneMessages.length = 0;
  pages.transactions.completed.length = 0;
});

const useOptions = (options: JsonObject) =>
  pages.store.connections.update(pages.connection.id, { options });

/** Signs somebody up as far as the next page; everybody comes from an address of their own. */
async function signUp(fields: Record<string, string> = {}, browser = new Visitor(pages)) {
  next += 1;
  const email = `verify-${next}@example.com`;
  pages.place.ip = `192.0.2.${next}`;
  const state = pages.transactions.open();
  const { body } = await browser.get(`/u/signup?state=${state}`);
  const form = fill(body, { email, password: PASSWORD, ...fields });
  const answer = await browser.post('/u/signup', form);
  return {
    browser,
    state,
    email,
    form,
    answer,
    page: await show(browser, answer.headers.location),
  };
}

async function show(browser: Visitor, location: unknown): Promise<string> {
  return String(location).startsWith(PAGE) ? (await browser.get(String(location))).body : '';
}

const sentCode = () => String(pages.messages.emails.at(-1)?.variables.code);
const otherThan = (code: string): string => (code === '000000' ? '111111' : '000000');
const enter = (browser: Visitor, page: string, code: string) =>
  browser.post(PAGE, fill(page, { code }));
const findUser = async (email: string) => (await pages.store.users.listByEmail(email))[0];
const completedUsers = () => pages.transactions.completed.map(({ userId }) => userId);

describe('the code after sign-up', () => {
  test('is asked for before the login goes on, and verifies the address', async () => {
    const { browser, email, page, answer, state } = await signUp();
    expect(answer.headers.location).toBe(`${PAGE}?state=${state}`);
    expect(pages.messages.emails.map(({ template, to }) => [template, to])).toEqual([
      ['verify_email_by_code', email],
    ]);
    expect(page).toContain(email);
    expect(page).not.toContain(sentCode());
    expect(page).not.toContain(`${PAGE}/skip`);
    expect(completedUsers()).toEqual([]);
    const code = sentCode();
    const entered = await enter(browser, page, `${code.slice(0, 3)} ${code.slice(3)}`);
    expect(entered.headers.location).toBe(`/authorize/${state}`);
    const user = await findUser(email);
    expect(user?.emailVerified).toBe(true);
    expect(completedUsers()).toEqual([user?.userId]);
    const entries = (await pages.listLogs('sv')).filter(({ userId }) => userId === user?.userId);
    expect(entries).toHaveLength(1);
  });

  test('may be left for later where the connection lets people, and a link is mailed then', async () => {
    await useOptions(OPTIONAL_CODE);
    const { browser, email, page, state } = await signUp();
    const fields = fill(page, {});
    const answers = await Promise.all([
      browser.post(`${PAGE}/skip`, fields),
      browser.post(`${PAGE}/skip`, fields),
    ]);
    expect(answers.map(({ headers }) => headers.location)).toEqual(
      Array(2).fill(`/authorize/${state}`),
    );
    expect((await findUser(email))?.emailVerified).toBe(false);
    const templates = pages.messages.emails.map(({ template }) => template);
    expect(templates).toEqual(['verify_email_by_code', 'verify_email']);
  });

  test('cannot be left out where the connection requires it, nor by logging in', async () => {
    const { browser, email, page, state } = await signUp();
    expect((await browser.post(`${PAGE}/skip`, fill(page, {}))).statusCode).toBe(400);
    const other = new Visitor(pages);
    const again = pages.transactions.open();
    const { body } = await other.get(`/u/login?state=${again}`);
    const credentials = { identifier: email, password: PASSWORD };
    const answer = await other.post('/u/login', fill(body, credentials));
    expect(answer.headers.location).toBe(`${PAGE}?state=${again}`);
    expect(completedUsers()).toEqual([]);
    // Each login has a code of its own.
    const shown = await other.get(String(answer.headers.location));
    expect((await enter(browser, page, sentCode())).statusCode).toBe(400);
    const entered = await enter(other, shown.body, sentCode());
    expect(entered.headers.location).toBe(`/authorize/${again}`);
    // The first page finds that it has nothing to ask any more.
    const first = await enter(browser, page, '');
    expect(first.headers.location).toBe(`/authorize/${state}`);
  });

  test('is not asked for where links are mailed, nor of whoever logs in', async () => {
    await useOptions(BY_LINK);
    const { answer, state } = await signUp();
    expect(answer.headers.location).toBe(`/authorize/${state}`);
    expect(pages.messages.emails.map(({ template }) => template)).toEqual(['verify_email']);
    await useOptions(OPTIONAL_CODE);
    const email = `later-${next}@example.com`;
    await pages.createUser(email);
    const browser = new Visitor(pages);
    const login = pages.transactions.open();
    const { body } = await browser.get(`/u/login?state=${login}`);
    const credentials = { identifier: email, password: PASSWORD };
    const answered = await browser.post('/u/login', fill(body, credentials));
    expect(answered.headers.location).toBe(`/authorize/${login}`);
  });

  test('verifies a phone number too, one after the other', async () => {
    await useOptions(BOTH);
    const phone = `+4366012345${10 + next}`;
    const { browser, email, page, state } = await signUp({ phone_number: phone });
    expect(pages.messages.phoneMessages).toEqual([]);
    const entered = await enter(browser, page, sentCode());
    expect(entered.headers.location).toBe(`${PAGE}?state=${state}`);
    expect(pages.messages.phoneMessages).toMatchObject([
      { to: phone, via: 'sms', purpose: 'otp-verify' },
    ]);
    const code = String(pages.messages.phoneMessages[0]?.code);
    const second = await browser.get(String(entered.headers.location));
    expect(second.body).toContain(phone);
    expect((await enter(browser, second.body, otherThan(code))).statusCode).toBe(400);
    expect(await findUser(email)).toMatchObject({ emailVerified: true, phoneVerified: false });
    const done = await enter(browser, second.body, code);
    expect(done.headers.location).toBe(`/authorize/${state}`);
    expect(await findUser(email)).toMatchObject({ emailVerified: true, phoneVerified: true });
  });
});

describe('attacks on the code after sign-up', () => {
  test('a sign-up that is sent twice creates one account, sends one code, and both lead there', async () => {
    const browser = new Visitor(pages);
    const state = pages.transactions.open();
    const { body } = await browser.get(`/u/signup?state=${state}`);
    const form = fill(body, { email: 'twice@example.com', password: PASSWORD });
    const answers = await Promise.all([
      browser.post('/u/signup', form),
      browser.post('/u/signup', form),
    ]);
    const location = `${PAGE}?state=${state}`;
    expect(answers.map(({ headers }) => headers.location)).toEqual([location, location]);
    expect(pages.messages.emails).toHaveLength(1);
  });

  test('the right code, sent twice at once, verifies once and answers the same', async () => {
    const { browser, email, page, state } = await signUp();
    const code = sentCode();
    const answers = await Promise.all(Array.from({ length: 3 }, () => enter(browser, page, code)));
    const location = `/authorize/${state}`;
    expect(answers.map(({ headers }) => headers.location)).toEqual(Array(3).fill(location));
    const user = await findUser(email);
    const entries = (await pages.listLogs('sv')).filter(({ userId }) => userId === user?.userId);
    expect(entries).toHaveLength(1);
  });

  test('guesses are few, also at once, and the right code comes too late then', async () => {
    const { browser, email, page } = await signUp();
    const code = sentCode();
    const wrong = otherThan(code);
    const guesses = Array.from({ length: VERIFICATION_LIMITS.codeAttempts }, () =>
      enter(browser, page, wrong),
    );
    const answers = await Promise.all(guesses);
    expect(answers.every(({ statusCode }) => statusCode === 400)).toBe(true);
    expect((await enter(browser, page, code)).statusCode).toBe(400);
    expect(completedUsers()).toEqual([]);
    expect((await findUser(email))?.emailVerified).toBe(false);
    // Another code brings further guesses.
    const resent = await browser.post(`${PAGE}/resend`, fill(page, {}));
    expect(resent.headers.location).toMatch(/&resent=1$/);
    expect((await enter(browser, page, sentCode())).statusCode).toBe(303);
  });

  test('new codes are few, whatever the page, and void the ones before', async () => {
    const { browser, email, page, form } = await signUp();
    const first = sentCode();
    const fields = fill(page, {});
    // One wish, sent three times, is one code.
    await Promise.all([1, 2, 3].map(() => browser.post(`${PAGE}/resend`, fields)));
    expect(pages.messages.emails).toHaveLength(2);
    if (first !== sentCode()) expect((await enter(browser, page, first)).statusCode).toBe(400);
    // Others by logging in, again and again.
    const { email: identifier = '', password = '' } = form as Record<string, string>;
    const statuses: number[] = [];
    for (let i = 0; i < VERIFICATION_LIMITS.codesPerUser; i++) {
      const other = new Visitor(pages);
      const state = pages.transactions.open();
      const { body } = await other.get(`/u/login?state=${state}`);
      const answer = await other.post('/u/login', fill(body, { identifier, password }));
      statuses.push(answer.statusCode);
      if (answer.statusCode === 429) expect(answer.headers['retry-after']).toBeDefined();
    }
    expect(pages.messages.emails).toHaveLength(VERIFICATION_LIMITS.codesPerUser);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    expect((await findUser(email))?.emailVerified).toBe(false);
  });

  test('another browser gets neither the page nor the login, even with the code', async () => {
    const { page, state, email } = await signUp();
    const thief = new Visitor(pages);
    const shown = await thief.get(`${PAGE}?state=${state}`);
    expect(shown.headers.location).toBe(`/u/login?state=${state}`);
    const own = await thief.get(`/u/login?state=${state}`);
    const entered = await enter(thief, own.body, sentCode());
    expect(entered.headers.location).toBe(`/u/login?state=${state}`);
    const skipped = await thief.post(`${PAGE}/skip`, fill(own.body, {}));
    expect(skipped.headers.location).toBe(`/u/login?state=${state}`);
    // Nor with the form of the one who signed up.
    expect((await enter(thief, page, sentCode())).statusCode).toBeGreaterThanOrEqual(400);
    expect(completedUsers()).toEqual([]);
    expect((await findUser(email))?.emailVerified).toBe(false);
  });

  test('a code verifies no other account, and no address that came after it', async () => {
    const one = await signUp();
    const code = sentCode();
    const two = await signUp();
    if (code !== sentCode()) {
      expect((await enter(two.browser, two.page, code)).statusCode).toBe(400);
    }
    const user = await findUser(one.email);
    const email = `moved-${one.email}`;
    await pages.store.users.update(user?.userId ?? '', { email });
    expect((await enter(one.browser, one.page, code)).statusCode).toBe(400);
    expect((await findUser(email))?.emailVerified).toBe(false);
  });

  test('whoever is blocked meanwhile does not get in', async () => {
    const { browser, email, page, state } = await signUp();
    const user = await findUser(email);
    await pages.store.users.update(user?.userId ?? '', { blocked: true });
    const entered = await enter(browser, page, sentCode());
    expect(entered.headers.location).toBe(`/u/login?state=${state}`);
    expect(completedUsers()).toEqual([]);
  });

  test('the forms want their token, and an empty code is no guess', async () => {
    const { browser, page, state } = await signUp();
    const forged = await browser.post(PAGE, { state, csrf_token: 'x', code: sentCode() });
    expect(forged.statusCode).toBe(403);
    for (let i = 0; i < VERIFICATION_LIMITS.codeAttempts + 1; i++) {
      expect((await enter(browser, page, ' ')).statusCode).toBe(400);
    }
    expect(hidden(page, 'state')).toBe(state);
    expect((await enter(browser, page, sentCode())).statusCode).toBe(303);
  });
});
