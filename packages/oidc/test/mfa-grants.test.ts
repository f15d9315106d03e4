import type { FactorsAccess } from '@tessera/model';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_SECRET } from './support/entities.ts';
import { PASSWORD } from './support/fake-direct-logins.ts';
import { CODE } from './support/fake-multifactor.ts';
import { completed, denied, NO_EFFECTS } from './support/fake-pipeline.ts';
import { type Answer, claimsOf, logTypesOf, postForm } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const PREFIX = 'http://auth0.com/oauth/grant-type';
const OTP = `${PREFIX}/mfa-otp`;
const OOB = `${PREFIX}/mfa-oob`;
const RECOVERY = `${PREFIX}/mfa-recovery-code`;
const API = 'https://api.example.com/';
const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

let server: TestOidc;
let adaId: string;

beforeAll(async () => {
  server = await startOidc('mfa_grants');
  const { main, store } = server;
  const grantTypes = ['password', OTP, OOB, RECOVERY, 'refresh_token'];
  await main.addClient({ clientId: 'cli', grantTypes });
  await main.addClient({ clientId: 'other', grantTypes });
  await main.addClient({ clientId: 'no-mfa', grantTypes: ['password'] });
  await main.addApi({ identifier: API });
  adaId = (await main.addUser('ada')).userId;
  await store.tenants.updateSettings(main.tenant.id, { defaultDirectory: 'people' });
  await server.reload();
});
afterAll(() => server?.[Symbol.asyncDispose]());
afterEach(async () => {
  server.pipeline.off('post-login');
  server.pipeline.runs.length = 0;
  server.multifactor.usable = [];
  server.multifactor.pushAnswer = undefined;
  await setPolicy('never');
});

async function setPolicy(policy: 'never' | 'always'): Promise<void> {
  await server.store.tenants.updateSettings(server.main.tenant.id, { mfa: { policy } });
  await server.reload();
}

function post(form: Record<string, string>): Promise<Answer> {
  return postForm(`${server.main.url}/oauth/token`, {
    client_id: 'cli',
    client_secret: CLIENT_SECRET,
    ...form,
  });
}

const logIn = (form: Record<string, string> = {}) =>
  post({ grant_type: 'password', username: 'ada@example.com', password: PASSWORD, ...form });

/** An `mfa_token` of a login with the policy `always`, of someone with an authenticator app. */
async function waitingLogin(form: Record<string, string> = {}): Promise<string> {
  await setPolicy('always');
  server.multifactor.usable = ['otp', 'phone', 'push-notification', 'recovery-code'];
  const { body } = await logIn(form);
  return body.mfa_token;
}

describe('a second factor that is due', () => {
  test('stands before the tokens, with the policy "always"', async () => {
    await setPolicy('always');
    server.multifactor.usable = ['otp', 'recovery-code'];
    const { status, body } = await logIn();
    expect(status).toBe(403);
    expect(body).toEqual({
      error: 'mfa_required',
      error_description: 'Multifactor authentication required',
      mfa_token: expect.any(String),
      mfa_requirements: { challenge: [{ type: 'otp' }, { type: 'recovery-code' }] },
    });
    expect(await logTypesOf(server.main, () => logIn())).toEqual(['mfar']);
  });

  test('may be set up by whoever has none', async () => {
    await setPolicy('always');
    const { body } = await logIn();
    expect(body.mfa_requirements.enroll.map(({ type }: { type: string }) => type)).toContain('otp');
  });

  test('that lets set up a factor is void once the person has one', async () => {
    await setPolicy('always');
    const { body } = await logIn();
    expect(body.mfa_requirements).toHaveProperty('enroll');
    // The person was faster than whoever else knows the password.
    server.multifactor.usable = ['otp'];
    const late = await post({ grant_type: OTP, mfa_token: body.mfa_token, otp: CODE });
    expect(late).toMatchObject({ status: 403, body: { error: 'expired_token' } });
  });

  test('ends the login when there is none at all', async () => {
    await setPolicy('always');
    const enabled = server.multifactor.enabled;
    server.multifactor.enabled = [];
    expect(await logIn()).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    server.multifactor.enabled = enabled;
  });

  test('is due when an Action asks for it at its end', async () => {
    server.multifactor.usable = ['otp'];
    server.pipeline.completes('post-login', {
      multifactor: { provider: 'any', allowRememberBrowser: true },
      accessTokenClaims: { 'https://example.com/plan': 'gold' },
      appMetadata: { runs: 1 },
    });
    const { body } = await logIn({ audience: API, scope: 'openid' });
    expect(body.error).toBe('mfa_required');
    const { body: tokens } = await post({
      grant_type: OTP,
      mfa_token: body.mfa_token,
      otp: CODE,
    });
    // The run was over: it is not repeated, and what it asked for holds.
    expect(server.pipeline.runs).toHaveLength(1);
    expect(claimsOf(tokens.access_token)['https://example.com/plan']).toBe('gold');
  });

  test('interrupts a run where an Action asks for it, and the run goes on there', async () => {
    server.multifactor.usable = ['otp', 'phone'];
    const suspension = {
      kind: 'challenge',
      factors: [{ type: 'phone' }],
      additionalFactors: [],
      executionId: 'execution-suspended',
      remaining: [{ actionId: 'action-1', versionId: 'version-1' }],
      effects: NO_EFFECTS,
    } as const;
    server.pipeline.on('post-login', ({ resume }) =>
      resume === undefined
        ? { end: { kind: 'suspended', suspension }, effects: NO_EFFECTS }
        : completed({ idTokenClaims: { 'https://example.com/resumed': true } }),
    );
    const { body } = await logIn({ scope: 'openid' });
    expect(body.mfa_requirements).toEqual({ challenge: [{ type: 'phone' }] });
    const wrongFactor = { grant_type: OTP, mfa_token: body.mfa_token, otp: CODE };
    expect(await post(wrongFactor)).toMatchObject({ status: 403 });
    const { body: tokens } = await post({
      grant_type: OOB,
      mfa_token: body.mfa_token,
      oob_code: 'oob',
      binding_code: CODE,
    });
    expect(claimsOf(tokens.id_token)['https://example.com/resumed']).toBe(true);
    const [first, second] = server.pipeline.runs;
    expect(second?.resume).toEqual(suspension);
    const { id: transactionId } = (first?.event.transaction ?? {}) as { id?: string };
    expect(transactionId).toBeDefined();
    expect(second?.event).toMatchObject({
      transaction: { id: transactionId },
      authentication: { methods: [{ name: 'pwd' }, { name: 'mfa', type: 'phone' }] },
    });
  });

  test('needs a browser when an Action wants a further one set up', async () => {
    server.multifactor.usable = ['otp'];
    const suspension = {
      kind: 'enrollment',
      factors: [{ type: 'phone' }],
      additionalFactors: [],
      executionId: 'execution-suspended',
      remaining: [],
      effects: NO_EFFECTS,
    } as const;
    server.pipeline.on('post-login', () => ({
      end: { kind: 'suspended', suspension },
      effects: NO_EFFECTS,
    }));
    expect(await logIn()).toMatchObject({ body: { error: 'interaction_required' } });
  });
});

describe('mfa-otp grant', () => {
  test('issues the tokens that the login asked for', async () => {
    const token = await waitingLogin({ audience: API, scope: 'openid read:items offline_access' });
    const { status, body } = await post({ grant_type: OTP, mfa_token: token, otp: CODE });
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({ sub: adaId, gty: 'password' });
    expect(body.scope).toBe('openid read:items offline_access');
    expect(claimsOf(body.id_token)).toMatchObject({ amr: ['mfa'], acr: MULTI_FACTOR });
    const refreshed = await post({
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
    });
    expect(claimsOf(refreshed.body.id_token)).toMatchObject({ amr: ['mfa'] });
  });

  test('does not use the token up by a wrong code', async () => {
    const token = await waitingLogin();
    const wrong = await post({ grant_type: OTP, mfa_token: token, otp: '000000' });
    expect(wrong).toMatchObject({
      status: 403,
      body: { error: 'invalid_grant', error_description: 'Invalid otp_code.' },
    });
    expect((await post({ grant_type: OTP, mfa_token: token, otp: CODE })).status).toBe(200);
  });

  test('logs success and failure', async () => {
    const token = await waitingLogin();
    const form = { grant_type: OTP, mfa_token: token };
    const fail = () => post({ ...form, otp: '000000' });
    expect(await logTypesOf(server.main, fail)).toEqual(['feotpft']);
    const pass = () => post({ ...form, otp: CODE });
    expect(await logTypesOf(server.main, pass)).toEqual(['seotpft']);
  });

  test('tells when there were too many wrong codes', async () => {
    const token = await waitingLogin();
    const answer = await post({ grant_type: OTP, mfa_token: token, otp: 'too many' });
    expect(answer).toMatchObject({ status: 429, body: { error: 'too_many_attempts' } });
    expect(answer.headers.get('retry-after')).toBe('9');
  });

  const EXPIRED = { status: 403, body: { error: 'expired_token' } };

  test('takes a token once, also of concurrent requests', async () => {
    const token = await waitingLogin();
    const form = { grant_type: OTP, mfa_token: token, otp: CODE };
    const answers = await Promise.all([post(form), post(form), post(form)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403, 403]);
    expect(await post(form)).toMatchObject(EXPIRED);
  });

  test("refuses tokens of other applications, other tenants' and made-up ones alike", async () => {
    const token = await waitingLogin();
    for (const form of [
      { mfa_token: token, client_id: 'other' },
      { mfa_token: 'made-up' },
      { mfa_token: 'a\u0000b' },
    ]) {
      expect(await post({ grant_type: OTP, otp: CODE, ...form })).toMatchObject(EXPIRED);
    }
  });

  test('is refused to applications that have not got it', async () => {
    const token = await waitingLogin({ client_id: 'no-mfa' });
    const answer = await post({
      client_id: 'no-mfa',
      grant_type: OTP,
      mfa_token: token,
      otp: CODE,
    });
    expect(answer).toMatchObject({ status: 403, body: { error: 'unauthorized_client' } });
  });

  test('ends with post-login, which may still refuse', async () => {
    server.multifactor.usable = ['otp'];
    const suspension = {
      kind: 'challenge',
      factors: [{ type: 'otp' }],
      additionalFactors: [],
      executionId: 'execution-suspended',
      remaining: [],
      effects: NO_EFFECTS,
    } as const;
    server.pipeline.on('post-login', ({ resume }) =>
      resume === undefined
        ? { end: { kind: 'suspended', suspension }, effects: NO_EFFECTS }
        : denied('not even so'),
    );
    const { body } = await logIn();
    const answer = await post({ grant_type: OTP, mfa_token: body.mfa_token, otp: CODE });
    expect(answer).toMatchObject({
      status: 403,
      body: { error: 'access_denied', error_description: 'not even so' },
    });
  });
});

describe('mfa-oob grant', () => {
  test('waits for a push notification, and not too fast', async () => {
    const token = await waitingLogin();
    const form = { grant_type: OOB, mfa_token: token, oob_code: 'oob' };
    expect(await post(form)).toMatchObject({
      status: 400,
      body: { error: 'authorization_pending' },
    });
    expect(await post(form)).toMatchObject({ status: 429, body: { error: 'slow_down' } });
    server.multifactor.pushAnswer = 'passed';
    expect((await post(form)).status).toBe(200);
  });

  test('ends when the person refuses', async () => {
    const token = await waitingLogin();
    server.multifactor.pushAnswer = 'rejected';
    const work = () => post({ grant_type: OOB, mfa_token: token, oob_code: 'oob' });
    expect(await work()).toMatchObject({
      status: 403,
      body: { error: 'invalid_grant', error_description: 'MFA Authorization rejected.' },
    });
    expect(await logTypesOf(server.main, work)).toEqual(['feoobft']);
  });

  test('takes the code of a message', async () => {
    const token = await waitingLogin();
    const form = { grant_type: OOB, mfa_token: token, oob_code: 'oob' };
    expect(await post({ ...form, binding_code: '000000' })).toMatchObject({ status: 403 });
    expect((await post({ ...form, binding_code: CODE })).status).toBe(200);
  });
});

test('mfa-recovery-code grant answers with the new code', async () => {
  const token = await waitingLogin();
  const form = { grant_type: RECOVERY, mfa_token: token, recovery_code: CODE };
  const { body } = await post(form);
  expect(body).toMatchObject({ recovery_code: 'NEWCODE', access_token: expect.any(String) });
});

describe('an access token of the audience /mfa/ as mfa_token', () => {
  const TOKEN = 'access.token.of-ada';
  const addToken = async (change: Partial<FactorsAccess> = {}) => {
    const user = await server.main.store.users.find(adaId);
    if (user === undefined) throw new Error('nobody');
    server.multifactor.accessTokens.set(TOKEN, {
      user,
      clientId: 'cli',
      scopes: ['openid', 'enroll'],
      expiresAt: new Date(Date.now() + 300_000),
      ...change,
    });
    server.multifactor.isEnrollment = true;
  };
  afterEach(() => {
    server.multifactor.accessTokens.clear();
    server.multifactor.isEnrollment = false;
  });
  const otp = { grant_type: OTP, mfa_token: TOKEN, otp: CODE };

  test('confirms a factor that was begun with it, and gives nothing more', async () => {
    await addToken();
    server.pipeline.completes('post-login', {});
    const oob = { grant_type: OOB, mfa_token: TOKEN, oob_code: 'oob', binding_code: CODE };
    for (const form of [otp, oob]) {
      const { status, body } = await post(form);
      expect(status).toBe(200);
      expect(body).toEqual({
        access_token: TOKEN,
        scope: 'openid enroll',
        expires_in: expect.any(Number),
        token_type: 'Bearer',
      });
      expect(body.expires_in).toBeLessThanOrEqual(300);
    }
    // No login goes on here.
    expect(server.pipeline.runs).toEqual([]);
    expect(await logTypesOf(server.main, () => post(otp))).toEqual(['seotpft']);
  });

  const refusals: readonly (readonly [string, Partial<FactorsAccess>, object, string])[] = [
    ['that is not valid', {}, { mfa_token: 'access.token.made-up' }, 'expired_token'],
    ['of another application', { clientId: 'other' }, {}, 'expired_token'],
    ['without the scope "enroll"', { scopes: ['read:authenticators'] }, {}, 'expired_token'],
    ['with a wrong code', {}, { otp: '000000' }, 'invalid_grant'],
    ['with a recovery code', {}, { grant_type: RECOVERY, recovery_code: CODE }, 'invalid_grant'],
  ];
  test.for(refusals)('%s is refused', async ([, change, form, error]) => {
    await addToken(change);
    expect(await post({ ...otp, ...form })).toMatchObject({ status: 403, body: { error } });
  });

  test('is not answered for a factor that the person has already', async () => {
    await addToken();
    server.multifactor.isEnrollment = false;
    expect(await post(otp)).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  });
});
