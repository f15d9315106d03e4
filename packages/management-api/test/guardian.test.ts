import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('guardian');
});
afterAll(() => management[Symbol.asyncDispose]());

let count = 0;
async function createUser(): Promise<string> {
  count += 1;
  const user = await management.ok('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: `person-${count}@example.com`,
    password: 'Correct-horse-7',
  });
  return user.user_id;
}
const pathOf = (userId: string, rest: string) => `users/${encodeURIComponent(userId)}/${rest}`;
const totp = { type: 'totp', name: 'App', totp_secret: 'JBSWY3DPEHPK3PXP' };
const settings = async () => (await management.store.tenants.findDefault())?.settings.mfa;

describe('guardian/factors', () => {
  test('are switched on and off, one by one, and at the same time', async () => {
    expect(await management.ok('GET', 'guardian/factors')).toHaveLength(8);
    await Promise.all(
      ['otp', 'sms', 'email', 'webauthn-roaming', 'recovery-code'].map((name) =>
        management.ok('PUT', `guardian/factors/${name}`, { enabled: true }),
      ),
    );
    expect(await management.ok('PUT', 'guardian/factors/sms', { enabled: false })).toEqual({
      enabled: false,
    });
    const factors: { name: string; enabled: boolean }[] = await management.ok(
      'GET',
      'guardian/factors',
    );
    const enabled = factors.filter((factor) => factor.enabled).map(({ name }) => name);
    expect(enabled.toSorted()).toEqual(['email', 'otp', 'recovery-code', 'webauthn-roaming']);
    const types = await management.storeOf().logs.list({
      page: 0,
      perPage: 100,
      type: ['gd_tenant_update'],
    });
    expect(types.total).toBe(6);
  });

  test('refuse what is not served, and say what is', async () => {
    const refuse = async (path: string, body: object) =>
      (await management.request('PUT', path, { body })).body;
    expect(await refuse('guardian/factors/duo', { enabled: true })).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('does not reach'),
    });
    expect(await refuse('guardian/factors/magic', { enabled: true })).toMatchObject({
      statusCode: 400,
    });
    expect(
      await refuse('guardian/factors/phone/selected-provider', { provider: 'twilio' }),
    ).toMatchObject({ statusCode: 400, message: expect.stringContaining('phone-message-hook') });
    expect(
      await refuse('guardian/factors/push-notification/selected-provider', { provider: 'sns' }),
    ).toMatchObject({ statusCode: 400, message: expect.stringContaining('direct') });
    expect(
      await refuse('guardian/factors/sms/templates', {
        enrollment_message: '{% if %}',
        verification_message: 'x',
      }),
    ).toMatchObject({ statusCode: 400 });
  });
});

test('guardian/policies set when a second factor is asked for', async () => {
  expect(await management.ok('GET', 'guardian/policies')).toEqual([]);
  for (const [policies, policy] of [
    [['all-applications'], 'always'],
    [['confidence-score'], 'adaptive'],
    [[], 'never'],
  ] as const) {
    expect(await management.ok('PUT', 'guardian/policies', policies)).toEqual(policies);
    expect(await management.ok('GET', 'guardian/policies')).toEqual(policies);
    expect((await settings())?.policy).toBe(policy);
  }
});

test('message types, providers and templates of phones are kept under both names', async () => {
  const types = { message_types: ['voice', 'sms'] };
  expect(await management.ok('GET', 'guardian/factors/phone/message-types')).toEqual({
    message_types: ['sms'],
  });
  expect(await management.ok('PUT', 'guardian/factors/phone/message-types', types)).toEqual(types);
  expect((await settings())?.phoneMessageTypes).toEqual(['voice', 'sms']);
  await management.ok('PUT', 'guardian/factors/sms/selected-provider', { provider: 'auth0' });
  expect(await management.ok('GET', 'guardian/factors/phone/selected-provider')).toEqual({
    provider: 'auth0',
  });
  const templates = { enrollment_message: 'New: {{code}}', verification_message: 'It is {{code}}' };
  await management.ok('PUT', 'guardian/factors/phone/templates', templates);
  expect(await management.ok('GET', 'guardian/factors/sms/templates')).toEqual(templates);
});

describe('authentication methods of a user', () => {
  test('are created confirmed, masked when read, and never with their secret', async () => {
    const userId = await createUser();
    const created = await management.request('POST', pathOf(userId, 'authentication-methods'), {
      body: totp,
    });
    expect(created).toMatchObject({
      status: 201,
      body: { id: expect.stringMatching(/^totp\|dev_\w{16}$/), type: 'totp', name: 'App' },
    });
    await management.ok('POST', pathOf(userId, 'authentication-methods'), {
      type: 'phone',
      phone_number: '+44207183875044',
    });
    const methods = await management.ok('GET', pathOf(userId, 'authentication-methods'));
    expect(methods).toMatchObject([
      { type: 'totp', confirmed: true },
      { type: 'phone', phone_number: 'XXXXXXXXXXX5044', preferred_authentication_method: 'sms' },
    ]);
    expect(JSON.stringify(methods)).not.toContain(totp.totp_secret);
    const [, phone] = methods;
    const path = pathOf(userId, `authentication-methods/${encodeURIComponent(phone.id)}`);
    const patch = { preferred_authentication_method: 'voice' };
    expect(await management.ok('PATCH', path, patch)).toMatchObject(patch);
    expect((await management.request('DELETE', path)).status).toBe(204);
    expect((await management.request('GET', path)).status).toBe(404);
  });

  test('of another user are not found', async () => {
    const [one, other] = [await createUser(), await createUser()];
    const { id } = await management.ok('POST', pathOf(one, 'authentication-methods'), totp);
    const path = pathOf(other, `authentication-methods/${encodeURIComponent(id)}`);
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const body = method === 'PATCH' ? { body: { name: 'x' } } : {};
      expect((await management.request(method, path, body)).status).toBe(404);
    }
    expect((await management.storeOf().authenticators.find(id))?.userId).toBe(one);
  });

  test.for([
    { type: 'totp' },
    { type: 'totp', totp_secret: 'not base32!' },
    { type: 'totp', totp_secret: 'ABC' },
    { type: 'phone', phone_number: '12345' },
    { type: 'email', email: 'x' },
    { type: 'magic' },
    { type: 'webauthn-roaming', key_id: 'a b', public_key: 'x' },
    { type: 'email', email: 'a@example.com', secret: 'x' },
  ])('refuse %j', async (body) => {
    const path = pathOf(await createUser(), 'authentication-methods');
    expect((await management.request('POST', path, { body })).status).toBe(400);
  });
});

describe('a reset by an administrator', () => {
  test('removes all factors, what was begun with them, and remembered browsers', async () => {
    const userId = await createUser();
    const store = management.storeOf();
    await management.ok('POST', pathOf(userId, 'authentication-methods'), totp);
    const at = new Date();
    const until = new Date(at.getTime() + 86_400_000);
    const seen = { userId, deviceId: 'browser', firstSeenAt: at, lastSeenAt: at };
    await store.userDevices.save({ ...seen, mfaRememberedUntil: until });
    const ticket = {
      kind: 'mfa-token',
      key: 'token',
      userId,
      payload: {},
      expiresAt: until,
    } as const;
    await store.tickets.save(ticket);
    expect((await management.request('DELETE', pathOf(userId, 'authenticators'))).status).toBe(204);
    expect(await store.authenticators.listForUser(userId)).toEqual([]);
    expect(await store.tickets.find('mfa-token', 'token')).toBeUndefined();
    expect((await store.userDevices.find(userId, 'browser'))?.mfaRememberedUntil).toBeUndefined();
    const log = await store.logs.list({ page: 0, perPage: 10, type: ['gd_unenroll'] });
    expect(log.items.filter((entry) => entry.userId === userId)).toHaveLength(1);
  });

  test('removes apps alone by the provider google-authenticator', async () => {
    const userId = await createUser();
    const methods = [totp, { type: 'email', email: 'a@example.com' }];
    await management.ok('PUT', pathOf(userId, 'authentication-methods'), methods);
    const path = pathOf(userId, 'multifactor/google-authenticator');
    expect((await management.request('DELETE', path)).status).toBe(204);
    const left = await management.ok('GET', pathOf(userId, 'enrollments'));
    expect(left).toMatchObject([{ auth_method: 'email', status: 'confirmed' }]);
  });

  test('makes a new recovery code, which is kept as a hash', async () => {
    const userId = await createUser();
    const path = pathOf(userId, 'recovery-code-regeneration');
    const { recovery_code: code } = await management.ok('POST', path, {});
    expect(code).toMatch(/^[A-Z0-9]{24}$/);
    const [stored] = await management.storeOf().authenticators.listForUser(userId);
    expect(stored).toMatchObject({ type: 'recovery-code', isConfirmed: true });
    expect(JSON.stringify(stored)).not.toContain(code);
  });
});

test('an enrollment is read and deleted by its id; recovery codes are none', async () => {
  const userId = await createUser();
  const { id } = await management.ok('POST', pathOf(userId, 'authentication-methods'), totp);
  const path = `guardian/enrollments/${encodeURIComponent(id)}`;
  expect(await management.ok('GET', path)).toMatchObject({ id, status: 'confirmed' });
  expect((await management.request('DELETE', path)).status).toBe(204);
  expect((await management.request('GET', path)).status).toBe(404);
  await management.ok('POST', pathOf(userId, 'recovery-code-regeneration'), {});
  const [recovery] = await management.storeOf().authenticators.listForUser(userId);
  const other = `guardian/enrollments/${encodeURIComponent(recovery?.id ?? '')}`;
  expect((await management.request('GET', other)).status).toBe(404);
});

test('users that are not there have neither methods nor tickets', async () => {
  const nobody = 'auth0|000000000000000000000000';
  for (const rest of ['authentication-methods', 'enrollments']) {
    expect((await management.request('GET', pathOf(nobody, rest))).status).toBe(404);
  }
  const body = { user_id: nobody };
  expect((await management.request('POST', 'guardian/enrollments/ticket', { body })).status).toBe(
    404,
  );
});
