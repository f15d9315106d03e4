import type { TenantSettings } from '@tessera/model';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { CLIENT_SECRET } from './support/entities.ts';
import { PASSWORD } from './support/fake-direct-logins.ts';
import { CODE } from './support/fake-multifactor.ts';
import { NO_EFFECTS } from './support/fake-pipeline.ts';
import { type Answer, authorization, callbackParams, postForm } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const REALM = 'http://auth0.com/oauth/grant-type/password-realm';
const OTP = 'http://auth0.com/oauth/grant-type/mfa-otp';
const VIENNA = { ip: '192.0.2.1', country: 'AT' };
const TOKYO = { ip: '192.0.2.2', country: 'JP' };
/** On the operator's list of addresses that are not trusted. */
const LISTED = { ip: '192.0.2.250', country: 'AT' };

interface Origin {
  readonly ip: string;
  readonly country: string;
}

let server: TestOidc;
let count = 0;

beforeAll(async () => {
  server = await startOidc('direct_login_risk');
  const { main } = server;
  const grantTypes = ['password', REALM, OTP, 'refresh_token', 'authorization_code'];
  await main.addClient({ clientId: 'server', grantTypes });
  await main.addClient({
    clientId: 'app',
    grantTypes,
    tokenEndpointAuthMethod: 'none',
    clientSecret: '',
  });
  await configure({ defaultDirectory: 'people', mfa: { policy: 'adaptive' } });
});
afterAll(() => server?.[Symbol.asyncDispose]());
afterEach(async () => {
  server.pipeline.off('post-login');
  server.pipeline.runs.length = 0;
  server.multifactor.usable = [];
  await configure({ mfa: { policy: 'adaptive' }, risk: {} });
});

async function configure(settings: Partial<TenantSettings>): Promise<void> {
  await server.store.tenants.updateSettings(server.main.tenant.id, settings);
  await server.reload();
}

/** By the name of the person. */
const userIds = new Map<string, string>();

async function addPerson(): Promise<string> {
  count += 1;
  const name = `person${count}`;
  userIds.set(name, (await server.main.addUser(name)).userId);
  return name;
}

const headersOf = ({ ip, country }: Origin) => ({ 'x-test-ip': ip, 'x-test-country': country });

function ask(
  clientId: 'app' | 'server',
  from: Origin,
  form: Record<string, string>,
): Promise<Answer> {
  const secret = clientId === 'server' ? { client_secret: CLIENT_SECRET } : {};
  const body = { client_id: clientId, ...secret, ...form };
  return postForm(`${server.main.url}/oauth/token`, body, headersOf(from));
}

const logIn = (clientId: 'app' | 'server', name: string, from: Origin) =>
  ask(clientId, from, {
    grant_type: 'password',
    username: `${name}@example.com`,
    password: PASSWORD,
    scope: 'openid',
  });

/** True when the login got through without a step. */
async function logInWithBrowser(name: string, from: Origin): Promise<boolean> {
  const browser = new Browser();
  const headers = headersOf(from);
  const { url } = authorization(server.main, { clientId: 'server' });
  const { location } = await browser.get(url, headers);
  if (location === undefined) throw new Error('no login page');
  location.searchParams.set('user', userIds.get(name) ?? '');
  let page = await browser.post(location, {}, headers);
  while (page.location?.origin === server.main.url && !page.location.pathname.startsWith('/u/')) {
    page = await browser.get(page.location, headers);
  }
  return page.location?.origin !== server.main.url && callbackParams(page).has('code');
}

const assessmentsOf = (run: number) =>
  (
    server.pipeline.runs.at(run)?.event.authentication as
      | { riskAssessment?: { confidence: string; assessments: object } }
      | undefined
  )?.riskAssessment;

describe('the policy "adaptive" at the token endpoint', () => {
  test('asks for a factor from an address that is not trusted, whoever sends it', async () => {
    const name = await addPerson();
    server.multifactor.usable = ['otp'];
    for (const clientId of ['app', 'server'] as const) {
      expect((await logIn(clientId, name, VIENNA)).status).toBe(200);
      expect(await logIn(clientId, name, LISTED)).toMatchObject({
        status: 403,
        body: { error: 'mfa_required', mfa_requirements: { challenge: [{ type: 'otp' }] } },
      });
    }
  });

  test('does so for password-realm, too', async () => {
    const name = await addPerson();
    server.multifactor.usable = ['otp'];
    const answer = await ask('app', LISTED, {
      grant_type: REALM,
      realm: 'people',
      username: `${name}@example.com`,
      password: PASSWORD,
    });
    expect(answer).toMatchObject({ status: 403, body: { error: 'mfa_required' } });
  });

  test('lets whoever has none set one up, as in the browser', async () => {
    const { body } = await logIn('app', await addPerson(), LISTED);
    expect(body).toMatchObject({
      error: 'mfa_required',
      mfa_requirements: { enroll: [{ type: 'otp' }, { type: 'phone' }, expect.anything()] },
    });
  });

  test('asks where nobody can have travelled to since the last login with the application', async () => {
    const name = await addPerson();
    server.multifactor.usable = ['otp'];
    expect((await logIn('app', name, VIENNA)).status).toBe(200);
    const far = await logIn('app', name, TOKYO);
    expect(far).toMatchObject({ status: 403, body: { error: 'mfa_required' } });
    // A login that was not finished is none: the person is still in Vienna.
    expect((await logIn('app', name, VIENNA)).status).toBe(200);
    const form = { grant_type: OTP, mfa_token: far.body.mfa_token, otp: CODE };
    expect((await ask('app', TOKYO, form)).status).toBe(200);
    expect((await logIn('app', name, TOKYO)).status).toBe(200);
  });

  test('counts logins of browsers and applications together', async () => {
    const name = await addPerson();
    server.multifactor.usable = ['otp'];
    expect(await logInWithBrowser(name, VIENNA)).toBe(true);
    expect((await logIn('app', name, TOKYO)).body.error).toBe('mfa_required');
    const other = await addPerson();
    expect((await logIn('app', other, VIENNA)).status).toBe(200);
    expect(await logInWithBrowser(other, TOKYO)).toBe(false);
  });

  test('does not take the address of a server for the person', async () => {
    const name = await addPerson();
    server.multifactor.usable = ['otp'];
    expect(await logInWithBrowser(name, VIENNA)).toBe(true);
    expect((await logIn('server', name, TOKYO)).status).toBe(200);
    expect((await logIn('app', name, VIENNA)).status).toBe(200);
  });

  test.for([
    ['the policy is "never"', { mfa: { policy: 'never' } }],
    ['the tenant has switched it off', { risk: { enabled: false } }],
  ] as const)('asks for none where %s', async ([, settings]) => {
    await configure(settings);
    server.multifactor.usable = ['otp'];
    expect((await logIn('app', await addPerson(), LISTED)).status).toBe(200);
  });
});

describe('event.authentication.riskAssessment at the token endpoint', () => {
  test('says what cannot be known', async () => {
    server.pipeline.completes('post-login', {});
    const name = await addPerson();
    await logIn('app', name, VIENNA);
    await logIn('app', name, VIENNA);
    const unavailable = { code: 'assessment_not_available', confidence: 'neutral' };
    expect(assessmentsOf(-1)).toMatchObject({
      confidence: 'high',
      assessments: {
        NewDevice: unavailable,
        ImpossibleTravel: { code: 'minimal_travel_from_last_login', confidence: 'high' },
        UntrustedIP: { code: 'not_found_on_deny_list' },
      },
    });
    await logIn('server', name, VIENNA);
    expect(assessmentsOf(-1)).toMatchObject({
      assessments: { NewDevice: unavailable, ImpossibleTravel: unavailable },
    });
  });

  test('stays what it was while a factor is asked for', async () => {
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
        : { end: { kind: 'completed' }, effects: NO_EFFECTS },
    );
    const { body } = await logIn('app', await addPerson(), LISTED);
    const form = { grant_type: OTP, mfa_token: body.mfa_token, otp: CODE };
    expect((await ask('app', VIENNA, form)).status).toBe(200);
    expect(assessmentsOf(0)?.confidence).toBe('low');
    expect(assessmentsOf(1)).toEqual(assessmentsOf(0));
  });
});
