import type { JsonObject, User } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT_LIMITS, createPasskeys, type Passkeys } from '../src/index.ts';
import { connectionWith, type OpenAccounts, openAccounts, PASSWORD } from './open-accounts.ts';
import { type KeyLies, SoftwareKey } from './software-key.ts';

const ORIGIN = 'https://login.test';
const RP_ID = 'login.test';
const ENABLED = { authentication_methods: { passkey: { enabled: true } } };
/** What an honest device says: it has verified who holds it. */
const VERIFIED: KeyLies = { isVerified: true };

let opened: OpenAccounts;
let passkeys: Passkeys;
let people = 0;
const connection = connectionWith(ENABLED);
beforeAll(async () => {
  opened = await openAccounts('passkeys');
  // Tickets end by the database's clock.
  opened.clock.time = new Date();
  passkeys = createPasskeys(opened.services);
});
afterAll(() => opened[Symbol.asyncDispose]());

const contextOf = () => ({ ...opened.contextFrom('192.0.2.7'), baseUrl: `${ORIGIN}/` });

async function createUser(): Promise<User> {
  people += 1;
  const email = `person${people}@example.com`;
  const input = { connection, email, password: PASSWORD };
  return (await opened.accounts.createUser(contextOf(), input)).user;
}

/** Answers an enrollment; the end is the passkey's id, or the code of the refusal. */
async function tryEnroll(
  user: User,
  key: SoftwareKey,
  change: { readonly lies?: KeyLies; readonly binding?: string } = {},
) {
  const place = { connection, binding: 'state-1', user };
  const options = await passkeys.createEnrollmentOptions(contextOf(), place);
  const credential = JSON.stringify(key.register(options, { ...VERIFIED, ...change.lies }));
  const answered = { ...place, binding: change.binding ?? place.binding, credential };
  const enroll = () =>
    passkeys
      .enroll(contextOf(), answered)
      .then(({ id }) => id)
      .catch((error: { code: string }) => error.code);
  return { options, enroll, end: await enroll() };
}

async function enrolled() {
  const user = await createUser();
  const key = new SoftwareKey(ORIGIN, RP_ID);
  const { end } = await tryEnroll(user, key);
  expect(end).toMatch(/^passkey\|dev_\w{16}$/);
  return { user, key };
}

/** Answers a login; the end is the user's id, or the code of the refusal. */
async function tryLogIn(
  key: SoftwareKey,
  change: {
    readonly lies?: KeyLies;
    readonly binding?: string;
    readonly options?: JsonObject;
  } = {},
) {
  const place = { connection: connectionWith(change.options ?? ENABLED), binding: 'state-1' };
  const options = await passkeys.createLoginOptions(contextOf(), place);
  const credential = JSON.stringify(key.assert(options, { ...VERIFIED, ...change.lies }));
  const answered = { ...place, binding: change.binding ?? place.binding, credential };
  const logIn = () =>
    passkeys
      .logIn(contextOf(), answered)
      .then(({ userId }) => userId)
      .catch((error: { code: string }) => error.code);
  return { options, logIn, end: await logIn() };
}

test('a passkey is set up once and then logs in, with nobody named', async () => {
  const user = await createUser();
  const key = new SoftwareKey(ORIGIN, RP_ID);
  const { options, enroll, end } = await tryEnroll(user, key);
  expect(options).toMatchObject({
    rp: { id: RP_ID },
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  expect(JSON.stringify(options.user)).not.toContain(user.userId);
  // The same form, sent twice.
  expect(await enroll()).toBe(end);
  expect(await opened.store.authenticators.listForUser(user.userId)).toHaveLength(1);
  const login = await tryLogIn(key);
  expect(login.options).toMatchObject({ rpId: RP_ID, userVerification: 'required' });
  expect(login.options.allowCredentials ?? []).toEqual([]);
  expect(login.end).toBe(user.userId);
  expect((await opened.store.users.find(user.userId))?.loginsCount).toBe(1);
  expect(await login.logIn()).toBe('wrong_credentials');
});

const LIES: readonly (readonly [string, KeyLies])[] = [
  ['of a page elsewhere', { origin: 'https://evil.test' }],
  ['of another port', { origin: 'https://login.test:8443' }],
  ['for another host', { rpId: 'evil.test' }],
  ['to another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ['of nobody who was verified', { isVerified: false }],
];

describe('what a device says does not count', () => {
  test.for(LIES)('when it is set up: an answer %s', async ([, lies]) => {
    const user = await createUser();
    const { end } = await tryEnroll(user, new SoftwareKey(ORIGIN, RP_ID), { lies });
    expect(end).toBe('wrong_credentials');
    expect(await opened.store.authenticators.listForUser(user.userId)).toEqual([]);
  });

  test.for(LIES)('at a login: an answer %s', async ([, lies]) => {
    const { key } = await enrolled();
    expect((await tryLogIn(key, { lies })).end).toBe('wrong_credentials');
  });

  test('from a copy whose counter stands behind', async () => {
    const { user, key } = await enrolled();
    expect((await tryLogIn(key, { lies: { counter: 7 } })).end).toBe(user.userId);
    expect((await tryLogIn(key, { lies: { counter: 7 } })).end).toBe('wrong_credentials');
    expect((await tryLogIn(key, { lies: { counter: 3 } })).end).toBe('wrong_credentials');
    expect((await tryLogIn(key, { lies: { counter: 8 } })).end).toBe(user.userId);
  });

  test('in another login than it was asked for in', async () => {
    const { user, key } = await enrolled();
    expect((await tryLogIn(key, { binding: 'state-2' })).end).toBe('wrong_credentials');
    expect((await tryLogIn(key)).end).toBe(user.userId);
    const other = await tryEnroll(user, new SoftwareKey(ORIGIN, RP_ID), { binding: 'state-2' });
    expect(other.end).toBe('wrong_credentials');
  });

  test('when nobody knows the key, or the connection has no passkeys', async () => {
    const { key } = await enrolled();
    expect((await tryLogIn(new SoftwareKey(ORIGIN, RP_ID))).end).toBe('wrong_credentials');
    expect((await tryLogIn(key, { options: {} })).end).toBe('wrong_credentials');
    const [entry] = await opened.listLogs('f');
    expect(entry).toMatchObject({ description: 'Passkey could not be verified' });
  });

  test('when the key is somebody else’s already', async () => {
    const { key } = await enrolled();
    const { end } = await tryEnroll(await createUser(), key);
    expect(end).toBe('wrong_credentials');
  });

  test.for(['', '{}', 'null', '[1]', '{"id":1}', '{"id":"a","response":{"clientDataJSON":"%"}}'])(
    'when it is %j',
    async (credential) => {
      const place = { connection, binding: 'state-1', credential };
      await expect(passkeys.logIn(contextOf(), place)).rejects.toMatchObject({
        code: 'wrong_credentials',
      });
      const enrollment = { ...place, user: await createUser() };
      await expect(passkeys.enroll(contextOf(), enrollment)).rejects.toMatchObject({
        code: 'wrong_credentials',
      });
    },
  );
});

test('a blocked user gets nowhere', async () => {
  const { user, key } = await enrolled();
  await opened.store.users.update(user.userId, { blocked: true });
  expect((await tryLogIn(key)).end).toBe('account_blocked');
});

test('a user has so many passkeys', async () => {
  const user = await createUser();
  for (let n = 0; n < ACCOUNT_LIMITS.passkeysPerUser; n += 1) {
    expect((await tryEnroll(user, new SoftwareKey(ORIGIN, RP_ID))).end).toMatch(/^passkey/);
  }
  expect((await tryEnroll(user, new SoftwareKey(ORIGIN, RP_ID))).end).toBe('limit_reached');
});

test('one is offered to whoever has neither a passkey nor a second factor', async () => {
  const isOffered = (userId: string, options: JsonObject = ENABLED) =>
    passkeys.isOffered(contextOf(), { connection: connectionWith(options), userId });
  const user = await createUser();
  expect(await isOffered(user.userId)).toBe(true);
  expect(await isOffered(user.userId, {})).toBe(false);
  const quiet = { ...ENABLED, passkey_options: { progressive_enrollment_enabled: false } };
  expect(await isOffered(user.userId, quiet)).toBe(false);
  expect(await isOffered((await enrolled()).user.userId)).toBe(false);
  await opened.store.authenticators.create({
    id: 'totp|dev_0123456789abcdef',
    userId: user.userId,
    type: 'totp',
    isConfirmed: true,
    secret: { secret: 'x' },
  });
  expect(await isOffered(user.userId)).toBe(false);
});

test('none is offered before a verified address has passed as the second factor', async () => {
  const user = await createUser();
  const { tenant } = opened;
  const settings = { ...tenant.settings, mfa: { factors: ['email'] as const } };
  const context = { ...contextOf(), tenant: { ...tenant, settings } };
  const person = { connection, userId: user.userId };
  expect(await passkeys.isOffered(context, person)).toBe(true);
  await opened.store.users.update(user.userId, { emailVerified: true });
  expect(await passkeys.isOffered(context, person)).toBe(false);
  expect(await passkeys.isOffered(contextOf(), person)).toBe(true);
});
