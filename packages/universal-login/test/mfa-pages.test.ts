import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenMfaPages, openMfaPages, PlainBrowser } from './open-mfa-pages.ts';

let pages: OpenMfaPages;
beforeAll(async () => {
  pages = await openMfaPages('mfa-pages', {
    factors: ['otp', 'sms', 'email', 'push-notification', 'webauthn-roaming', 'recovery-code'],
    phoneMessageTypes: ['sms', 'voice'],
  });
});
afterAll(() => pages[Symbol.asyncDispose]());

const codeOf = (secret: string) => generateSync({ secret });
const answersOf = (state: string) =>
  pages.steps.answers.filter((given) => given.state === state).map(({ answer }) => answer);
const browse = async (state: string, name?: string) =>
  new PlainBrowser(pages, name).goTo(`/u/mfa?state=${state}`);

async function openChallenge(change: Parameters<OpenMfaPages['openStep']>[2] = {}) {
  const user = await pages.createUser();
  const { secret, recoveryCode } = await pages.enrollPassword(user);
  const state = pages.openStep(user, 'challenge', change);
  return { user, secret, recoveryCode, state, browser: await browse(state) };
}

describe('a challenge', () => {
  test('with an app passes, and says so to the flow', async () => {
    const { secret, state, browser } = await openChallenge();
    expect(browser.path).toMatch(/^\/u\/mfa-otp-challenge\?/);
    expect(browser.html).not.toContain('remember_browser');
    await browser.submit({ code: codeOf(secret) });
    expect(browser.path).toBe(`/resume/${state}`);
    expect(answersOf(state)).toEqual([
      { kind: 'factor', type: 'otp', at: expect.any(Date), rememberBrowser: false },
    ]);
  });

  test('remembers the browser only where the flow offers it', async () => {
    for (const allowRememberBrowser of [true, false]) {
      const { secret, state, browser } = await openChallenge({ allowRememberBrowser });
      expect(browser.html.includes('remember_browser')).toBe(allowRememberBrowser);
      await browser.submit({ code: codeOf(secret), remember_browser: 'on' });
      expect(answersOf(state)).toMatchObject([{ rememberBrowser: allowRememberBrowser }]);
    }
  });

  test('shows a wrong code as such, and neither the code nor more than that', async () => {
    const { browser, state } = await openChallenge();
    await browser.submit({ code: '000000' });
    expect(browser.status).toBe(400);
    expect(browser.html).toContain('This code is wrong, or was used already.');
    expect(browser.html).not.toContain('000000');
    expect(answersOf(state)).toEqual([]);
  });

  test('ends with 429 after too many wrong codes, also for the right one', async () => {
    const { secret, browser, state } = await openChallenge();
    const wrong = browser.buildSubmission({ code: '000000' });
    await Promise.all(Array.from({ length: 15 }, () => new PlainBrowser(pages).send(wrong)));
    for (let at = 0; at < 11; at += 1) await browser.submit({ code: '000000' });
    await browser.submit({ code: codeOf(secret) });
    expect(browser.status).toBe(429);
    expect(answersOf(state)).toEqual([]);
  });

  test('that is sent twice answers once and goes on twice', async () => {
    const { secret, state, browser } = await openChallenge();
    const form = browser.buildSubmission({ code: codeOf(secret) });
    await browser.send(form);
    await browser.send(form);
    expect(browser.path).toBe(`/resume/${state}`);
    expect(answersOf(state)).toHaveLength(1);
  });

  test('offers the factors that the flow names and the person has, and no other', async () => {
    const { recoveryCode, state, browser } = await openChallenge({
      types: ['otp', 'recovery-code', 'phone', 'webauthn-roaming'],
    });
    expect(browser.path).toMatch(/^\/u\/mfa-login-options/);
    expect([...browser.html.matchAll(/href="(\/u\/mfa-[a-z-]+)\?/g)].map(([, url]) => url)).toEqual(
      ['/u/mfa-otp-challenge', '/u/mfa-recovery-code-challenge'],
    );
    await browser.goTo(`/u/mfa-recovery-code-challenge?state=${state}`);
    await browser.submit({ code: recoveryCode });
    // A new code is shown before the flow goes on.
    expect(browser.path).toMatch(/^\/u\/mfa-recovery-code-new/);
    expect(answersOf(state)).toEqual([]);
    const shown = /<code[^>]*>([A-Z0-9 ]+)<\/code>/.exec(browser.html)?.[1]?.replaceAll(' ', '');
    expect(shown).toMatch(/^[A-Z0-9]{24}$/);
    expect(shown).not.toBe(recoveryCode);
    await browser.submit({});
    expect(browser.status).toBe(400);
    await browser.submit({ saved: 'on' });
    expect(browser.path).toBe(`/resume/${state}`);
    expect(answersOf(state)).toMatchObject([{ type: 'recovery-code' }]);
  });

  test('by e-mail sends one code, however often the page is loaded, and another when asked', async () => {
    const user = await pages.createUser({ emailVerified: true });
    const state = pages.openStep(user, 'challenge', { types: ['email'] });
    const sent = pages.codes.length;
    const browser = await browse(state);
    await browse(state);
    expect(pages.codes).toHaveLength(sent + 1);
    await browser.submit({ send: 'email' });
    expect(pages.codes).toHaveLength(sent + 2);
    await browser.submit({ code: pages.codes.at(-1) ?? '' });
    expect(browser.path).toBe(`/resume/${state}`);
    expect(answersOf(state)).toMatchObject([{ type: 'email' }]);
  });

  test('without any factor the person has fails the flow', async () => {
    const state = pages.openStep(await pages.createUser(), 'challenge', { types: ['otp'] });
    const browser = await browse(state);
    expect(browser.path).toBe(`/resume/${state}`);
    expect(answersOf(state)).toMatchObject([{ kind: 'failed', error: 'access_denied' }]);
  });
});

describe('an enrollment', () => {
  test('of an app shows QR code and key, keeps both, and then the recovery code', async () => {
    const user = await pages.createUser();
    const state = pages.openStep(user, 'enrollment');
    const browser = await browse(state);
    expect(browser.path).toMatch(/^\/u\/mfa-otp-enrollment/);
    expect(browser.html).toMatch(/<img src="data:image\/svg\+xml;base64,[\w+/=]+"/);
    const readSecret = () => /<code[^>]*>([A-Z2-7 ]+)<\/code>/.exec(browser.html)?.[1] ?? '';
    const secret = readSecret();
    await browser.submit({ code: '000000' });
    expect(browser.status).toBe(400);
    expect(readSecret()).toBe(secret);
    await browser.submit({ code: codeOf(secret.replaceAll(' ', '')) });
    expect(browser.path).toMatch(/^\/u\/mfa-recovery-code-new/);
    await browser.submit({ saved: 'on' });
    expect(browser.path).toBe(`/resume/${state}`);
    expect(answersOf(state)).toMatchObject([{ kind: 'factor', type: 'otp' }]);
  });

  test('of a phone asks for the number, then for the code', async () => {
    const user = await pages.createUser();
    const state = pages.openStep(user, 'enrollment', { types: ['phone', 'otp'] });
    const browser = await browse(state);
    expect(browser.path).toMatch(/^\/u\/mfa-enroll-options/);
    await browser.goTo(`/u/mfa-phone-enrollment?state=${state}`);
    await browser.submit({ phone_number: '12' });
    expect(browser.html).toContain('Please enter a phone number with its country code.');
    const sent = pages.codes.length;
    const form = browser.buildSubmission({ phone_number: '+44 20 7183 8750' });
    await browser.send(form);
    await browser.send(form);
    expect(pages.codes).toHaveLength(sent + 1);
    await browser.submit({ code: '0' });
    expect(browser.status).toBe(400);
    await browser.submit({ code: pages.codes.at(-1) ?? '' });
    await browser.submit({ saved: 'on' });
    expect(answersOf(state)).toMatchObject([{ type: 'phone' }]);
  });

  test('of a recovery code shows it until the person has kept it', async () => {
    const user = await pages.createUser();
    const state = pages.openStep(user, 'enrollment', { types: ['recovery-code'] });
    const browser = await browse(state);
    const code = /<code[^>]*>([A-Z0-9 ]+)<\/code>/.exec(browser.html)?.[1] ?? 'none';
    await browser.submit({});
    expect(browser.html).toContain(code);
    await browser.submit({ saved: 'on' });
    expect(browser.path).toBe(`/resume/${state}`);
    const proof = { kind: 'recovery-code', code } as const;
    const subject = { user, binding: 's' };
    expect(await pages.multifactor.verify(pages.mfaContext, subject, proof)).toMatchObject({
      kind: 'passed',
    });
  });
});

describe('the second factor cannot be got past', () => {
  test('by setting up another factor without passing the one there is', async () => {
    const user = await pages.createUser();
    const { secret } = await pages.enrollPassword(user);
    const state = pages.openStep(user, 'enrollment', { types: ['phone'] });
    const browser = await browse(state);
    expect(browser.path).toMatch(/^\/u\/mfa-login-options/);
    for (const path of ['phone-enrollment', 'otp-enrollment', 'recovery-code-enrollment']) {
      await browser.goTo(`/u/mfa-${path}?state=${state}`);
      expect(browser.path).toMatch(/^\/u\/mfa-login-options/);
    }
    await browser.goTo(`/u/mfa-otp-challenge?state=${state}`);
    const form = browser.buildSubmission({ phone_number: '+442071838750' });
    await browser.send({ ...form, url: '/u/mfa-phone-enrollment' });
    expect((await pages.store.authenticators.listForUser(user.userId)).map((a) => a.type)).toEqual([
      'totp',
      'recovery-code',
    ]);
    await browser.goTo(`/u/mfa-otp-challenge?state=${state}`);
    await browser.submit({ code: codeOf(secret) });
    expect(answersOf(state)).toEqual([]);
    expect(browser.path).toMatch(/^\/u\/mfa-phone-enrollment/);
  });

  test('by whom the flow says has passed a factor is not asked again', async () => {
    const user = await pages.createUser();
    await pages.enrollPassword(user);
    const state = pages.openStep(user, 'enrollment', { types: ['phone'], hasPassedFactor: true });
    expect((await browse(state)).path).toMatch(/^\/u\/mfa-phone-enrollment/);
  });

  test('by the pages of an enrollment, where a challenge is asked for', async () => {
    const { state, browser } = await openChallenge();
    await browser.goTo(`/u/mfa-otp-enrollment?state=${state}`);
    expect(browser.path).toMatch(/^\/u\/mfa-otp-challenge/);
    await browser.goTo(`/u/mfa-recovery-code-new?state=${state}`);
    expect(browser.path).toMatch(/^\/u\/mfa-otp-challenge/);
    await browser.goTo(`/u/mfa-email-challenge?state=${state}`);
    expect(browser.path).toMatch(/^\/u\/mfa-otp-challenge/);
    expect(answersOf(state)).toEqual([]);
  });

  test('with a code of another person, or for another flow', async () => {
    const [one, other] = [await openChallenge(), await openChallenge()];
    await other.browser.submit({ code: codeOf(one.secret) });
    expect(other.browser.status).toBe(400);
    const user = await pages.createUser({ emailVerified: true });
    const states = [0, 1].map(() => pages.openStep(user, 'challenge', { types: ['email'] }));
    const [first, second] = [await browse(states[0] ?? ''), await browse(states[1] ?? '')];
    const [codeOfFirst = '', codeOfSecond = ''] = pages.codes.slice(-2);
    if (codeOfFirst !== codeOfSecond) {
      await second.submit({ code: codeOfFirst });
      expect(second.status).toBe(400);
    }
    await first.submit({ code: codeOfFirst });
    expect(first.path).toBe(`/resume/${states[0]}`);
  });

  test('from another browser, with or without its form', async () => {
    const { secret, state, browser } = await openChallenge();
    const stranger = await browse(state, 'another');
    expect(stranger.status).toBe(400);
    expect(stranger.html).not.toContain('<form');
    const form = browser.buildSubmission({ code: codeOf(secret) });
    await stranger.send(form);
    expect(stranger.status).toBe(403);
    expect(answersOf(state)).toEqual([]);
  });

  test('by a form of another origin or with a token of another flow', async () => {
    const { secret, state, browser } = await openChallenge();
    const other = await openChallenge();
    const token = /name="csrf_token" value="([^"]+)"/.exec(other.browser.html)?.[1] ?? '';
    await browser.submit({ code: codeOf(secret) }, { csrf_token: token });
    expect(browser.status).toBe(403);
    expect(answersOf(state)).toEqual([]);
  });

  test('after the flow was answered: the page is gone', async () => {
    const { secret, state, browser } = await openChallenge();
    await browser.submit({ code: codeOf(secret) });
    await browser.goTo(`/u/mfa-otp-challenge?state=${state}`);
    expect(browser.status).toBe(400);
  });
});

describe('a passkey', () => {
  const BY_PASSWORD = { passwordConnectionId: 'con_people' };
  const OFFER = '/u/mfa-passkey-enrollment';
  const options = { authentication_methods: { passkey: { enabled: true } } };
  beforeAll(() => pages.store.connections.update('con_people', { options }));
  afterAll(() => pages.store.connections.update('con_people', { options: {} }));

  test('is offered once a factor was passed, and can be put off', async () => {
    const { secret, state, browser } = await openChallenge(BY_PASSWORD);
    await browser.goTo(`${OFFER}?state=${state}`);
    expect(browser.path).toMatch(/^\/u\/mfa-otp-challenge/);
    await browser.submit({ code: codeOf(secret) });
    expect(browser.path).toBe(`${OFFER}?state=${state}`);
    expect(answersOf(state)).toEqual([]);
    // A way around the page leads back to it; the second form is the one that goes on without.
    await browser.goTo(`/u/mfa?state=${state}`);
    const skip = browser.buildSubmission({});
    await browser.send(skip);
    expect(browser.path).toBe(`/resume/${state}`);
    await browser.send(skip);
    expect(browser.path).toBe(`/resume/${state}`);
    expect(answersOf(state)).toMatchObject([{ kind: 'factor', type: 'otp' }]);
  });

  test('is offered after a new recovery code was shown', async () => {
    const { recoveryCode, state, browser } = await openChallenge({
      ...BY_PASSWORD,
      types: ['recovery-code'],
    });
    await browser.submit({ code: recoveryCode });
    expect(browser.path).toMatch(/^\/u\/mfa-recovery-code-new/);
    await browser.submit({ saved: 'on' });
    expect(browser.path).toBe(`${OFFER}?state=${state}`);
  });

  test('is offered to nobody else', async () => {
    const logIn = async (
      change: Parameters<OpenMfaPages['openStep']>[2],
      prepare: (userId: string) => Promise<unknown> = async () => undefined,
    ) => {
      const { user, secret, browser } = await openChallenge(change);
      await prepare(user.userId);
      await browser.submit({ code: codeOf(secret) });
      return browser.path;
    };
    const own = (userId: string) =>
      pages.store.authenticators.create({
        id: `passkey|dev_${userId}`,
        userId,
        type: 'passkey',
        isConfirmed: true,
        credentialId: `credential of ${userId}`,
        secret: {},
      });
    // Not begun with a password; another database; whoever has one.
    expect(await logIn({})).toMatch(/^\/resume/);
    expect(await logIn({ passwordConnectionId: 'con_other' })).toMatch(/^\/resume/);
    expect(await logIn(BY_PASSWORD, own)).toMatch(/^\/resume/);
  });

  test('is nothing for whoever has not passed the factor, whatever they send', async () => {
    const { user, state, browser } = await openChallenge(BY_PASSWORD);
    const form = new URLSearchParams(browser.buildSubmission({}).payload);
    const payload = new URLSearchParams({
      state,
      csrf_token: form.get('csrf_token') ?? '',
      credential: '{"id":"x"}',
    }).toString();
    for (const url of [OFFER, `${OFFER}/options`]) {
      await browser.send({ method: 'POST', url, payload });
      expect(answersOf(state)).toEqual([]);
    }
    expect(browser.status).toBe(404);
    const kinds = await pages.store.authenticators.listForUser(user.userId);
    expect(kinds.map(({ type }) => type)).not.toContain('passkey');
  });

  test('that does not fit is refused on the page', async () => {
    const { secret, state, browser } = await openChallenge(BY_PASSWORD);
    await browser.submit({ code: codeOf(secret) });
    await browser.submit({ credential: '{"id":"x"}' });
    expect(browser.status).toBe(400);
    expect(answersOf(state)).toEqual([]);
  });
});

describe('a link of an enrollment ticket', () => {
  const invite = (userId: string, allowsFurther = false) =>
    pages.multifactor.createEnrollmentTicket(pages.mfaContext, {
      userId,
      allowsFurther,
      type: 'otp',
    });

  test('lets the person set up the factor, once', async () => {
    const { userId } = await pages.createUser();
    const ticket = await invite(userId);
    const browser = await new PlainBrowser(pages).goTo(`/mfa/enrollment?ticket=${ticket}`);
    const secret = /<code[^>]*>([A-Z2-7 ]+)<\/code>/.exec(browser.html)?.[1] ?? '';
    await browser.submit({ code: codeOf(secret.replaceAll(' ', '')) });
    const saved = browser.buildSubmission({ saved: 'on' });
    await browser.send(saved);
    expect(browser.heading).toBe('You are all set');
    await browser.send(saved);
    expect(browser.heading).toBe('You are all set');
    await browser.goTo(`/mfa/enrollment?ticket=${ticket}`);
    expect(browser.status).toBe(400);
    expect(browser.heading).toBe('This link no longer works');
  });

  const secretOf = (browser: PlainBrowser) =>
    (/<code[^>]*>([A-Z2-7 ]+)<\/code>/.exec(browser.html)?.[1] ?? '').replaceAll(' ', '');

  test('in two browsers sets up one factor, and shows its recovery code to one', async () => {
    const user = await pages.createUser();
    const ticket = await invite(user.userId, true);
    const open = () => new PlainBrowser(pages).goTo(`/mfa/enrollment?ticket=${ticket}`);
    const [own, other] = [await open(), await open()];
    const late = other.buildSubmission({ code: codeOf(secretOf(other)) });
    await own.submit({ code: codeOf(secretOf(own)) });
    expect(own.path).toMatch(/^\/u\/mfa-recovery-code-new/);
    const code = /<code[^>]*>([A-Z0-9 ]+)<\/code>/.exec(own.html)?.[1] ?? 'none';
    const gone = 'This link no longer works';
    for (const path of [own.path, `/u/mfa?state=${ticket}`, `/mfa/enrollment?ticket=${ticket}`]) {
      await other.goTo(path);
      expect(other.heading).toBe(gone);
      expect(other.html).not.toContain(code);
    }
    await other.send(late);
    expect(other.status).toBe(400);
    expect(other.html).not.toContain(code);
    // The one that set it up comes back to what it has not confirmed yet.
    await own.goTo(`/mfa/enrollment?ticket=${ticket}`);
    expect(own.html).toContain(code);
    await own.submit({ saved: 'on' });
    expect(own.heading).toBe('You are all set');
    await other.send(late);
    expect(other.status).toBe(400);
  });

  test('lets nobody set up a factor on the proof that another browser gave', async () => {
    const user = await pages.createUser();
    const { secret } = await pages.enrollPassword(user);
    const ticket = await pages.multifactor.createEnrollmentTicket(pages.mfaContext, {
      userId: user.userId,
      allowsFurther: false,
      type: 'email',
    });
    const open = () => new PlainBrowser(pages).goTo(`/mfa/enrollment?ticket=${ticket}`);
    const own = await open();
    await own.goTo(`/u/mfa-otp-challenge?state=${ticket}`);
    await own.submit({ code: codeOf(secret) });
    expect(own.path).toMatch(/^\/u\/mfa-email-enrollment/);
    expect((await open()).path).toMatch(/^\/u\/mfa-login-options/);
  });

  test('asks whoever has a factor for it, unless the administrator said otherwise', async () => {
    const user = await pages.createUser();
    await pages.enrollPassword(user);
    const open = async (allowsFurther: boolean) => {
      const ticket = await invite(user.userId, allowsFurther);
      return (await new PlainBrowser(pages).goTo(`/mfa/enrollment?ticket=${ticket}`)).path;
    };
    expect(await open(false)).toMatch(/^\/u\/mfa-login-options/);
    expect(await open(true)).toMatch(/^\/u\/mfa-otp-enrollment/);
  });

  test('that never was is refused', async () => {
    for (const query of ['', '?ticket=x', '?ticket=a&ticket=b', `?ticket=${'x'.repeat(300)}`]) {
      const browser = await new PlainBrowser(pages).goTo(`/mfa/enrollment${query}`);
      expect(browser.status).toBe(400);
    }
  });
});

test('bad forms are answered with a page, never with 500', async () => {
  const { browser, state } = await openChallenge();
  const form = browser.buildSubmission({});
  const bodies = [
    '',
    'state=x',
    `${form.payload}&code=1&code=2`,
    `${form.payload}&code=${'9'.repeat(5000)}`,
    `${form.payload}&unknown=1`,
    `${form.payload}&code=%00%ff%F0%9F`,
    `${form.payload}&authenticator=totp%7Cdev_x&code=${encodeURIComponent("';--<script>")}`,
  ];
  for (const payload of bodies) {
    for (const url of [
      '/u/mfa-otp-challenge',
      '/u/mfa-webauthn-roaming-challenge',
      '/u/mfa-phone-enrollment-verify',
      '/u/mfa-recovery-code-new',
    ]) {
      const answer = await new PlainBrowser(pages).send({ method: 'POST', url, payload });
      expect(answer.status).toBeLessThan(500);
    }
  }
  for (const query of [
    '',
    '?state=',
    '?state=a&state=b',
    `?state=${'x'.repeat(400)}`,
    '?state=%00',
  ]) {
    for (const path of ['/u/mfa', '/u/mfa-otp-challenge', '/u/mfa-push-challenge-state']) {
      expect((await new PlainBrowser(pages).goTo(`${path}${query}`)).status).toBe(400);
    }
  }
  expect(answersOf(state)).toEqual([]);
  expect(pages.errors).toEqual([]);
});
