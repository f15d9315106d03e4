import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { CALLBACK, CLIENT_SECRET } from './support/entities.ts';
import { PASSWORD } from './support/fake-direct-logins.ts';
import { CODE } from './support/fake-multifactor.ts';
import { authorization, claimsOf, postForm, redeem } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const OTP = 'http://auth0.com/oauth/grant-type/mfa-otp';
const SCOPE = 'openid enroll read:authenticators remove:authenticators';

let server: TestOidc;
let userId: string;
let audience: string;

beforeAll(async () => {
  server = await startOidc('mfa_api_tokens');
  const grantTypes = ['authorization_code', 'refresh_token', 'password', OTP];
  await server.main.addClient({ clientId: 'web', grantTypes });
  await server.main.addClient({ clientId: 'partner', grantTypes, isFirstParty: false });
  await server.main.addApi({ identifier: 'https://api.example.com/' });
  ({ userId } = await server.main.addUser('ada'));
  audience = `${server.main.issuer}mfa/`;
  server.multifactor.usable = ['otp'];
  await server.store.tenants.updateSettings(server.main.tenant.id, { defaultDirectory: 'people' });
  await server.reload();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** Where the browser is sent once the password was right. */
async function logIn(params: Record<string, string | readonly string[]>, further = '') {
  const browser = new Browser();
  const request = authorization(server.main, {
    clientId: 'web',
    scope: `${SCOPE} ${further}`.trim(),
  });
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) request.url.searchParams.append(name, one);
  }
  const { location } = await browser.get(request.url);
  if (location === undefined) throw new Error('no login page');
  location.searchParams.set('user', userId);
  const submitted = await browser.post(location, {});
  const page = await browser.get(submitted.location ?? '');
  return { browser, request, page };
}

const post = (form: Record<string, string>) =>
  postForm(`${server.main.url}/oauth/token`, {
    client_id: 'web',
    client_secret: CLIENT_SECRET,
    ...form,
  });

const encoded = (text: string) => `urn:tessera:audience:${Buffer.from(text).toString('base64url')}`;

describe('a token of the audience /mfa/', () => {
  const names: readonly (readonly [string, () => Record<string, string | readonly string[]>])[] = [
    ['its name', () => ({ audience })],
    ['a resource indicator (RFC 8707)', () => ({ resource: audience })],
    ['an indicator among others', () => ({ resource: ['https://api.example.com/', audience] })],
    [
      'another audience beside it',
      () => ({ audience: 'https://api.example.com/', resource: audience }),
    ],
    ['its inner name', () => ({ audience: encoded(audience) })],
    ['its inner name as indicator', () => ({ resource: encoded(audience) })],
  ];
  test.for(names)('is for people who pass a second factor, asked for by %s', async ([, params]) => {
    const { page } = await logIn(params());
    expect(page.location?.pathname).toBe('/u/mfa');
  });

  test('says so, and carries what was asked for; it cannot be refreshed', async () => {
    const { browser, request, page } = await logIn({ audience });
    const answered = await browser.post(page.location ?? '', {});
    const { location } = await browser.follow(answered, server.main.url);
    const { body } = await redeem(
      server.main,
      'web',
      location?.searchParams.get('code') ?? '',
      request,
    );
    expect(claimsOf(body.access_token)).toMatchObject({ sub: userId, azp: 'web', scope: SCOPE });
    expect([claimsOf(body.access_token).aud].flat()).toContain(audience);
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('brings no refresh token, also beside an API that would', async () => {
    const api = 'https://api.example.com/';
    const { browser, request, page } = await logIn({ resource: [audience, api] }, 'offline_access');
    const answered = await browser.post(page.location ?? '', {});
    const { location } = await browser.follow(answered, server.main.url);
    const code = location?.searchParams.get('code') ?? '';
    const { body } = await post({
      ...{ grant_type: 'authorization_code', code, code_verifier: request.verifier },
      ...{ redirect_uri: CALLBACK, resource: api },
    });
    expect(body.access_token).toEqual(expect.any(String));
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('is for no silent login without a factor', async () => {
    const { browser } = await logIn({});
    const request = authorization(server.main, { clientId: 'web', scope: SCOPE });
    request.url.searchParams.set('prompt', 'none');
    request.url.searchParams.set('resource', audience);
    const { location } = await browser.get(request.url);
    expect(location?.searchParams.get('error')).toBe('interaction_required');
  });

  test('is nothing for third-party applications, by whichever name', async () => {
    for (const params of [{ audience }, { resource: audience }, { audience: encoded(audience) }]) {
      const { url } = authorization(server.main, { clientId: 'partner', params });
      const { location } = await new Browser().get(url);
      expect(location?.searchParams.get('error')).toBe('access_denied');
    }
  });

  test('needs a factor at the password grant, by whichever name', async () => {
    const form = { grant_type: 'password', username: 'ada@example.com', password: PASSWORD };
    for (const name of [audience, encoded(audience)]) {
      const asked = await post({ ...form, audience: name, scope: SCOPE });
      expect(asked).toMatchObject({ status: 403, body: { error: 'mfa_required' } });
      const { mfa_token: token } = asked.body;
      const { body } = await post({ grant_type: OTP, mfa_token: token, otp: CODE });
      expect(claimsOf(body.access_token)).toMatchObject({ sub: userId, scope: SCOPE });
    }
    // The parameter of authorization requests is nothing here.
    const { body } = await post({ ...form, resource: audience, scope: SCOPE });
    expect(body.access_token).not.toContain('.');
  });
});
