import type { JsonObject, User } from '@tessera/model';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenMfaPages, openMfaPages } from './open-mfa-pages.ts';

let pages: OpenMfaPages;
beforeAll(async () => {
  pages = await openMfaPages('mfa-api');
});
afterAll(() => pages[Symbol.asyncDispose]());

const issue = (user: User, enrollmentAllowed = false) =>
  pages.multifactor.issueToken(pages.mfaContext, {
    userId: user.userId,
    clientId: pages.client.client_id,
    connectionId: 'con_people',
    enrollmentAllowed,
  });

async function call(method: 'GET' | 'POST', url: string, body?: object | string, bearer?: string) {
  const answer = await pages.app.inject({
    method,
    url,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined
      ? {}
      : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

const challenge = (mfaToken: string, change: object = {}) =>
  call('POST', '/mfa/challenge', { mfa_token: mfaToken, ...pages.client, ...change });
const associate = (mfaToken: string, body: object) =>
  call('POST', '/mfa/associate', { ...pages.client, ...body }, mfaToken);

describe('POST /mfa/challenge', () => {
  test('begins what the person has: an app, or a code that is sent', async () => {
    const user = await pages.createUser({ emailVerified: true });
    const { secret } = await pages.enrollPassword(user);
    const token = await issue(user);
    expect(await challenge(token, { challenge_type: 'otp' })).toEqual({
      status: 200,
      body: { challenge_type: 'otp' },
    });
    const { status, body } = await challenge(token, {
      challenge_type: 'oob',
      oob_channel: 'email',
    });
    expect({ status, body }).toEqual({
      status: 200,
      body: { challenge_type: 'oob', oob_code: expect.any(String), binding_method: 'prompt' },
    });
    const subject = { user, binding: token };
    const proof = { kind: 'oob', oobCode: body.oob_code, bindingCode: pages.codes.at(-1) ?? '' };
    const sent = { ...proof, kind: 'oob' } as const;
    const stranger = { user, binding: await issue(user) };
    expect(await pages.multifactor.verify(pages.mfaContext, stranger, sent)).toEqual({
      kind: 'wrong',
    });
    expect(await pages.multifactor.verify(pages.mfaContext, subject, sent)).toMatchObject({
      kind: 'passed',
    });
    const code = generateSync({ secret });
    expect(
      await pages.multifactor.verify(pages.mfaContext, subject, { kind: 'otp', code }),
    ).toMatchObject({ kind: 'passed' });
  });

  const refusals: readonly (readonly [string, object, number, string])[] = [
    ['a token that never was', { mfa_token: 'x'.repeat(43) }, 401, 'expired_token'],
    ['another application', { client_id: 'another' }, 401, 'invalid_client'],
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['no secret', { client_secret: undefined }, 401, 'invalid_client'],
    [
      'a channel the person has not',
      { challenge_type: 'oob', oob_channel: 'sms' },
      403,
      'unsupported_challenge_type',
    ],
    ['the authenticator of nobody', { authenticator_id: 'totp|dev_x' }, 403, 'invalid_grant'],
    ['an unknown type', { challenge_type: 'magic' }, 400, 'invalid_request'],
    ['a number for a token', { mfa_token: 7 }, 400, 'invalid_request'],
  ];
  test.for(refusals)('refuses %s', async ([, change, status, error]) => {
    const user = await pages.createUser();
    await pages.enrollPassword(user);
    const answer = await challenge(await issue(user), change);
    expect(answer).toMatchObject({ status, body: { error } });
  });

  test('refuses the authenticator of another person', async () => {
    const [user, other] = [await pages.createUser(), await pages.createUser()];
    await pages.enrollPassword(user);
    await pages.enrollPassword(other);
    const [theirs] = await pages.store.authenticators.listForUser(other.userId);
    const answer = await challenge(await issue(user), { authenticator_id: theirs?.id });
    expect(answer).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  });
});

describe('POST /mfa/associate', () => {
  test('begins an app with its key and a recovery code, which count once confirmed', async () => {
    const user = await pages.createUser();
    const token = await issue(user, true);
    const { status, body } = await associate(token, { authenticator_types: ['otp'] });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        authenticator_type: 'otp',
        secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
        barcode_uri: expect.stringMatching(/^otpauth:\/\/totp\//),
        recovery_codes: [expect.stringMatching(/^[A-Z0-9]{24}$/)],
      },
    });
    expect(await call('GET', '/mfa/authenticators', undefined, token)).toEqual({
      status: 200,
      body: [],
    });
    const code = generateSync({ secret: body.secret });
    const subject = { user, binding: token };
    expect(
      await pages.multifactor.verify(pages.mfaContext, subject, { kind: 'otp', code }),
    ).toMatchObject({ kind: 'passed', isEnrollment: true });
    expect(await call('GET', '/mfa/authenticators', undefined, token)).toMatchObject({
      body: [
        { id: expect.stringMatching(/^totp\|dev_/), authenticator_type: 'otp', active: true },
        { authenticator_type: 'recovery-code' },
      ],
    });
  });

  test('begins a phone and a device, as recorded', async () => {
    const user = await pages.createUser();
    const token = await issue(user, true);
    const phone = await associate(token, {
      authenticator_types: ['oob'],
      oob_channels: ['sms'],
      phone_number: '+91123456789',
    });
    expect(phone).toEqual({
      status: 200,
      body: {
        authenticator_type: 'oob',
        binding_method: 'prompt',
        recovery_codes: [expect.any(String)],
        oob_channel: 'sms',
        oob_code: expect.any(String),
      },
    });
    const device = await associate(token, {
      authenticator_types: ['oob'],
      oob_channels: ['auth0'],
    });
    expect(device.body).toMatchObject({
      authenticator_type: 'oob',
      oob_channel: 'auth0',
      oob_code: expect.any(String),
      barcode_uri: expect.stringMatching(/enrollment_tx_id=[\w-]{43}&base_url=https/),
    });
  });

  test('refuses whoever has a factor, also when it was set up after the token was made', async () => {
    const user = await pages.createUser();
    const token = await issue(user, true);
    await pages.enrollPassword(user);
    for (const mfaToken of [token, await issue(user, false)]) {
      expect(await associate(mfaToken, { authenticator_types: ['otp'] })).toMatchObject({
        status: 403,
        body: { error: 'access_denied', error_description: 'User is already enrolled.' },
      });
    }
  });

  test.for([
    [{ authenticator_types: [] }, 400],
    [{ authenticator_types: ['oob'] }, 400],
    [{ authenticator_types: ['oob'], oob_channels: ['sms'] }, 400],
    [{ authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: 'x' }, 400],
    [{ authenticator_types: ['otp'], client_id: 'another' }, 401],
  ] as const)('refuses %j', async ([body, status]) => {
    const token = await issue(await pages.createUser(), true);
    expect(await associate(token, body)).toMatchObject({ status });
  });

  test('refuses a token that is none', async () => {
    expect((await associate('x', { authenticator_types: ['otp'] })).status).toBe(401);
    expect((await call('POST', '/mfa/associate', { authenticator_types: ['otp'] })).status).toBe(
      401,
    );
    expect((await call('GET', '/mfa/authenticators')).status).toBe(401);
  });
});

describe('an access token of the audience /mfa/', () => {
  interface Change {
    readonly issuer?: string;
    readonly issuedAt?: Date;
    readonly expires?: Date;
    /** The key is one that the tenant no longer trusts, or never had. */
    readonly key?: 'revoked' | 'unknown';
  }
  const signToken = async (claims: JWTPayload, change: Change = {}) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = Math.random().toString(36);
    await pages.store.signingKeys.create({
      kid: change.key === 'unknown' ? `${kid} of another tenant` : kid,
      alg: 'RS256',
      state: change.key === 'revoked' ? 'revoked' : 'previous',
      publicJwk: { ...(await exportJWK(publicKey)) } as JsonObject,
      privateJwk: {},
      createdAt: new Date(),
    });
    return new SignJWT({ aud: 'https://login.test/mfa/', azp: pages.client.client_id, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(change.issuer ?? 'https://login.test/')
      .setIssuedAt(change.issuedAt)
      .setExpirationTime(change.expires ?? '5m')
      .sign(privateKey);
  };
  const remove = async (id: string, bearer: string) => {
    const url = `/mfa/authenticators/${encodeURIComponent(id)}`;
    const headers = { authorization: `Bearer ${bearer}` };
    return (await pages.app.inject({ method: 'DELETE', url, headers })).statusCode;
  };
  const SCOPE = 'enroll read:authenticators remove:authenticators';
  const begin = (bearer: string, change: object = {}) =>
    call('POST', '/mfa/associate', { authenticator_types: ['otp'], ...change }, bearer);

  test('lists and removes its own factors, and no others', async () => {
    const [user, other] = [await pages.createUser(), await pages.createUser()];
    await pages.enrollPassword(user);
    await pages.enrollPassword(other);
    const token = await signToken({ sub: user.userId, scope: SCOPE });
    const [own] = (await call('GET', '/mfa/authenticators', undefined, token)).body;
    const [theirs] = await pages.store.authenticators.listForUser(other.userId);
    expect(await remove(theirs?.id ?? '', token)).toBe(404);
    expect(await remove(own.id, token)).toBe(204);
    expect(await remove(own.id, token)).toBe(404);
    expect(await pages.store.authenticators.find(theirs?.id ?? '')).toBeDefined();
    const left = await call('GET', '/mfa/authenticators', undefined, token);
    expect(left.body).toMatchObject([{ authenticator_type: 'recovery-code' }]);
  });

  test('sets up a factor beside the ones that are there', async () => {
    const user = await pages.createUser();
    const { secret: earlier } = await pages.enrollPassword(user);
    const token = await signToken({ sub: user.userId, scope: SCOPE });
    const { status, body } = await begin(token);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        authenticator_type: 'otp',
        secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
        barcode_uri: expect.any(String),
      },
    });
    const listed = () => call('GET', '/mfa/authenticators', undefined, token);
    expect((await listed()).body).toHaveLength(2);
    const verify = (binding: string, secret: string) => {
      const proof = { kind: 'otp', code: generateSync({ secret }) } as const;
      return pages.multifactor.verify(pages.mfaContext, { user, binding }, proof);
    };
    // Neither with another token of the same person, nor by the app that they have.
    const stranger = await signToken({ sub: user.userId, scope: SCOPE });
    expect(await verify(stranger, body.secret)).toMatchObject({ kind: 'wrong' });
    expect(await verify(token, earlier)).toMatchObject({ kind: 'passed', isEnrollment: false });
    expect(await verify(token, body.secret)).toMatchObject({ kind: 'passed', isEnrollment: true });
    expect((await listed()).body).toHaveLength(3);
  });

  const attacks: readonly (readonly [string, number, JWTPayload, Change])[] = [
    ['of another audience', 401, { aud: 'https://login.test/api/v2/' }, {}],
    ['of another issuer', 401, {}, { issuer: 'https://other.test/' }],
    ['of another tenant', 401, {}, { key: 'unknown' }],
    ['of a key that was revoked', 401, {}, { key: 'revoked' }],
    ['that has expired', 401, {}, { expires: new Date(Date.now() - 60_000) }],
    ['of a person who is gone', 401, { sub: 'auth0|nobody' }, {}],
    ['of an application that is gone', 401, { azp: 'nobody' }, {}],
    ['without its scope', 403, { scope: 'openid read:authenticators' }, {}],
    ['whose scope only looks like it', 403, { scope: 'enrolled remove:authenticators:all' }, {}],
  ];
  test.for(attacks)(
    '%s neither sets up nor removes a factor',
    async ([, status, claims, change]) => {
      const user = await pages.createUser();
      await pages.enrollPassword(user);
      const all = () => pages.store.authenticators.listForUser(user.userId);
      const before = await all();
      const token = await signToken({ sub: user.userId, scope: SCOPE, ...claims }, change);
      expect((await begin(token)).status).toBe(status);
      expect(await remove(before[0]?.id ?? '', token)).toBe(status);
      expect(await all()).toEqual(before);
    },
  );

  test('of whoever is blocked, or has a new password since, is refused', async () => {
    const user = await pages.createUser();
    const token = await signToken({ sub: user.userId, scope: SCOPE });
    const early = { issuedAt: new Date(Date.now() - 60_000) };
    const older = await signToken({ sub: user.userId, scope: SCOPE }, early);
    await pages.store.users.update(user.userId, { lastPasswordReset: new Date() });
    expect((await begin(token)).status).toBe(200);
    expect(await begin(older)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    await pages.store.users.update(user.userId, { blocked: true });
    expect((await begin(token)).status).toBe(401);
  });

  test('is no mfa_token, and an mfa_token is none', async () => {
    const user = await pages.createUser();
    await pages.enrollPassword(user);
    const [own] = await pages.store.authenticators.listForUser(user.userId);
    const token = await signToken({ sub: user.userId, scope: SCOPE });
    expect((await challenge(token)).status).toBe(401);
    for (const other of [await issue(user, true), 'a.b.c']) {
      expect(await remove(own?.id ?? '', other)).toBe(401);
    }
    // The application that it names, and no other, may name itself.
    expect((await begin(token, { client_id: 'another' })).status).toBe(401);
  });
});

test('bodies that are no JSON, too large or of another form are refused, never with 500', async () => {
  const bodies = ['', '{', '[]', 'null', '"x"', `{"mfa_token":"${'x'.repeat(70_000)}"}`];
  for (const url of [
    '/mfa/challenge',
    '/mfa/associate',
    '/mfa/push/devices',
    '/mfa/push/answers',
  ]) {
    for (const body of bodies) {
      const { status } = await call('POST', url, body, 'x');
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  }
  expect(pages.errors).toEqual([]);
});
