import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenMultifactor, openMultifactor } from './open-multifactor.ts';
import { type KeyLies, SoftwareKey } from './software-key.ts';

const ORIGIN = 'https://login.example';
const RP_ID = 'login.example';

let opened: OpenMultifactor;
beforeAll(async () => {
  opened = await openMultifactor('multifactor-webauthn');
});
afterAll(() => opened[Symbol.asyncDispose]());

type User = Awaited<ReturnType<OpenMultifactor['createUser']>>;
type KeyType = 'webauthn-roaming' | 'webauthn-platform';

/** Begins to set up a key and answers as the key does. */
async function register(
  user: User,
  key: SoftwareKey,
  lies: KeyLies = {},
  type: KeyType = 'webauthn-roaming',
) {
  const { multifactor, context } = opened;
  const subject = { user, binding: 'enrollment' };
  const { enrollment } = await multifactor.beginEnrollment(context, subject, { type });
  if (enrollment.kind !== 'webauthn') throw new Error('expected WebAuthn');
  const { oobCode, options } = enrollment;
  const response = key.register(options, lies);
  return multifactor.verify(context, subject, { kind: 'webauthn', oobCode, response });
}

async function enroll(): Promise<{ readonly user: User; readonly key: SoftwareKey }> {
  const user = await opened.createUser();
  const key = new SoftwareKey(ORIGIN, RP_ID);
  const verdict = await register(user, key);
  if (verdict.kind !== 'passed') throw new Error(`the enrollment is ${verdict.kind}`);
  return { user, key };
}

async function challenge(user: User, binding = 's') {
  const { multifactor, context } = opened;
  const subject = { user, binding };
  const [factor] = await multifactor.listUsableFactors(context, user);
  const authenticatorId = factor?.authenticatorId ?? '';
  const begun = await multifactor.beginChallenge(context, subject, { authenticatorId });
  if (begun.kind !== 'webauthn') throw new Error('expected WebAuthn');
  return { ...begun, subject };
}

test('a key is set up and then passes', async () => {
  const { multifactor, context } = opened;
  const { user, key } = await enroll();
  expect(await multifactor.listEnrolledFactors(context, user)).toMatchObject([
    { type: 'webauthn-roaming' },
    { type: 'recovery-code' },
  ]);
  for (let at = 0; at < 2; at += 1) {
    const { oobCode, options, subject } = await challenge(user);
    expect(options).toMatchObject({ rpId: RP_ID, allowCredentials: [{ transports: ['usb'] }] });
    const proof = { kind: 'webauthn', oobCode, response: key.assert(options) } as const;
    expect(await multifactor.verify(context, subject, proof)).toMatchObject({
      kind: 'passed',
      type: 'webauthn-roaming',
    });
  }
});

describe('what a key says does not count', () => {
  const LIES: readonly (readonly [string, KeyLies])[] = [
    ['of another origin', { origin: 'https://login.example.evil' }],
    ['of the same host without TLS', { origin: 'http://login.example' }],
    ['of another relying party', { rpId: 'evil.example' }],
    ['of another challenge', { challenge: Buffer.from('another').toString('base64url') }],
  ];
  test.for([...LIES, ['with a counter that went back', { counter: 1 }] as const])(
    'in a challenge %s',
    async ([, lies]) => {
      const { multifactor, context } = opened;
      const { user, key } = await enroll();
      const first = await challenge(user);
      await multifactor.verify(context, first.subject, {
        kind: 'webauthn',
        oobCode: first.oobCode,
        response: key.assert(first.options),
      });
      const { oobCode, options, subject } = await challenge(user);
      const response = key.assert(options, lies);
      expect(
        await multifactor.verify(context, subject, { kind: 'webauthn', oobCode, response }),
      ).toEqual({ kind: 'wrong' });
      // The challenge is used up: an honest answer comes too late.
      const honest = key.assert(options);
      expect(
        await multifactor.verify(context, subject, { kind: 'webauthn', oobCode, response: honest }),
      ).toEqual({ kind: 'wrong' });
    },
  );

  test.for(LIES)('when it is set up, %s', async ([, lies]) => {
    const user = await opened.createUser();
    expect(await register(user, new SoftwareKey(ORIGIN, RP_ID), lies)).toEqual({ kind: 'wrong' });
    expect(await opened.store.authenticators.listForUser(user.userId)).toEqual([]);
  });

  test('twice, also of 10 at the same time', async () => {
    const { multifactor, context } = opened;
    const { user, key } = await enroll();
    const { oobCode, options, subject } = await challenge(user);
    const proof = { kind: 'webauthn', oobCode, response: key.assert(options) } as const;
    const verdicts = await Promise.all(
      Array.from({ length: 10 }, () => multifactor.verify(context, subject, proof)),
    );
    expect(verdicts.filter(({ kind }) => kind === 'passed')).toHaveLength(1);
  });

  test('for another user or flow, or with the key of another user', async () => {
    const { multifactor, context } = opened;
    const [one, other] = [await enroll(), await enroll()];
    const { oobCode, options, subject } = await challenge(one.user);
    const proof = { kind: 'webauthn', oobCode, response: one.key.assert(options) } as const;
    for (const stranger of [
      { user: other.user, binding: 's' },
      { user: one.user, binding: 'another' },
    ]) {
      expect(await multifactor.verify(context, stranger, proof)).toEqual({ kind: 'wrong' });
    }
    const response = other.key.assert(options);
    expect(
      await multifactor.verify(context, subject, { kind: 'webauthn', oobCode, response }),
    ).toEqual({ kind: 'wrong' });
  });

  test.for([{}, { id: 7 }, { id: 'x', response: 'y' }, { id: 'x'.repeat(3000), response: {} }])(
    'when it is garbage: %j',
    async (response) => {
      const { multifactor, context } = opened;
      const { user } = await enroll();
      const { oobCode, subject } = await challenge(user);
      expect(
        await multifactor.verify(context, subject, { kind: 'webauthn', oobCode, response }),
      ).toEqual({ kind: 'wrong' });
    },
  );

  test('of a platform authenticator that has not verified the person', async () => {
    const user = await opened.createUser();
    const key = new SoftwareKey(ORIGIN, RP_ID);
    expect(await register(user, key, {}, 'webauthn-platform')).toEqual({ kind: 'wrong' });
    expect(await register(user, key, { isVerified: true }, 'webauthn-platform')).toMatchObject({
      kind: 'passed',
      type: 'webauthn-platform',
    });
  });
});

test('a key belongs to one user: a second cannot set it up', async () => {
  const { key } = await enroll();
  expect(await register(await opened.createUser(), key)).toEqual({ kind: 'wrong' });
});
