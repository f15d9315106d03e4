import { startTestServer, type TestServer } from '@tessera/testkit';
import { generate } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALLBACK, hiddenOf, PASSWORD, Visitor } from './visitor.ts';

const PREFIX = 'http://auth0.com/oauth/grant-type';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

interface Person {
  readonly email: string;
  readonly user_id: string;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read any member of any answer; a wrong one fails their assertions
type Body = any;

let server: TestServer;
let connection: string;
let app: { readonly client_id: string; readonly client_secret: string };
let people = 0;

beforeAll(async () => {
  server = await startTestServer();
  const { management } = server;
  [{ name: connection }] = await management.ok('GET', 'connections?strategy=auth0');
  await management.ok('PATCH', 'tenants/settings', { default_directory: connection });
  const { client_id, client_secret } = await management.ok('POST', 'clients', {
    name: 'Device app',
    app_type: 'regular_web',
    callbacks: [CALLBACK],
    grant_types: ['password', `${PREFIX}/mfa-otp`, `${PREFIX}/mfa-recovery-code`, DEVICE],
    token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
  });
  app = { client_id, client_secret };
}, 120_000);
afterAll(() => server?.[Symbol.asyncDispose]());

async function addPerson(): Promise<Person> {
  people += 1;
  return await server.management.ok('POST', 'users', {
    connection,
    email: `person${people}@example.com`,
    password: PASSWORD,
  });
}

async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const answer = await server.fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

const askToken = (form: object) => post('/oauth/token', { ...app, ...form });
const logIn = (person: Person, form: object = {}) =>
  askToken({
    grant_type: 'password',
    username: person.email,
    password: PASSWORD,
    scope: 'openid email',
    ...form,
  });

function claimsOf({ body }: { readonly body: Body }): Body {
  const [, payload = ''] = String(body.id_token).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

describe('the password grant', () => {
  test('logs people in with their passwords, and nobody without', async () => {
    const person = await addPerson();
    expect(claimsOf(await logIn(person))).toMatchObject({ sub: person.user_id });
    const wrong = await logIn(person, { password: 'wrong' });
    const nobody = await logIn({ ...person, email: 'nobody@example.com' });
    expect(wrong).toEqual(nobody);
    expect(wrong).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  });

  test('logs in the user whom an account is linked to', async () => {
    const [primary, secondary] = [await addPerson(), await addPerson()];
    const path = `users/${encodeURIComponent(primary.user_id)}/identities`;
    const body = { provider: 'auth0', user_id: secondary.user_id };
    await server.management.ok('POST', path, body);
    const claims = claimsOf(await logIn(secondary));
    expect(claims).toMatchObject({ sub: primary.user_id, email: primary.email });
    const id = secondary.user_id.split('|')[1];
    await server.management.ok('DELETE', `${path}/auth0/${id}`);
    expect(claimsOf(await logIn(secondary)).sub).toBe(secondary.user_id);
  });

  test('asks for a second factor, which a person without one sets up', async () => {
    const { management } = server;
    const person = await addPerson();
    await management.ok('PUT', 'guardian/factors/otp', { enabled: true });
    await management.ok('PUT', 'guardian/policies', ['all-applications']);
    try {
      // Settings reach the protocol by a notice of the database.
      await expect.poll(async () => (await logIn(person)).body.error).toBe('mfa_required');
      const asked = await logIn(person);
      expect(asked.status).toBe(403);
      const { mfa_token: token } = asked.body;
      const associated = await post(
        '/mfa/associate',
        { ...app, authenticator_types: ['otp'] },
        { authorization: `Bearer ${token}` },
      );
      expect(associated.status).toBe(200);
      const { secret } = associated.body;
      const form = { grant_type: `${PREFIX}/mfa-otp`, mfa_token: token };
      expect(await askToken({ ...form, otp: '000000' })).toMatchObject({ status: 403 });
      const otp = await generate({ secret });
      const passed = await askToken({ ...form, otp });
      expect(claimsOf(passed)).toMatchObject({ sub: person.user_id, amr: ['mfa'] });
      // A code is good once, and so is the token.
      const again = await logIn(person);
      const replay = { ...form, mfa_token: again.body.mfa_token, otp };
      expect(await askToken(replay)).toMatchObject({ status: 403 });
      expect(await askToken({ ...form, otp })).toMatchObject({ status: 403 });
    } finally {
      await management.ok('PUT', 'guardian/policies', []);
    }
  });
});

test('a token exchange logs in whom its Action names, and post-login has its say', async () => {
  const { management } = server;
  const person = await addPerson();
  const action = await management.ok('POST', 'actions/actions', {
    name: 'Judge',
    supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    code: `exports.onExecuteCustomTokenExchange = async (event, api) => {
      const { subject_token: token } = event.transaction;
      if (token === 'forged') return api.access.rejectInvalidSubjectToken('not genuine');
      if (token === 'partner') {
        return api.authentication.setUserByConnection(${JSON.stringify(connection)},
          { user_id: 'partner-1', email: 'partner1@example.com', email_verified: true },
          { creationBehavior: 'create_if_not_exists', updateBehavior: 'none' });
      }
      api.authentication.setUserById(token);
      api.authentication.setActor({ sub: 'support' });
    };`,
  });
  await expect
    .poll(async () => (await management.ok('GET', `actions/actions/${action.id}`)).status, {
      timeout: 60_000,
    })
    .toBe('built');
  await management.ok('POST', `actions/actions/${action.id}/deploy`);
  await management.ok('POST', 'token-exchange-profiles', {
    name: 'Partner',
    type: 'custom_authentication',
    subject_token_type: 'https://partner.example/token',
    action_id: action.id,
  });
  const exchange = (subjectToken: string) =>
    askToken({
      grant_type: EXCHANGE,
      subject_token: subjectToken,
      subject_token_type: 'https://partner.example/token',
      scope: 'openid email',
    });
  expect(claimsOf(await exchange(person.user_id))).toMatchObject({
    sub: person.user_id,
    act: { sub: 'support' },
  });
  expect(claimsOf(await exchange('partner'))).toMatchObject({
    sub: 'auth0|partner-1',
    email: 'partner1@example.com',
    email_verified: true,
  });
  expect(await exchange('forged')).toMatchObject({
    status: 400,
    body: { error: 'invalid_request', error_description: 'not genuine' },
  });
  expect(await exchange('auth0|nobody')).toMatchObject({ status: 403 });
  const [newest] = await management.ok('GET', 'logs?per_page=1');
  expect(newest).toMatchObject({ type: 'fecte' });
});

test('a device gets tokens after a person has activated it on our pages', async () => {
  const person = await addPerson();
  const { body: codes } = await post('/oauth/device/code', { ...app, scope: 'openid email' });
  const poll = () => askToken({ grant_type: DEVICE, device_code: codes.device_code });
  expect(await poll()).toMatchObject({ body: { error: 'authorization_pending' } });
  const visitor = new Visitor(server);
  const page = await visitor.open(`/activate?user_code=${codes.user_code}`);
  expect(page.text).toContain(codes.user_code);
  const form = { ...hiddenOf(page.text), user_code: codes.user_code };
  const confirm = await visitor.open('/activate', form);
  expect(confirm.text).toContain('Device app');
  const { to } = await visitor.open('/activate', { ...hiddenOf(confirm.text), confirm: 'yes' });
  const login = await visitor.open(to ?? '');
  const submitted = await visitor.open('/u/login', {
    ...hiddenOf(login.text),
    identifier: person.email,
    password: PASSWORD,
  });
  let next = submitted.to;
  while (next !== null) ({ to: next } = await visitor.open(next));
  expect(visitor.last).toContain('Your device is connected');
  expect(claimsOf(await poll())).toMatchObject({ sub: person.user_id });
});
