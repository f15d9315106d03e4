import { describe, expect, test } from 'vitest';
import { ACCOUNT_LIMITS, createDirectLogins } from '../src/index.ts';
import { connectionWith, PASSWORD } from './open-accounts.ts';
import { openPasswordless } from './open-passwordless.ts';

const EMAIL = 'ada@example.com';
const PHONE = '+4915112345678';
/** A code that is not the one that was sent. */
const wrong = (code: string) => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

describe('Passwordless.start()', () => {
  test('sends six digits by e-mail, and the log does not know them', async () => {
    await using opened = await openPasswordless('pwless_start');
    const code = await opened.sendCode(' Ada@Example.com ');
    expect(code).toMatch(/^[0-9]{6}$/);
    expect(opened.messages.emails).toMatchObject([
      { template: 'passwordless_email', to: EMAIL, variables: { send: 'code', email: EMAIL } },
    ]);
    const [entry] = await opened.listLogs('cls');
    expect(entry).toMatchObject({
      connection: 'email',
      strategy: 'email',
      strategyType: 'passwordless',
      clientId: 'app',
      details: { body: { client_id: 'app', connection: 'email', email: EMAIL, send: 'code' } },
    });
    expect(JSON.stringify(entry)).not.toContain(code);
  });

  test('sends as many digits as the connection says, as a text message', async () => {
    await using opened = await openPasswordless('pwless_sms', { totp: { length: 8 } });
    const { passwordless, contextOf, sms, messages } = opened;
    const address = '+49 (151) 123-45678';
    const input = { connection: sms, address, send: 'code' } as const;
    expect(await passwordless.start(contextOf(), input)).toEqual({ address: PHONE });
    expect(messages.phoneMessages).toMatchObject([
      { to: PHONE, via: 'sms', purpose: 'otp-verify', code: expect.stringMatching(/^\d{8}$/) },
    ]);
    expect(await opened.listLogs('cs')).toMatchObject([
      { details: { body: { phone_number: PHONE, connection: 'sms' } } },
    ]);
    const link = { ...input, send: 'link' } as const;
    await expect(passwordless.start(contextOf(), link)).rejects.toMatchObject({
      code: 'invalid_body',
    });
  });

  test('leaves no code behind when the message cannot be kept', async () => {
    await using opened = await openPasswordless('pwless_outage');
    opened.messages.failure = new Error('no outbox');
    await expect(opened.sendCode(EMAIL)).rejects.toThrow('no outbox');
    expect(await opened.listLogs('cls')).toEqual([]);
    expect(await opened.store.tickets.find('passwordless', `address con_email ${EMAIL}`)).toBe(
      undefined,
    );
  });

  test.for(['ada', 'a@b', 'ada@example.com\r\nBcc: x@example.com', ''])(
    'refuses %j as an address',
    async (address) => {
      await using opened = await openPasswordless('pwless_address');
      await expect(opened.sendCode(address)).rejects.toMatchObject({
        code: 'invalid_body',
        problems: [{ field: 'email' }],
      });
      expect(opened.messages.emails).toEqual([]);
    },
  );

  test('sends nothing to strangers where sign-up is disabled, with the same answer and in the same time', async () => {
    await using opened = await openPasswordless('pwless_closed', { disable_signup: true });
    const { email, passwordless, contextOf, messages } = opened;
    await opened.store.users.create({
      userId: 'email|1',
      email: EMAIL,
      emailVerified: true,
      identities: [{ connection: 'email', provider: 'email', userId: '1', isSocial: false }],
      userMetadata: {},
      appMetadata: {},
      blocked: false,
    });
    const ask = async (address: string) => {
      const start = performance.now();
      const input = { connection: email, address, send: 'code' } as const;
      const answer = await passwordless.start(contextOf(), input);
      return { answer, ms: performance.now() - start };
    };
    const known = await ask(EMAIL);
    const unknown = await ask('nobody@example.com');
    expect(Object.keys(unknown.answer)).toEqual(Object.keys(known.answer));
    expect(messages.emails.map(({ to }) => to)).toEqual([EMAIL]);
    for (const { ms } of [known, unknown]) {
      expect(ms).toBeGreaterThanOrEqual(ACCOUNT_LIMITS.passwordlessFloorMs - 2);
    }
    expect(await opened.tryCode('nobody@example.com', '000000')).toBe('wrong_credentials');
  });

  test('limits what one person is sent, whoever asks', async () => {
    await using opened = await openPasswordless('pwless_bomb');
    const { passwordless, contextOf, email, messages } = opened;
    const ask = (n: number) =>
      passwordless.start(contextOf('app', `198.51.100.${n}`), {
        connection: email,
        address: EMAIL,
        send: 'code',
      });
    const limit = ACCOUNT_LIMITS.passwordlessStartsPerPerson;
    for (let n = 1; n <= limit; n += 1) await ask(n);
    for (const n of [1, 2]) {
      await expect(ask(limit + n)).rejects.toMatchObject({ code: 'too_many_attempts' });
    }
    expect(messages.emails).toHaveLength(limit);
    expect(await opened.listLogs('limit_mu')).toHaveLength(1);
  });
});

describe('Passwordless.logInWithCode()', () => {
  test('signs up whoever is new and logs in whoever is known', async () => {
    await using opened = await openPasswordless('pwless_log_in');
    opened.pipeline.bound.add('pre-user-registration');
    opened.pipeline.effects = { userMetadata: { plan: 'gold' } };
    const first = await opened.tryCode(EMAIL, await opened.sendCode(EMAIL));
    expect(first).toMatch(/^email\|[0-9a-f]{24}$/);
    expect(opened.pipeline.runs[0]?.event).toMatchObject({
      connection: { strategy: 'email' },
      user: { email: EMAIL },
    });
    expect(await opened.tryCode(EMAIL, await opened.sendCode(EMAIL))).toBe(first);
    expect(await opened.store.users.find(first)).toMatchObject({
      email: EMAIL,
      emailVerified: true,
      loginsCount: 2,
      userMetadata: { plan: 'gold' },
      identities: [{ connection: 'email', provider: 'email' }],
    });
    expect(await opened.listLogs('ss')).toMatchObject([{ strategyType: 'passwordless' }]);
  });

  test('knows a person by their phone number', async () => {
    await using opened = await openPasswordless('pwless_phone');
    const { passwordless, contextOf, sms, messages } = opened;
    const start = { connection: sms, address: PHONE, send: 'code' } as const;
    await passwordless.start(contextOf(), start);
    const code = messages.phoneMessages[0]?.code ?? '';
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
    const input = { connection: sms, address: PHONE, code: spaced };
    expect(await passwordless.logInWithCode(contextOf(), input)).toMatchObject({
      userId: expect.stringMatching(/^sms\|/),
      phoneNumber: PHONE,
      phoneVerified: true,
    });
  });

  test('looks at three guesses, however many come at once', async () => {
    await using opened = await openPasswordless('pwless_guess');
    const code = await opened.sendCode(EMAIL);
    const guesses = await Promise.all(
      Array.from({ length: 6 }, () => opened.tryCode(EMAIL, wrong(code))),
    );
    expect(new Set(guesses)).toEqual(new Set(['wrong_credentials']));
    expect(await opened.tryCode(EMAIL, code)).toBe('wrong_credentials');
    const [entry] = await opened.listLogs('f');
    expect(entry).toMatchObject({ userName: EMAIL, strategyType: 'passwordless' });
    expect(JSON.stringify(entry)).not.toContain(code);
    // A new one begins anew.
    expect(await opened.tryCode(EMAIL, await opened.sendCode(EMAIL))).toMatch(/^email\|/);
  });

  test('takes a code once, also from two forms at once', async () => {
    await using opened = await openPasswordless('pwless_once');
    // Within the guesses, so that only `consume` decides.
    const code = await opened.sendCode(EMAIL);
    const ends = await Promise.all([opened.tryCode(EMAIL, code), opened.tryCode(EMAIL, code)]);
    expect(ends.filter((end) => end.startsWith('email|'))).toHaveLength(1);
    expect(await opened.tryCode(EMAIL, code)).toBe('wrong_credentials');
  });

  test('takes the same form twice, but no other form', async () => {
    await using opened = await openPasswordless('pwless_twice');
    const code = await opened.sendCode(EMAIL);
    const forms = await Promise.all([
      opened.tryCode(EMAIL, code, { attemptKey: 'state-1' }),
      opened.tryCode(EMAIL, code, { attemptKey: 'state-1' }),
    ]);
    expect(new Set(forms).size).toBe(1);
    expect(forms[0]).toMatch(/^email\|/);
    expect(await opened.tryCode(EMAIL, code, { attemptKey: 'state-2' })).toBe('wrong_credentials');
    expect(await opened.tryCode(EMAIL, wrong(code), { attemptKey: 'state-1' })).toBe(
      'wrong_credentials',
    );
    expect((await opened.store.users.list({ page: 0, perPage: 10 })).total).toBe(1);
  });

  test('knows the newest code only, for the application and the address it was sent for', async () => {
    await using opened = await openPasswordless('pwless_newest');
    const older = await opened.sendCode(EMAIL);
    const newer = await opened.sendCode(EMAIL);
    if (older !== newer) expect(await opened.tryCode(EMAIL, older)).toBe('wrong_credentials');
    expect(await opened.tryCode(EMAIL, newer, { clientId: 'other' })).toBe('wrong_credentials');
    expect(await opened.tryCode('eve@example.com', newer)).toBe('wrong_credentials');
    expect(await opened.tryCode(EMAIL, newer)).toMatch(/^email\|/);
  });

  test('forgets a code when its time is over', async () => {
    await using opened = await openPasswordless('pwless_expired', { totp: { time_step: 60 } });
    opened.clock.time = new Date(Date.now() - 61_000);
    const code = await opened.sendCode(EMAIL);
    expect(await opened.tryCode(EMAIL, code)).toBe('wrong_credentials');
  });

  test('counts wrong codes against the account, over any number of codes', async () => {
    await using opened = await openPasswordless('pwless_limit');
    const limit = ACCOUNT_LIMITS.failuresPerAccountAndAddress;
    for (let n = 0; n < limit; n += 1) await opened.tryCode(EMAIL, 'guess');
    expect(await opened.tryCode(EMAIL, 'guess')).toBe('too_many_attempts');
    expect(await opened.tryCode('other@example.com', 'guess')).toBe('wrong_credentials');
    expect(await opened.listLogs('limit_wc')).toHaveLength(1);
  });

  test('refuses the blocked and whom an action refuses', async () => {
    await using opened = await openPasswordless('pwless_blocked');
    const userId = await opened.tryCode(EMAIL, await opened.sendCode(EMAIL));
    await opened.store.users.update(userId, { blocked: true });
    expect(await opened.tryCode(EMAIL, await opened.sendCode(EMAIL))).toBe('account_blocked');
    expect(await opened.listLogs('f')).toMatchObject([{ description: 'user is blocked', userId }]);

    opened.pipeline.bound.add('pre-user-registration');
    opened.pipeline.end = { kind: 'denied', reason: 'internal', userMessage: 'Ask your boss' };
    const other = 'new@example.com';
    expect(await opened.tryCode(other, await opened.sendCode(other))).toBe('signup_refused');
    expect(await opened.listLogs('fs')).toMatchObject([
      { description: 'internal', userName: other, strategyType: 'passwordless' },
    ]);
  });
});

describe('Passwordless.logInWithLink()', () => {
  async function sendLink(opened: Awaited<ReturnType<typeof openPasswordless>>) {
    const { passwordless, contextOf, email, messages } = opened;
    await passwordless.start(contextOf(), {
      connection: email,
      address: EMAIL,
      send: 'link',
      authParams: { scope: 'openid', state: 'xyz' },
    });
    const link = new URL(String(messages.emails.at(-1)?.variables.link));
    return { link, secret: link.searchParams.get('ticket') ?? '' };
  }

  test('logs in once with what the link says, which stands in no log', async () => {
    await using opened = await openPasswordless('pwless_link');
    const { passwordless, contextOf } = opened;
    const { link, secret } = await sendLink(opened);
    expect(link.pathname).toBe('/passwordless/verify_redirect');
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(await passwordless.findLink(contextOf(), secret)).toMatchObject({
      address: EMAIL,
      clientId: 'app',
      authParams: { scope: 'openid', state: 'xyz' },
    });
    const other = passwordless.logInWithLink(contextOf('other'), { secret });
    await expect(other).rejects.toMatchObject({ code: 'wrong_credentials' });
    const { user } = await passwordless.logInWithLink(contextOf(), { secret });
    expect(user.email).toBe(EMAIL);
    const again = passwordless.logInWithLink(contextOf(), { secret });
    await expect(again).rejects.toMatchObject({ code: 'wrong_credentials' });
    expect(JSON.stringify(await opened.listLogs('cls', 'f'))).not.toContain(secret);
  });

  test('does not know a link any more once a code was sent', async () => {
    await using opened = await openPasswordless('pwless_link_older');
    const { passwordless, contextOf } = opened;
    const { secret } = await sendLink(opened);
    const code = await opened.sendCode(EMAIL);
    const used = passwordless.logInWithLink(contextOf(), { secret });
    await expect(used).rejects.toMatchObject({ code: 'wrong_credentials' });
    expect(await opened.tryCode(EMAIL, code)).toMatch(/^email\|/);
  });
});

describe('createDirectLogins()', () => {
  test('logs in with passwords and codes as the pages do', async () => {
    await using opened = await openPasswordless('direct_logins');
    const { accounts, passwordless, contextOf, email } = opened;
    const logins = createDirectLogins({ accounts, passwordless });
    const context = contextOf();
    const database = connectionWith({});
    const { user } = await accounts.createUser(context, {
      connection: database,
      email: EMAIL,
      password: PASSWORD,
    });
    const input = { connection: database, identifier: EMAIL, password: PASSWORD };
    expect((await logins.withPassword(context, input)).userId).toBe(user.userId);
    const refusal = { code: 'wrong_credentials' };
    await expect(
      logins.withPassword(context, { ...input, password: 'guess' }),
    ).rejects.toMatchObject(refusal);
    await expect(
      logins.withPassword(context, { ...input, connection: email }),
    ).rejects.toMatchObject(refusal);

    const code = await opened.sendCode(EMAIL);
    const byCode = { connection: email, identifier: EMAIL, code };
    await expect(
      logins.withCode(context, { ...byCode, connection: database }),
    ).rejects.toMatchObject(refusal);
    expect((await logins.withCode(context, byCode)).userId).toMatch(/^email\|/);
  });
});

describe('users of passwordless connections', () => {
  test('an address that is changed while its code is judged is not verified', async () => {
    await using opened = await openPasswordless('pwless_changed');
    const { accounts, context, store, email } = opened;
    const { user } = await accounts.createUser(context, { connection: email, email: EMAIL });
    const code = await opened.sendCode(EMAIL);
    // The account's owner, at that very moment, gives somebody else's address as theirs.
    const findByIdentifier: typeof store.users.findByIdentifier = async (...wanted) => {
      const found = await store.users.findByIdentifier(...wanted);
      await store.users.update(user.userId, { email: 'victim@example.com', emailVerified: false });
      return found;
    };
    const raced = { ...store, users: { ...store.users, findByIdentifier } };
    const place = { ...opened.contextOf(), store: raced };
    await expect(
      opened.passwordless.logInWithCode(place, { connection: email, address: EMAIL, code }),
    ).rejects.toMatchObject({ code: 'wrong_credentials' });
    const after = await store.users.find(user.userId);
    expect(after).toMatchObject({ email: 'victim@example.com', emailVerified: false });
  });

  test('are created and changed by administrators, without a password', async () => {
    await using opened = await openPasswordless('pwless_admin');
    const { accounts, context, email, sms } = opened;
    const { user } = await accounts.createUser(context, { connection: email, email: EMAIL });
    expect(user).toMatchObject({ userId: expect.stringMatching(/^email\|/), email: EMAIL });
    const bySms = await accounts.createUser(context, { connection: sms, phoneNumber: PHONE });
    expect(bySms.user.userId).toMatch(/^sms\|/);
    // The one who was created is the one who logs in.
    expect(await opened.tryCode(EMAIL, await opened.sendCode(EMAIL))).toBe(user.userId);
    await accounts.updateUser(context, user.userId, { blocked: true });
    expect(await opened.tryCode(EMAIL, await opened.sendCode(EMAIL))).toBe('account_blocked');

    const refusal = { code: 'invalid_body' };
    const withPassword = { connection: email, email: 'b@example.com', password: PASSWORD };
    await expect(accounts.createUser(context, withPassword)).rejects.toMatchObject(refusal);
    await expect(
      accounts.updateUser(context, user.userId, { password: PASSWORD }),
    ).rejects.toMatchObject(refusal);
    await expect(
      accounts.createUser(context, { connection: sms, email: EMAIL }),
    ).rejects.toMatchObject({
      ...refusal,
      problems: [{ field: 'phoneNumber' }],
    });
  });
});
