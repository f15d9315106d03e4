import { createHash } from 'node:crypto';
import { AUDIENCE, credentialsOf, type LoginFlows } from '../login-flows.ts';
import { CALLBACK, hiddenOf, PASSWORD, Visitor } from '../visitor.ts';

/** Where requests come from: a server, and a browser with a login that waits for the person. */
export interface Target {
  readonly flows: LoginFlows;
  readonly visitor: Visitor;
  /** Hidden members of the login form: state and protection against forgery. */
  readonly form: Readonly<Record<string, string>>;
}

/** An endpoint of the authentication API or of the pages. New ones get a row here. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Who reads the answer: a program gets JSON, a person a page. */
  readonly reader: 'program' | 'person';
  /** Distinguishes rows of one path. */
  readonly of?: string;
  /** A request that would do something, or come close to it. */
  members(target: Target): Readonly<Record<string, string>>;
}

const VERIFIER = 'a-verifier-for-requests-that-are-in-order-01';

type Members = Endpoint['members'];

function row(method: Endpoint['method'], path: string, reader: Endpoint['reader']) {
  return (members: Members, of?: string): Endpoint => ({
    method,
    path,
    reader,
    members,
    ...(of === undefined ? {} : { of }),
  });
}

const page = (path: string, members: Members): readonly Endpoint[] => [
  row('GET', path, 'person')(({ form }) => ({ state: form.state ?? '' })),
  row('POST', path, 'person')((target) => ({ ...target.form, ...members(target) })),
];

const grant = (grant_type: string, members: Members): Endpoint =>
  row(
    'POST',
    '/oauth/token',
    'program',
  )(
    (target) => ({ grant_type, ...credentialsOf(target.flows.web), ...members(target) }),
    grant_type,
  );

const authorization: Members = ({ flows }) => ({
  client_id: flows.web.client_id,
  redirect_uri: CALLBACK,
  response_type: 'code',
  scope: 'openid profile offline_access',
  state: 'state',
  nonce: 'nonce',
  audience: AUDIENCE,
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
  prompt: 'login',
  max_age: '60',
  display: 'page',
  ui_locales: 'de en',
  login_hint: 'someone@example.com',
  acr_values: 'urn:example:x',
  response_mode: 'query',
  connection: flows.connection,
  screen_hint: 'signup',
  id_token_hint: 'x.y.z',
  claims: '{"id_token":{"email":null}}',
  resource: AUDIENCE,
});

const machine: Members = ({ flows }) => credentialsOf(flows.machine);

const user: Members = ({ flows }) => ({
  client_id: flows.web.client_id,
  connection: flows.connection,
  email: 'bad-input@example.com',
  password: PASSWORD,
  username: 'someone',
  phone_number: '+4915112345678',
  given_name: 'Ada',
  name: 'Ada',
  nickname: 'ada',
  picture: 'https://example.com/a.png',
});

/** Grants that an application must name before it may use them. */
export const ALL_GRANTS = [
  'authorization_code',
  'refresh_token',
  'implicit',
  'password',
  'http://auth0.com/oauth/grant-type/password-realm',
  'http://auth0.com/oauth/grant-type/passwordless/otp',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
  'http://auth0.com/oauth/grant-type/mfa-recovery-code',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
];

const mfa = 'x'.repeat(43);

export const ENDPOINTS: readonly Endpoint[] = [
  row('GET', '/authorize', 'person')(authorization),
  row('POST', '/authorize', 'person')(authorization),
  row('GET', '/authorize/unknown', 'person')(() => ({ client_id: 'x', request_uri: 'y' })),
  row(
    'POST',
    '/oauth/par',
    'program',
  )((target) => ({
    ...authorization(target),
    ...credentialsOf(target.flows.web),
  })),
  grant('authorization_code', () => ({
    code: 'x'.repeat(43),
    code_verifier: VERIFIER,
    redirect_uri: CALLBACK,
  })),
  grant('refresh_token', () => ({ refresh_token: 'x'.repeat(43), scope: 'openid' })),
  row(
    'POST',
    '/oauth/token',
    'program',
  )(
    (target) => ({
      grant_type: 'client_credentials',
      ...machine(target),
      audience: AUDIENCE,
      scope: 'x',
      resource: AUDIENCE,
      organization: 'x',
    }),
    'client_credentials',
  ),
  row(
    'POST',
    '/oauth/revoke',
    'program',
  )(({ flows }) => ({
    ...credentialsOf(flows.web),
    token: 'x'.repeat(43),
    token_type_hint: 'refresh_token',
  })),
  row('GET', '/userinfo', 'program')(() => ({ access_token: 'x'.repeat(43) })),
  row('POST', '/userinfo', 'program')(() => ({ access_token: 'x.y.z' })),
  row('GET', '/.well-known/openid-configuration', 'program')(() => ({ x: 'y' })),
  row('GET', '/.well-known/jwks.json', 'program')(() => ({ x: 'y' })),
  row(
    'GET',
    '/oidc/logout',
    'person',
  )(({ flows }) => ({
    id_token_hint: 'x.y.z',
    client_id: flows.web.client_id,
    post_logout_redirect_uri: CALLBACK,
    logout_hint: 'x',
    state: 's',
    ui_locales: 'de',
  })),
  row(
    'POST',
    '/oidc/logout',
    'person',
  )(({ flows }) => ({
    client_id: flows.web.client_id,
    post_logout_redirect_uri: CALLBACK,
    logout_hint: 'x',
  })),
  row('POST', '/oidc/logout/confirm', 'person')(() => ({ xsrf: 'x', logout: 'yes' })),
  row(
    'GET',
    '/v2/logout',
    'person',
  )(({ flows }) => ({
    client_id: flows.web.client_id,
    returnTo: CALLBACK,
    federated: '',
  })),
  ...page('/continue', () => ({ session_token: 'x.y.z' })),
  ...page('/u/consent', () => ({ csrf_token: 'x', decision: 'accept' })),
  ...page('/u/login', () => ({ identifier: 'nobody@example.com', password: PASSWORD })),
  ...page('/u/signup', () => ({ email: 'bad-input@example.com', password: PASSWORD })),
  ...page('/u/login/identifier', () => ({ identifier: 'nobody@example.com' })),
  ...page('/u/login/password', () => ({ identifier: 'nobody@example.com', password: PASSWORD })),
  ...page('/u/login/passwordless', () => ({ connection: 'email', email: 'nobody@example.com' })),
  ...page('/u/login/code', () => ({ code: '123456' })),
  row('POST', '/u/login/code/resend', 'person')(({ form }) => form),
  row('POST', '/u/login/passkey/options', 'person')(({ form }) => form),
  row('POST', '/u/login/passkey', 'person')(({ form }) => ({ ...form, response: '{"id":"x"}' })),
  ...page('/u/email-verification/code', () => ({ code: '123456' })),
  row('POST', '/u/email-verification/code/resend', 'person')(({ form }) => form),
  row('POST', '/u/email-verification/code/skip', 'person')(({ form }) => form),
  ...page('/u/passkey-enrollment', () => ({ response: '{"id":"x"}', name: 'Key' })),
  row('POST', '/u/passkey-enrollment/options', 'person')(({ form }) => form),
  row(
    'GET',
    '/u/reset-password/request/Username-Password-Authentication',
    'person',
  )(({ form }) => ({ state: form.state ?? '' })),
  row(
    'POST',
    '/u/reset-password/request/Username-Password-Authentication',
    'person',
  )(({ form }) => ({ ...form, email: 'nobody@example.com' })),
  row('POST', '/u/reset-password/code', 'person')(({ form }) => ({ ...form, code: '123456' })),
  row('GET', '/u/reset-verify', 'person')(() => ({ ticket: mfa })),
  ...page('/u/reset-password', () => ({
    ticket: mfa,
    'password-new': PASSWORD,
    'password-confirm': PASSWORD,
  })),
  row('GET', '/u/reset-password/resume', 'person')(({ form }) => ({ state: form.state ?? '' })),
  row(
    'GET',
    '/passwordless/verify_redirect',
    'person',
  )(({ flows }) => ({
    client_id: flows.web.client_id,
    connection: 'email',
    email: 'nobody@example.com',
    verification_code: '123456',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    state: 'x',
  })),
  row('GET', '/u/mfa', 'person')(({ form }) => ({ state: form.state ?? '' })),
  row('GET', '/u/mfa-login-options', 'person')(({ form }) => ({ state: form.state ?? '' })),
  row('GET', '/u/mfa-enroll-options', 'person')(({ form }) => ({ state: form.state ?? '' })),
  ...['otp', 'phone', 'email', 'push', 'webauthn-roaming', 'webauthn-platform'].flatMap(
    (factor) => [
      ...page(`/u/mfa-${factor}-challenge`, () => ({ code: '123456', rememberBrowser: 'true' })),
      ...page(`/u/mfa-${factor}-enrollment`, () => ({ code: '123456', phone: '+4915112345678' })),
    ],
  ),
  ...page('/u/mfa-recovery-code-challenge', () => ({ code: 'ABCDEFGHIJKLMNOPQRSTUVWX' })),
  row('POST', '/u/mfa-phone-enrollment-verify', 'person')(({ form }) => ({ ...form, code: '1' })),
  row('POST', '/u/mfa-email-enrollment-verify', 'person')(({ form }) => ({ ...form, code: '1' })),
  row('GET', '/u/mfa-push-challenge-state', 'person')(({ form }) => ({ state: form.state ?? '' })),
  row('GET', '/u/mfa-push-enrollment-state', 'person')(({ form }) => ({ state: form.state ?? '' })),
  row('GET', '/mfa/enrollment', 'person')(() => ({ ticket: mfa })),
  ...page('/u/form', () => ({ field: 'x' })),
  ...page('/u/login/federated', () => ({ connection: 'x' })),
  row('GET', '/login/callback', 'person')(() => ({ state: mfa, code: mfa, iss: 'x' })),
  row('GET', '/u/email-verification', 'person')(() => ({ ticket: mfa })),
  row('GET', '/u/unblock-account', 'person')(() => ({ ticket: mfa })),
  row('POST', '/u/unblock-account', 'person')(({ form }) => ({ ...form, ticket: mfa })),
  ...page('/u/mfa-recovery-code-new', () => ({ saved: 'on' })),
  ...page('/u/mfa-passkey-enrollment', () => ({ credential: '{"id":"x"}' })),
  row('POST', '/u/mfa-passkey-enrollment/options', 'person')(({ form }) => form),
  row('POST', '/dbconnections/signup', 'program')(user),
  row(
    'POST',
    '/dbconnections/change_password',
    'program',
  )(({ flows }) => ({
    client_id: flows.web.client_id,
    connection: flows.connection,
    email: 'bad-input@example.com',
    organization: 'x',
  })),
  row(
    'POST',
    '/mfa/challenge',
    'program',
  )(({ flows }) => ({
    ...credentialsOf(flows.web),
    mfa_token: mfa,
    challenge_type: 'otp oob',
    authenticator_id: 'totp|dev_x',
  })),
  row(
    'POST',
    '/mfa/associate',
    'program',
  )(({ flows }) => ({
    ...credentialsOf(flows.web),
    mfa_token: mfa,
    authenticator_types: 'otp',
    oob_channels: 'sms',
    phone_number: '+4915112345678',
  })),
  row('GET', '/mfa/authenticators', 'program')(() => ({ x: 'y' })),
  row('DELETE', '/mfa/authenticators/totp%7Cdev_x', 'program')(() => ({ x: 'y' })),
  row('POST', '/mfa/push/devices', 'program')(() => ({ ticket: mfa, public_key: '{}', name: 'x' })),
  row('POST', '/mfa/push/requests', 'program')(() => ({ device_id: 'x', signature: 'y' })),
  row('POST', '/mfa/push/answers', 'program')(() => ({ device_id: 'x', answer: 'accept' })),
  ...page('/u/challenge', () => ({ answer: 'x' })),
  row(
    'POST',
    '/passwordless/start',
    'program',
  )(({ flows }) => ({
    ...credentialsOf(flows.web),
    connection: 'email',
    email: 'nobody@example.com',
    phone_number: '+4915112345678',
    send: 'code',
    lang: 'de',
  })),
];

/** Logs nobody in, but opens the page for it. */
export async function openTarget(flows: LoginFlows): Promise<Target> {
  const visitor = new Visitor(flows.server);
  const query = new URLSearchParams({
    client_id: flows.web.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
  });
  const { to } = await visitor.open(`/authorize?${query}`);
  const { text } = await visitor.open(to ?? '');
  return { flows, visitor, form: hiddenOf(text) };
}
