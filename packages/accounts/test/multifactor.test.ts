import type { User } from '@tessera/model';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MULTIFACTOR_LIMITS } from '../src/index.ts';
import { type OpenMultifactor, openMultifactor } from './open-multifactor.ts';

let opened: OpenMultifactor;
beforeAll(async () => {
  opened = await openMultifactor('multifactor');
});
afterAll(() => opened[Symbol.asyncDispose]());

const passwordOf = (secret: string, offsetSeconds = 0) =>
  generateSync({
    secret,
    epoch: Math.floor(opened.clock.time.getTime() / 1000) + offsetSeconds,
  });

/** Sets up a one-time password app; returns its secret and the recovery code. */
async function enrollPassword(user: Awaited<ReturnType<OpenMultifactor['createUser']>>) {
  const { multifactor, context } = opened;
  const subject = { user, binding: `enrollment of ${user.userId}` };
  const { enrollment } = await multifactor.beginEnrollment(context, subject, { type: 'otp' });
  if (enrollment.kind !== 'otp') throw new Error('expected a one-time password');
  const code = passwordOf(enrollment.secret);
  const verdict = await multifactor.verify(context, subject, { kind: 'otp', code });
  if (verdict.kind !== 'passed') throw new Error(`the enrollment is ${verdict.kind}`);
  // The next code belongs to the next step.
  opened.pass(30);
  return { secret: enrollment.secret, recoveryCode: verdict.recoveryCode ?? '' };
}

describe('a one-time password app', () => {
  test('is set up with its first code, and comes with a recovery code', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser();
    const subject = { user, binding: 'state' };
    const { enrollment } = await multifactor.beginEnrollment(context, subject, { type: 'otp' });
    expect(enrollment).toMatchObject({
      kind: 'otp',
      barcodeUri: expect.stringMatching(/^otpauth:\/\/totp\/.*secret=[A-Z2-7]{32}/),
    });
    expect(await multifactor.listEnrolledFactors(context, user)).toEqual([]);
    const secret = enrollment.kind === 'otp' ? enrollment.secret : '';
    const code = passwordOf(secret);
    expect(await multifactor.verify(context, subject, { kind: 'otp', code })).toMatchObject({
      kind: 'passed',
      type: 'otp',
      isEnrollment: true,
      recoveryCode: expect.stringMatching(/^[A-Z0-9]{24}$/),
    });
    expect(await multifactor.listEnrolledFactors(context, user)).toEqual([
      { type: 'otp' },
      { type: 'recovery-code' },
    ]);
  });

  test('keeps its secret while the page is loaded again, and another flow gets another', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser();
    const begin = async (binding: string) => {
      const subject = { user, binding };
      return (await multifactor.beginEnrollment(context, subject, { type: 'otp' })).enrollment;
    };
    const first = await begin('one');
    expect(await begin('one')).toEqual(first);
    expect(await begin('two')).not.toEqual(first);
  });

  test('passes with the code of the step before or after, and of no other', async () => {
    const { multifactor, context, createUser, pass } = opened;
    const user = await createUser();
    const { secret } = await enrollPassword(user);
    const verify = async (offset: number) =>
      (
        await multifactor.verify(
          context,
          { user, binding: 's' },
          {
            kind: 'otp',
            code: passwordOf(secret, offset),
          },
        )
      ).kind;
    pass(300);
    expect(await verify(-60)).toBe('wrong');
    expect(await verify(60)).toBe('wrong');
    expect(await verify(-30)).toBe('passed');
    expect(await verify(30)).toBe('passed');
  });

  test('takes each code once, also of 20 at the same time', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser();
    const { secret } = await enrollPassword(user);
    const proof = { kind: 'otp', code: passwordOf(secret) } as const;
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        multifactor.verify(context, { user, binding: `flow ${at}` }, proof),
      ),
    );
    expect(verdicts.filter(({ kind }) => kind === 'passed')).toHaveLength(1);
    expect(await multifactor.verify(context, { user, binding: 'later' }, proof)).toMatchObject({
      kind: expect.stringMatching(/wrong|too-many-attempts/),
    });
  });

  test('is nothing to another user, and not confirmed by another flow', async () => {
    const { multifactor, context, createUser } = opened;
    const [user, other] = [await createUser(), await createUser()];
    const { secret } = await enrollPassword(user);
    const code = passwordOf(secret);
    const subject = { user: other, binding: 's' };
    expect(await multifactor.verify(context, subject, { kind: 'otp', code })).toEqual({
      kind: 'wrong',
    });
    const begun = await multifactor.beginEnrollment(context, subject, { type: 'otp' });
    const key = begun.enrollment.kind === 'otp' ? begun.enrollment.secret : '';
    const elsewhere = { user: other, binding: 'another state' };
    const proof = { kind: 'otp', code: passwordOf(key) } as const;
    expect(await multifactor.verify(context, elsewhere, proof)).toEqual({ kind: 'wrong' });
    expect(await multifactor.verify(context, subject, proof)).toMatchObject({ kind: 'passed' });
  });

  test('cannot be set up with a secret that was begun too long ago', async () => {
    const { multifactor, context, createUser, pass } = opened;
    const subject = { user: await createUser(), binding: 's' };
    const { enrollment } = await multifactor.beginEnrollment(context, subject, { type: 'otp' });
    pass(MULTIFACTOR_LIMITS.enrollmentSeconds + 1);
    const code = passwordOf(enrollment.kind === 'otp' ? enrollment.secret : '');
    expect(await multifactor.verify(context, subject, { kind: 'otp', code })).toEqual({
      kind: 'wrong',
    });
  });

  test('counts for nothing once the tenant switches the factor off', async () => {
    const { multifactor, contextWith, createUser } = opened;
    const user = await createUser();
    const { secret } = await enrollPassword(user);
    const context = contextWith({ factors: ['sms'] });
    expect(await multifactor.listUsableFactors(context, user)).toEqual([]);
    const proof = { kind: 'otp', code: passwordOf(secret) } as const;
    expect(await multifactor.verify(context, { user, binding: 's' }, proof)).toEqual({
      kind: 'wrong',
    });
    await expect(
      multifactor.beginEnrollment(context, { user, binding: 's' }, { type: 'otp' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('guessing', () => {
  test('ends after 10 wrong codes, of 40 at the same time as of one by one', async () => {
    const { multifactor, context, createUser, listLogs, pass } = opened;
    const user = await createUser();
    const { secret } = await enrollPassword(user);
    const subject = { user, binding: 's' };
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        multifactor.verify(context, subject, { kind: 'otp', code: String(at).padStart(6, '0') }),
      ),
    );
    const { wrongProofsPerUser } = MULTIFACTOR_LIMITS;
    expect(verdicts.filter(({ kind }) => kind === 'wrong')).toHaveLength(wrongProofsPerUser);
    expect(verdicts.filter(({ kind }) => kind === 'too-many-attempts')).toHaveLength(30);
    // Not even the right code, until the window ends.
    pass(60);
    const proof = { kind: 'otp', code: passwordOf(secret) } as const;
    expect(await multifactor.verify(context, subject, proof)).toMatchObject({
      kind: 'too-many-attempts',
      retryAfterSeconds: expect.any(Number),
    });
    const entries = await listLogs('gd_otp_rate_limit_exceed');
    expect(entries.filter(({ userId }) => userId === user.userId)).toHaveLength(1);
  });

  test('of other users changes nothing; a right code begins anew', async () => {
    const { multifactor, context, createUser } = opened;
    const [user, other] = [await createUser(), await createUser()];
    const { secret } = await enrollPassword(user);
    const guess = (who: typeof user) =>
      multifactor.verify(context, { user: who, binding: 's' }, { kind: 'otp', code: '000000' });
    for (let at = 0; at < 12; at += 1) await guess(other);
    for (let at = 0; at < 9; at += 1) await guess(user);
    const proof = { kind: 'otp', code: passwordOf(secret) } as const;
    const subject = { user, binding: 's' };
    expect(await multifactor.verify(context, subject, proof)).toMatchObject({ kind: 'passed' });
    for (let at = 0; at < 9; at += 1) expect(await guess(user)).toEqual({ kind: 'wrong' });
  });

  test('at a code that was sent ends after 5 tries', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser({ emailVerified: true });
    const subject = { user, binding: 's' };
    const [factor] = await multifactor.listUsableFactors(context, user);
    const { authenticatorId = '' } = factor ?? {};
    const challenge = await multifactor.beginChallenge(context, subject, { authenticatorId });
    const oobCode = 'oobCode' in challenge ? challenge.oobCode : '';
    const right = opened.lastCode();
    const wrong = right === '000000' ? '111111' : '000000';
    for (let at = 0; at < MULTIFACTOR_LIMITS.triesPerCode; at += 1) {
      await multifactor.verify(context, subject, { kind: 'oob', oobCode, bindingCode: wrong });
    }
    const proof = { kind: 'oob', oobCode, bindingCode: right } as const;
    expect(await multifactor.verify(context, subject, proof)).toEqual({ kind: 'wrong' });
  });
});

describe('a code that is sent', () => {
  const begin = async (binding: string, user: Parameters<typeof enrollPassword>[0]) => {
    const { multifactor, context } = opened;
    const [factor] = await multifactor.listUsableFactors(context, user);
    const subject = { user, binding };
    const challenge = await multifactor.beginChallenge(context, subject, {
      authenticatorId: factor?.authenticatorId ?? '',
    });
    if (challenge.kind !== 'code') throw new Error('expected a code');
    const proof = { kind: 'oob', oobCode: challenge.oobCode, bindingCode: opened.lastCode() };
    return { subject, challenge, proof: { ...proof, kind: 'oob' } as const };
  };

  test('to a verified address passes once', async () => {
    const { multifactor, context, createUser, messages } = opened;
    const user = await createUser({ email: 'chuckles@example.com', emailVerified: true });
    expect(await multifactor.listEnrolledFactors(context, user)).toEqual([{ type: 'email' }]);
    const { subject, challenge, proof } = await begin('s', user);
    expect(challenge).toMatchObject({ channel: 'email', label: 'chuc****@exam*******' });
    expect(messages.emails.at(-1)).toMatchObject({
      template: 'mfa_oob_code',
      to: 'chuckles@example.com',
      variables: { code: expect.stringMatching(/^\d{6}$/) },
    });
    const verdicts = await Promise.all(
      Array.from({ length: 4 }, () => multifactor.verify(context, subject, proof)),
    );
    expect(verdicts.filter(({ kind }) => kind === 'passed')).toHaveLength(1);
    expect(await multifactor.verify(context, subject, proof)).toEqual({ kind: 'wrong' });
  });

  test('is nothing to another user, another flow, or after its time', async () => {
    const { multifactor, context, createUser } = opened;
    const [user, other] = [
      await createUser({ emailVerified: true }),
      await createUser({ emailVerified: true }),
    ];
    const { proof, subject } = await begin('s', user);
    for (const stranger of [
      { user: other, binding: 's' },
      { user, binding: 'another' },
    ]) {
      expect(await multifactor.verify(context, stranger, proof)).toEqual({ kind: 'wrong' });
    }
    expect(await multifactor.verify(context, subject, proof)).toMatchObject({ kind: 'passed' });
  });

  test('is not sent again while it lives, unless asked for', async () => {
    const { multifactor, context, createUser, messages } = opened;
    const user = await createUser({ emailVerified: true });
    const [factor] = await multifactor.listUsableFactors(context, user);
    const authenticatorId = factor?.authenticatorId ?? '';
    const subject = { user, binding: 's' };
    const sent = messages.emails.length;
    const named = { authenticatorId, oobCode: `page of ${user.userId}` };
    await multifactor.beginChallenge(context, subject, named);
    await multifactor.beginChallenge(context, subject, named);
    expect(messages.emails).toHaveLength(sent + 1);
    const old = opened.lastCode();
    await multifactor.beginChallenge(context, subject, { ...named, resend: true });
    expect(messages.emails).toHaveLength(sent + 2);
    const proof = (bindingCode: string) =>
      ({ kind: 'oob', oobCode: named.oobCode, bindingCode }) as const;
    if (old !== opened.lastCode()) {
      expect(await multifactor.verify(context, subject, proof(old))).toEqual({ kind: 'wrong' });
    }
    const verdict = await multifactor.verify(context, subject, proof(opened.lastCode()));
    expect(verdict).toMatchObject({ kind: 'passed', type: 'email' });
  });

  test('that could not be noted for sending is none: asking again sends one', async () => {
    const { multifactor, context, createUser, messages } = opened;
    const user = await createUser({ emailVerified: true });
    const [factor] = await multifactor.listUsableFactors(context, user);
    const subject = { user, binding: 's' };
    const named = {
      authenticatorId: factor?.authenticatorId ?? '',
      oobCode: `page of ${user.userId}`,
    };
    const sent = messages.codes.length;
    messages.failure = new Error('the database went away');
    await expect(multifactor.beginChallenge(context, subject, named)).rejects.toThrow('went away');
    messages.failure = undefined;
    await multifactor.beginChallenge(context, subject, named);
    expect(messages.codes).toHaveLength(sent + 1);
  });

  test('goes to one user at most 10 times an hour', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser({ emailVerified: true });
    for (let at = 0; at < MULTIFACTOR_LIMITS.messagesPerUser; at += 1) await begin(`s${at}`, user);
    await expect(begin('one more', user)).rejects.toMatchObject({ code: 'too_many_attempts' });
    expect(await multifactor.listUsableFactors(context, user)).toHaveLength(1);
  });

  test('to a phone sets it up, by text or call as the tenant has it', async () => {
    const { multifactor, contextWith, createUser, messages } = opened;
    const context = contextWith({ factors: ['sms'], phoneMessageTypes: ['sms', 'voice'] });
    const user = await createUser();
    const subject = { user, binding: 's' };
    const request = { type: 'phone', phoneNumber: '+44 20 7183 875044', channel: 'voice' } as const;
    const { enrollment } = await multifactor.beginEnrollment(context, subject, request);
    expect(enrollment).toMatchObject({ kind: 'code', channel: 'voice', label: 'XXXXXXXXXXX5044' });
    expect(messages.phoneMessages.at(-1)).toMatchObject({
      to: '+44207183875044',
      via: 'voice',
      purpose: 'mfa-enrollment',
    });
    expect(await multifactor.listUsableFactors(context, user)).toEqual([]);
    const oobCode = 'oobCode' in enrollment ? enrollment.oobCode : '';
    const proof = { kind: 'oob', oobCode, bindingCode: opened.lastCode() } as const;
    expect(await multifactor.verify(context, subject, proof)).toMatchObject({
      kind: 'passed',
      type: 'phone',
      isEnrollment: true,
    });
    expect(await multifactor.listEnrolledFactors(context, user)).toEqual([
      { type: 'phone', options: { preferredMethod: 'voice' } },
    ]);
    await begin('challenge', user);
    expect(messages.phoneMessages.at(-1)).toMatchObject({ via: 'sms', purpose: 'mfa-challenge' });
  });

  test.for(['12345', '+0123456789', '+12', 'javascript:alert(1)', `+${'1'.repeat(16)}`, ''])(
    'is not sent to "%s"',
    async (phoneNumber) => {
      const { multifactor, context, createUser } = opened;
      const subject = { user: await createUser(), binding: 's' };
      await expect(
        multifactor.beginEnrollment(context, subject, { type: 'phone', phoneNumber }),
      ).rejects.toMatchObject({ code: 'invalid_body' });
    },
  );
});

describe('a recovery code', () => {
  test('passes once and is replaced, also of 20 at the same time', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser();
    const { recoveryCode } = await enrollPassword(user);
    const spaced = recoveryCode.toLowerCase().replaceAll(/(.{4})/g, '$1 ');
    const verdicts = await Promise.all(
      Array.from({ length: 10 }, () =>
        multifactor.verify(
          context,
          { user, binding: 's' },
          { kind: 'recovery-code', code: spaced },
        ),
      ),
    );
    const passed = verdicts.filter((verdict) => verdict.kind === 'passed');
    expect(passed).toMatchObject([{ type: 'recovery-code', isEnrollment: false }]);
    const next = passed[0]?.recoveryCode ?? '';
    expect(next).not.toBe(recoveryCode);
    const verify = (code: string) =>
      multifactor.verify(context, { user, binding: 's' }, { kind: 'recovery-code', code });
    expect((await verify(recoveryCode)).kind).not.toBe('passed');
    expect((await verify(next)).kind).toMatch(/passed|too-many/);
  });

  test('that is made anew ends the old one', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser();
    const { recoveryCode } = await enrollPassword(user);
    const next = await multifactor.regenerateRecoveryCode(context, user);
    const verify = (code: string) =>
      multifactor.verify(context, { user, binding: 's' }, { kind: 'recovery-code', code });
    expect(await verify(recoveryCode)).toEqual({ kind: 'wrong' });
    expect(await verify(next)).toMatchObject({ kind: 'passed' });
  });

  test('of another user is wrong', async () => {
    const { multifactor, context, createUser } = opened;
    const [user, other] = [await createUser(), await createUser()];
    const { recoveryCode: code } = await enrollPassword(user);
    await enrollPassword(other);
    const subject = { user: other, binding: 's' };
    expect(await multifactor.verify(context, subject, { kind: 'recovery-code', code })).toEqual({
      kind: 'wrong',
    });
  });

  test('that was shown when the factor was begun is confirmed with it', async () => {
    const { multifactor, context, createUser } = opened;
    const user = await createUser();
    const subject = { user, binding: 's' };
    const request = { type: 'otp', withRecoveryCode: true } as const;
    const begun = await multifactor.beginEnrollment(context, subject, request);
    const recovery = { kind: 'recovery-code', code: begun.recoveryCode ?? '' } as const;
    const elsewhere = { user, binding: 'another' };
    expect(await multifactor.verify(context, elsewhere, recovery)).toEqual({ kind: 'wrong' });
    const code = passwordOf(begun.enrollment.kind === 'otp' ? begun.enrollment.secret : '');
    const verdict = await multifactor.verify(context, subject, { kind: 'otp', code });
    expect(verdict).toEqual({
      kind: 'passed',
      type: 'otp',
      authenticatorId: expect.any(String),
      isEnrollment: true,
    });
    expect(await multifactor.verify(context, elsewhere, recovery)).toMatchObject({
      kind: 'passed',
    });
  });
});

describe('at the same time', () => {
  /** An app and a phone that are begun, and what confirms them. */
  async function beginBoth(user: User, bindings: readonly [string, string], usesTicket = false) {
    const { multifactor, context } = opened;
    const [app, phone] = bindings.map((binding) => ({ user, binding, usesTicket }));
    if (!app || !phone) throw new Error('two bindings');
    const begin = multifactor.beginEnrollment;
    const { enrollment } = await begin(context, app, { type: 'otp' });
    const phoneNumber = '+43123456789';
    const sent = await begin(context, phone, { type: 'phone', phoneNumber });
    if (enrollment.kind !== 'otp' || sent.enrollment.kind !== 'code') throw new Error('unexpected');
    const { secret } = enrollment;
    const { oobCode } = sent.enrollment;
    const bindingCode = opened.lastCode();
    const otp = (code = passwordOf(secret)) =>
      multifactor.verify(context, app, { kind: 'otp', code });
    const oob = () => multifactor.verify(context, phone, { kind: 'oob', oobCode, bindingCode });
    return { otp, oob };
  }
  const confirmedOf = async ({ userId }: User) =>
    (await opened.store.authenticators.listForUser(userId)).filter(
      ({ isConfirmed }) => isConfirmed,
    );

  test('two browsers with one enrollment ticket set up one factor', async () => {
    const { multifactor, context, createUser } = opened;
    for (let round = 0; round < 8; round += 1) {
      const user = await createUser();
      const { userId } = user;
      const ticket = await multifactor.createEnrollmentTicket(context, {
        userId,
        allowsFurther: true,
      });
      const { otp, oob } = await beginBoth(user, [ticket, ticket], true);
      // A wrong code does not use it up.
      expect(await otp('000000')).toEqual({ kind: 'wrong' });
      expect(await multifactor.findEnrollmentTicket(context, ticket)).toMatchObject({
        isUsed: false,
      });
      const verdicts = await Promise.all([otp(), oob()]);
      expect(verdicts.map(({ kind }) => kind).toSorted()).toEqual(['passed', 'wrong']);
      const types = (await confirmedOf(user)).map(({ type }) => type);
      expect(types.filter((type) => type !== 'recovery-code')).toHaveLength(1);
      expect(await multifactor.findEnrollmentTicket(context, ticket)).toMatchObject({
        isUsed: true,
        isClosed: false,
      });
    }
  });

  test("an enrollment ticket is no other person's", async () => {
    const { multifactor, context, createUser } = opened;
    const [user, other] = [await createUser(), await createUser()];
    const ticket = await multifactor.createEnrollmentTicket(context, {
      userId: other.userId,
      allowsFurther: true,
    });
    const { otp } = await beginBoth(user, [ticket, ticket], true);
    expect(await otp()).toEqual({ kind: 'wrong' });
    expect(await confirmedOf(user)).toEqual([]);
  });

  test('two first factors come with one recovery code, which is shown once and works', async () => {
    const { multifactor, context, createUser } = opened;
    for (let round = 0; round < 8; round += 1) {
      const user = await createUser();
      const { otp, oob } = await beginBoth(user, ['one', 'another']);
      const verdicts = await Promise.all([otp(), oob()]);
      const shown = verdicts.flatMap((verdict) =>
        verdict.kind === 'passed' && verdict.recoveryCode !== undefined
          ? [verdict.recoveryCode]
          : [],
      );
      expect(shown).toHaveLength(1);
      const types = (await confirmedOf(user)).map(({ type }) => type);
      expect(types.toSorted()).toEqual(['phone', 'recovery-code', 'totp']);
      const proof = { kind: 'recovery-code', code: shown[0] ?? '' } as const;
      const verdict = await multifactor.verify(context, { user, binding: 's' }, proof);
      expect(verdict.kind).toBe('passed');
    }
  });

  test('of recovery codes that are confirmed or made anew, one stays', async () => {
    const { multifactor, context, createUser } = opened;
    for (let round = 0; round < 8; round += 1) {
      const user = await createUser();
      const confirm = async (binding: string) => {
        const subject = { user, binding };
        const { enrollment } = await multifactor.beginEnrollment(context, subject, {
          type: 'recovery-code',
        });
        if (enrollment.kind !== 'recovery-code') throw new Error('unexpected');
        const proof = { kind: 'recovery-code', code: enrollment.recoveryCode } as const;
        return () => multifactor.verify(context, subject, proof);
      };
      const work = [await confirm('one'), await confirm('another'), await confirm('third')];
      await Promise.all([
        ...work.map((confirmOne) => confirmOne()),
        multifactor.regenerateRecoveryCode(context, user),
      ]);
      expect(await confirmedOf(user)).toHaveLength(1);
    }
  });
});

test('the tenant log tells who did what with which factor, and no code', async () => {
  const { multifactor, context, createUser, store } = opened;
  const user = await createUser({ emailVerified: true });
  const { secret, recoveryCode } = await enrollPassword(user);
  const [, factor] = await multifactor.listUsableFactors(context, user);
  const subject = { user, binding: 's' };
  await multifactor.beginChallenge(context, subject, {
    authenticatorId: factor?.authenticatorId ?? '',
  });
  await multifactor.verify(context, subject, { kind: 'otp', code: '000000' });
  await multifactor.verify(context, subject, { kind: 'recovery-code', code: recoveryCode });
  const { items } = await store.logs.list({ page: 0, perPage: 100 });
  const own = items.filter(({ userId }) => userId === user.userId);
  expect(new Set(own.map(({ type }) => type))).toEqual(
    new Set([
      'gd_start_enroll',
      'gd_enrollment_complete',
      'gd_auth_succeed',
      'gd_start_auth',
      'gd_auth_failed',
      'gd_recovery_succeed',
    ]),
  );
  const text = JSON.stringify(own.map(({ logId: _, ...entry }) => entry));
  for (const code of [secret, recoveryCode, opened.lastCode()]) expect(text).not.toContain(code);
});

test('an mfa_token is found until it is consumed, by one of 20', async () => {
  const { multifactor, context, createUser } = opened;
  const { userId } = await createUser();
  const facts = { userId, clientId: 'client', connectionId: 'con_1', enrollmentAllowed: true };
  const token = await multifactor.issueToken(context, facts);
  expect(await multifactor.findToken(context, token)).toEqual(facts);
  expect(await multifactor.findToken(context, 'another')).toBeUndefined();
  const taken = await Promise.all(
    Array.from({ length: 20 }, () => multifactor.consumeToken(context, token)),
  );
  expect(taken.filter(Boolean)).toEqual([facts]);
});
