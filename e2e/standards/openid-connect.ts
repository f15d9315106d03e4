import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect } from 'vitest';
import {
  AUDIENCE,
  type Authority,
  CALLBACK,
  challengeOf,
  expectError,
  LOGGED_OUT,
  type Registered,
} from './authority.ts';
import { must, mustNot, type Standard, should, shouldNot, unmet } from './requirement.ts';

const DAY_S = 86_400;

/** Everything that a login of the person gives with this scope. */
async function profileWith(on: Authority, scope: string) {
  const { id_token, access_token } = await on.tokens(on.web, { scope });
  return { idToken: decodeJwt(id_token), userinfo: (await on.userinfo(access_token)).body };
}

/** Follows redirects of the server; where the browser ends up. */
async function follow(visitor: ReturnType<Authority['newVisitor']>, on: Authority, path: string) {
  let answer = await visitor.open(path);
  while (answer.to?.startsWith('/') || answer.to?.startsWith(on.url)) {
    answer = await visitor.open(answer.to);
  }
  return answer;
}

/** A browser of its own with a login, and the ID token of that. */
async function loggedIn(on: Authority, client: Registered = on.web) {
  const visitor = on.newVisitor();
  const verifier = 'w'.repeat(50);
  const query = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
  });
  const callback = await visitor.authorizeTo(`/authorize?${query}`, on.person);
  const code = callback.searchParams.get('code') ?? '';
  const { body } = await on.redeem(client, { code, verifier, nonce: '', callback });
  return { visitor, idToken: String(body.id_token) };
}

async function isLoggedIn(on: Authority, visitor: ReturnType<Authority['newVisitor']>) {
  const { response } = await on.authorize(on.web, { prompt: 'none' }, visitor);
  return response?.get('code') != null;
}

export const OPENID_CONNECT: Standard = {
  name: 'OpenID Connect Core',
  title: 'OpenID Connect Core 1.0',
  requirements: [
    must('2', 'An ID token names issuer, subject, audience, end and issue.', async (on) => {
      const { id_token } = await on.tokens(on.web);
      const now = Date.now() / 1000;
      const claims = await on.read(id_token);
      expect(claims).toMatchObject({
        iss: on.issuer,
        sub: on.person.user_id,
        aud: on.web.client_id,
      });
      expect(claims.iat).toBeGreaterThan(now - 60);
      expect(claims.iat).toBeLessThanOrEqual(now + 1);
      expect(claims.exp).toBeGreaterThan(now);
      expect(claims.exp).toBeLessThanOrEqual(now + 30 * DAY_S);
    }),
    must('2', 'A subject is ASCII of at most 255 characters.', async (on) => {
      const { sub } = decodeJwt((await on.tokens(on.web)).id_token);
      expect(sub).toMatch(/^[\x21-\x7e]{1,255}$/);
    }),
    mustNot('2', 'ID tokens are signed; alg none is not.', async (on) => {
      const header = decodeProtectedHeader((await on.tokens(on.web)).id_token);
      expect(header).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    }),
    mustNot('2', 'Keys are named by kid, never brought along.', async (on) => {
      const header = decodeProtectedHeader((await on.tokens(on.web)).id_token);
      for (const name of ['x5u', 'x5c', 'jku', 'jwk']) expect(header).not.toHaveProperty(name);
    }),
    must('3.1.2.1', 'Without openid in the scope there is no ID token.', async (on) => {
      const body = await on.tokens(on.web, { scope: 'profile' });
      expect(body.id_token).toBeUndefined();
    }),
    must('3.1.2.1', 'The authorization endpoint takes GET, and posted forms.', async (on) => {
      const form = {
        client_id: on.web.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid',
        prompt: 'none',
      };
      const visitor = await on.browser();
      const posted = await follow(visitor, on, `/authorize?${new URLSearchParams(form)}`);
      expect(posted.to).toContain('code=');
      const answer = await visitor.open('/authorize', form);
      expect(answer.to).toContain('code=');
    }),
    must('3.1.2.1', 'state comes back as it is.', async (on) => {
      const state = 'ä %2F \u{1f600}';
      expect((await on.authorize(on.web, { state })).response?.get('state')).toBe(state);
    }),
    mustNot(
      '3.1.2.1',
      'prompt=none shows no page: login_required without a session.',
      async (on) => {
        const answer = await on.authorize(on.web, { prompt: 'none' }, on.newVisitor());
        expectError(answer, 'login_required');
      },
    ),
    must('3.1.2.1', 'prompt=none with anything else is an error.', async (on) => {
      for (const prompt of ['none login', 'login none', 'none consent']) {
        expectError(await on.authorize(on.web, { prompt }), 'invalid_request');
      }
    }),
    should('3.1.2.1', 'prompt=login asks again, although there is a session.', async (on) => {
      expect((await on.authorize(on.web, { prompt: 'login' })).to).toContain('/u/login');
    }),
    should('3.1.2.1', 'prompt=consent asks for consent.', async (on) => {
      expect((await on.authorize(on.foreign, { prompt: 'consent' })).to).toContain('/u/consent');
    }),
    must('3.1.2.1', 'prompt=none where consent is missing is an error.', async (on) => {
      const answer = await on.authorize(on.foreign, { prompt: 'none', scope: 'openid phone' });
      expectError(answer, /^(consent_required|interaction_required)$/);
    }),
    must('3.1.2.1', 'max_age that has passed asks for a new login.', async (on) => {
      expect((await on.authorize(on.web, { max_age: '0' })).to).toContain('/u/login');
      const silent = await on.authorize(on.web, { max_age: '0', prompt: 'none' });
      expectError(silent, 'login_required');
    }),
    must('3.1.2.1', 'With max_age the ID token has auth_time.', async (on) => {
      const { id_token } = await on.tokens(on.web, { max_age: '86400' });
      expect(decodeJwt(id_token).auth_time).toEqual(expect.any(Number));
    }),
    must(
      '3.1.2.1',
      'display, ui_locales, claims_locales and acr_values are no errors.',
      async (on) => {
        for (const optional of [
          { display: 'popup' },
          { display: 'touch' },
          { ui_locales: 'xx-YY de fr-CA' },
          { claims_locales: 'xx' },
          { acr_values: 'urn:example:gold' },
          { login_hint: 'someone@example.com' },
        ]) {
          expect((await on.authorize(on.web, optional)).response?.get('code')).toBeTruthy();
        }
      },
    ),
    must(
      '3.1.2.1',
      'An id_token_hint of somebody else does not log this person in.',
      async (on) => {
        const other = await on.flows.addPerson();
        const visitor = on.newVisitor();
        const query = `client_id=${on.web.client_id}&redirect_uri=${CALLBACK}&response_type=code&scope=openid&code_challenge=${challengeOf('q'.repeat(43))}&code_challenge_method=S256`;
        const callback = await visitor.authorizeTo(`/authorize?${query}`, other);
        const code = callback.searchParams.get('code') ?? '';
        const theirs = await on.redeem(on.web, {
          code,
          verifier: 'q'.repeat(43),
          nonce: '',
          callback,
        });
        const answer = await on.authorize(on.web, {
          prompt: 'none',
          id_token_hint: theirs.body.id_token,
        });
        expectError(answer, /^(login_required|invalid_request)$/);
      },
    ),
    must('3.1.2.2', 'A hint that is no ID token of this server is refused.', async (on) => {
      const { id_token } = await on.tokens(on.web);
      const [header, , signature] = id_token.split('.');
      const forged = Buffer.from(JSON.stringify({ iss: on.issuer, sub: 'x' })).toString(
        'base64url',
      );
      const hint = `${header}.${forged}.${signature}`;
      const answer = await on.authorize(on.web, { prompt: 'none', id_token_hint: hint });
      expectError(answer, 'invalid_request');
    }),
    must('3.1.2.3', 'The login form is protected against forgery.', async (on) => {
      const visitor = on.newVisitor();
      const { to } = await on.authorize(on.web, {}, visitor);
      const state = new URL(to ?? '', on.url).searchParams.get('state') ?? '';
      const form = { state, identifier: on.person.email, password: 'x', csrf_token: 'forged' };
      expect((await visitor.open('/u/login', form)).status).toBe(403);
    }),
    must(
      '3.1.2.4',
      'Somebody else’s application gets nothing before the person agreed.',
      async (on) => {
        const { to, response } = await on.authorize(on.foreign, { scope: 'openid email' });
        expect(to).toContain('/u/consent');
        expect(response).toBeUndefined();
      },
    ),
    must('3.1.2.6', 'Requests by value or by reference are refused by name.', async (on) => {
      const byValue = await on.authorize(on.web, { request: 'e30.e30.' });
      expectError(byValue, 'request_not_supported');
      const byReference = await on.authorize(on.web, { request_uri: 'https://evil.example.com/r' });
      expectError(byReference, /^(request_uri_not_supported|invalid_request_uri)$/);
    }),
    must('3.1.2.6', 'A registration in the request is refused by name.', async (on) => {
      const answer = await on.authorize(on.web, { registration: '{}' });
      expectError(answer, 'registration_not_supported');
    }),
    must(
      '3.1.3.3',
      'The token answer has id_token and token_type Bearer, and is not kept.',
      async (on) => {
        const { body, headers } = await on.redeem(on.web, await on.code(on.web));
        expect(body).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) });
        expect(headers.get('cache-control')).toContain('no-store');
      },
    ),
    must('3.1.3.6', 'An at_hash in the ID token is that of the access token.', async (on) => {
      const { id_token, access_token } = await on.tokens(on.web);
      const { at_hash } = decodeJwt(id_token);
      if (at_hash !== undefined) expect(at_hash).toBe(halfHash(access_token));
    }),
    must('3.2.2.1', 'An ID token from the front needs a nonce.', async (on) => {
      const answer = await on.authorize(on.hybrid, { response_type: 'id_token', nonce: '' });
      expectError(answer, 'invalid_request');
    }),
    must('3.2.2.5', 'It comes in the fragment, never in the query.', async (on) => {
      const asked = { response_type: 'id_token', nonce: 'n', state: 's' };
      const { to, response } = await on.authorize(on.hybrid, asked);
      expect(new URL(to ?? '').search).toBe('');
      expect(response?.get('state')).toBe('s');
      const claims = await on.read(response?.get('id_token') ?? '');
      expect(claims).toMatchObject({ nonce: 'n', aud: on.hybrid.client_id });
      const query = await on.authorize(on.hybrid, { ...asked, response_mode: 'query' });
      expect(new URL(query.to ?? '').searchParams.get('id_token')).toBeNull();
      expectError(query, 'invalid_request');
    }),
    must('3.3.2.11', 'With a code the ID token has its c_hash and the nonce.', async (on) => {
      const asked = { response_type: 'code id_token', nonce: 'n' };
      const { response } = await on.authorize(on.hybrid, asked);
      const claims = await on.read(response?.get('id_token') ?? '');
      expect(claims).toMatchObject({ nonce: 'n', c_hash: halfHash(response?.get('code') ?? '') });
    }),
    must('3.3.3.6', 'Both ID tokens of a hybrid login name the same person.', async (on) => {
      const verifier = 'h'.repeat(43);
      const { response } = await on.authorize(on.hybrid, {
        response_type: 'code id_token',
        nonce: 'n',
        code_challenge: challengeOf(verifier),
      });
      const code = {
        code: response?.get('code') ?? '',
        verifier,
        nonce: 'n',
        callback: new URL(CALLBACK),
      };
      const { body } = await on.redeem(on.hybrid, code);
      const front = decodeJwt(response?.get('id_token') ?? '');
      const back = decodeJwt(body.id_token);
      expect([back.iss, back.sub]).toEqual([front.iss, front.sub]);
    }),
    must('5.3', 'Userinfo takes GET and POST.', async (on) => {
      const { access_token } = await on.tokens(on.web);
      const headers = { authorization: `Bearer ${access_token}` };
      expect((await on.fetch('/userinfo', { headers })).status).toBe(200);
      expect((await on.fetch('/userinfo', { method: 'POST', headers })).status).toBe(200);
    }),
    should('5.3', 'Pages of the application can read userinfo.', async (on) => {
      const { access_token } = await on.tokens(on.spa);
      const origin = 'https://app.example.com';
      const { headers } = await on.fetch('/userinfo', {
        headers: { authorization: `Bearer ${access_token}`, origin },
      });
      expect(headers.get('access-control-allow-origin')).toBe(origin);
    }),
    must('5.3.2', 'Userinfo is JSON with the subject of the ID token.', async (on) => {
      const { id_token, access_token } = await on.tokens(on.web);
      const { headers, body } = await on.userinfo(access_token);
      expect(headers.get('content-type')).toContain('application/json');
      expect(body.sub).toBe(decodeJwt(id_token).sub);
    }),
    must('5.3.3', 'A bad token at userinfo is told by WWW-Authenticate.', async (on) => {
      const { status, headers } = await on.userinfo('x');
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
    }),
    must('5.4', 'A scope opens its claims, and no other.', async (on) => {
      const bare = await profileWith(on, 'openid');
      for (const claims of [bare.idToken, bare.userinfo]) {
        expect(claims).not.toHaveProperty('email');
        expect(claims).not.toHaveProperty('name');
      }
      const email = await profileWith(on, 'openid email');
      expect(email.userinfo).toMatchObject({ email: on.person.email, email_verified: false });
      expect(email.userinfo).not.toHaveProperty('nickname');
    }),
    must('5.4', 'email_verified is a boolean.', async (on) => {
      const { userinfo } = await profileWith(on, 'openid email');
      expect(userinfo.email_verified).toEqual(expect.any(Boolean));
    }),
    unmet(
      'ISO 8601 text, which SDKs of the hosted service read; the standard has seconds.',
      must('5.1', 'updated_at is a number of seconds.', async (on) => {
        const { userinfo } = await profileWith(on, 'openid profile');
        expect(userinfo.updated_at).toEqual(expect.any(Number));
      }),
    ),
    unmet(
      'Nobody keeps addresses here; the scope is ignored.',
      should('5.4', 'The scope address is offered.', async (on) => {
        expect((await on.discovery()).body.scopes_supported).toContain('address');
      }),
    ),
    must(
      '9',
      'client_secret_basic and client_secret_post are what clients registered.',
      async (on) => {
        const { body } = await on.discovery();
        expect(body.token_endpoint_auth_methods_supported).toEqual(
          expect.arrayContaining(['client_secret_basic', 'client_secret_post']),
        );
      },
    ),
    mustNot('10.1', 'Published keys have no private part.', async (on) => {
      const { body } = await on.fetch('/.well-known/jwks.json');
      expect(body.keys.length).toBeGreaterThan(0);
      for (const key of body.keys) {
        expect(key).toMatchObject({ kty: 'RSA', use: 'sig', kid: expect.any(String) });
        for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) {
          expect(key).not.toHaveProperty(part);
        }
      }
    }),
    must('10.1.1', 'Keys can change: before a key signs, it is published.', async (on) => {
      const { body } = await on.fetch('/.well-known/jwks.json');
      const { kid } = decodeProtectedHeader((await on.tokens(on.web)).id_token);
      expect(body.keys.map((key: { kid: string }) => key.kid)).toContain(kid);
      expect(body.keys.length).toBeGreaterThanOrEqual(2);
    }),
    mustNot('11', 'A client that may not refresh gets no refresh token.', async (on) => {
      const client = await on.register({ grant_types: ['authorization_code'] });
      const body = await on.tokens(client, { scope: 'openid offline_access' });
      expect(body.refresh_token).toBeUndefined();
    }),
    mustNot('11', 'Without offline_access there is no refresh token.', async (on) => {
      expect((await on.tokens(on.web)).refresh_token).toBeUndefined();
    }),
    unmet(
      'First-party applications refresh without asking, as with the hosted service; others ask.',
      must('11', 'offline_access needs prompt=consent.', async (on) => {
        const body = await on.tokens(on.web, { scope: 'openid offline_access' });
        expect(body.refresh_token).toBeUndefined();
      }),
    ),
    must('12.2', 'A refreshed ID token keeps iss, sub, aud and auth_time.', async (on) => {
      const first = await on.tokens(on.web, { scope: 'openid offline_access', max_age: '86400' });
      const { body } = await on.refresh(on.web, first.refresh_token);
      const before = decodeJwt(first.id_token);
      const after = await on.read(body.id_token);
      for (const name of ['iss', 'sub', 'aud']) expect(after[name]).toEqual(before[name]);
      if (after.auth_time !== undefined) expect(after.auth_time).toBe(before.auth_time);
      expect(after.iat).toBeGreaterThanOrEqual(before.iat ?? 0);
    }),
    shouldNot('12.2', 'A refreshed ID token has no nonce, or the first one.', async (on) => {
      const code = await on.code(on.web, { scope: 'openid offline_access' });
      const { body } = await on.redeem(on.web, code);
      const { nonce } = decodeJwt((await on.refresh(on.web, body.refresh_token)).body.id_token);
      expect([undefined, code.nonce]).toContain(nonce);
    }),
    must('15.1', 'RS256 is what ID tokens are signed with.', async (on) => {
      const { body } = await on.discovery();
      expect(body.id_token_signing_alg_values_supported).toContain('RS256');
    }),
    must('16.14', 'A code outlives no second use, an ID token no other audience.', async (on) => {
      const { id_token } = await on.tokens(on.spa);
      expect(decodeJwt(id_token).aud).toBe(on.spa.client_id);
    }),
    mustNot('16.11', 'A token for an API logs nobody in.', async (on) => {
      const { access_token } = await on.tokens(on.web, { audience: AUDIENCE });
      const hint = { prompt: 'none', id_token_hint: access_token };
      expectError(
        await on.authorize(on.web, hint, on.newVisitor()),
        /login_required|invalid_request/,
      );
    }),
  ],
};

export const DISCOVERY: Standard = {
  name: 'OpenID Connect Discovery',
  title: 'OpenID Connect Discovery 1.0',
  requirements: [
    must('3', 'The required members are there.', async (on) => {
      const { body } = await on.discovery();
      expect(body).toMatchObject({
        issuer: on.issuer,
        authorization_endpoint: `${on.url}/authorize`,
        token_endpoint: `${on.url}/oauth/token`,
        jwks_uri: `${on.url}/.well-known/jwks.json`,
        response_types_supported: expect.arrayContaining(['code', 'id_token']),
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
      });
    }),
    must('3', 'scopes_supported has openid.', async (on) => {
      expect((await on.discovery()).body.scopes_supported).toContain('openid');
    }),
    must('3', 'Every endpoint that is named is there.', async (on) => {
      const { body } = await on.discovery();
      const endpoints = Object.entries(body).filter(([name]) => /_(endpoint|uri)$/.test(name));
      expect(endpoints.length).toBeGreaterThan(5);
      for (const [name, url] of endpoints) {
        const { status } = await on.fetch(String(url), {
          method: name === 'jwks_uri' ? 'GET' : 'POST',
        });
        expect(status, name).not.toBe(404);
        expect(status, name).toBeLessThan(500);
      }
    }),
    must('3', 'Every response type that is named is understood.', async (on) => {
      const { body } = await on.discovery();
      for (const response_type of body.response_types_supported) {
        const { response } = await on.authorize(on.hybrid, { response_type, nonce: 'n' });
        expect(response?.get('error') ?? null, response_type).toBeNull();
      }
    }),
    must('3', 'Every response mode that is named is understood.', async (on) => {
      const { body } = await on.discovery();
      for (const response_mode of body.response_modes_supported) {
        const { response, text } = await on.authorize(on.web, { response_mode });
        expect(response?.get('code') ?? text, response_mode).toMatch(/^[\w-]{20,}$|code/);
      }
    }),
    must('3', 'Every grant type that is named is served.', async (on) => {
      const { body } = await on.discovery();
      for (const grant_type of body.grant_types_supported) {
        if (grant_type === 'implicit') continue;
        const { client_id, client_secret } = on.web;
        const answer = await on.token({ grant_type, client_id, client_secret });
        expect(answer.body.error, grant_type).not.toBe('unsupported_grant_type');
      }
    }),
    must('4', 'The document is at the issuer, below /.well-known.', async (on) => {
      const { status, headers } = await on.fetch(`${on.issuer}.well-known/openid-configuration`);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toContain('application/json');
    }),
    must('4.3', 'The issuer in it is that of ID tokens.', async (on) => {
      const { body } = await on.discovery();
      expect(decodeJwt((await on.tokens(on.web)).id_token).iss).toBe(body.issuer);
    }),
    mustNot('4.2', 'Members without values are left out.', async (on) => {
      const { body } = await on.discovery();
      for (const [name, value] of Object.entries(body)) {
        expect(value, name).not.toBeNull();
        if (Array.isArray(value)) expect(value.length, name).toBeGreaterThan(0);
      }
    }),
    must('7.1', 'Everything is behind TLS.', async (on) => {
      const { body } = await on.discovery();
      for (const [name, value] of Object.entries(body)) {
        if (/_(endpoint|uri)$|^issuer$/.test(name)) expect(String(value), name).toMatch(/^https:/);
      }
    }),
  ],
};

export const LOGOUT: Standard = {
  name: 'RP-Initiated Logout',
  title: 'OpenID Connect RP-Initiated Logout 1.0',
  requirements: [
    must('2', 'The endpoint takes GET and posted forms.', async (on) => {
      for (const isPosted of [false, true]) {
        const { visitor, idToken } = await loggedIn(on);
        const form = { id_token_hint: idToken, post_logout_redirect_uri: LOGGED_OUT, state: 's' };
        const answer = isPosted
          ? await visitor.open('/oidc/logout', form)
          : await visitor.open(`/oidc/logout?${new URLSearchParams(form)}`);
        expect(answer.to).toBe(`${LOGGED_OUT}?state=s`);
        expect(await isLoggedIn(on, visitor)).toBe(false);
      }
    }),
    must('2', 'Without an ID token the person is asked first.', async (on) => {
      const { visitor } = await loggedIn(on);
      const { to, text } = await visitor.open('/oidc/logout');
      expect(to).toBeNull();
      expect(text).toContain('<form');
      expect(await isLoggedIn(on, visitor)).toBe(true);
    }),
    must('2', 'An ID token of another person logs nobody out unasked.', async (on) => {
      const { visitor } = await loggedIn(on);
      const other = await on.flows.addPerson();
      const theirs = on.newVisitor();
      const query = new URLSearchParams({
        client_id: on.hybrid.client_id,
        redirect_uri: CALLBACK,
        response_type: 'id_token',
        scope: 'openid',
        nonce: 'n',
      });
      const callback = await theirs.authorizeTo(`/authorize?${query}`, other);
      const hint = new URLSearchParams(callback.hash.slice(1)).get('id_token') ?? '';
      await visitor.open(`/oidc/logout?id_token_hint=${hint}`);
      expect(await isLoggedIn(on, visitor)).toBe(true);
    }),
    must('2', 'client_id must be that of the ID token.', async (on) => {
      const { visitor, idToken } = await loggedIn(on);
      const query = new URLSearchParams({
        id_token_hint: idToken,
        client_id: on.hybrid.client_id,
        post_logout_redirect_uri: LOGGED_OUT,
      });
      const { status, to } = await visitor.open(`/oidc/logout?${query}`);
      expect(to).toBeNull();
      expect(status).toBe(400);
      expect(await isLoggedIn(on, visitor)).toBe(true);
    }),
    must('2', 'The answer to the question cannot be forged by another site.', async (on) => {
      const { visitor } = await loggedIn(on);
      await visitor.open('/oidc/logout');
      const { status } = await visitor.open('/oidc/logout/confirm', { xsrf: 'x', logout: 'yes' });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(await isLoggedIn(on, visitor)).toBe(true);
    }),
    must('2', 'A person who confirms is logged out.', async (on) => {
      const { visitor } = await loggedIn(on);
      const { text } = await visitor.open('/oidc/logout');
      const [, xsrf = ''] = /name="xsrf" value="([^"]*)"/.exec(text) ?? [];
      await visitor.open('/oidc/logout/confirm', { xsrf, logout: 'yes' });
      expect(await isLoggedIn(on, visitor)).toBe(false);
    }),
    must('2.1', 'The endpoint is in the metadata.', async (on) => {
      expect((await on.discovery()).body.end_session_endpoint).toBe(`${on.url}/oidc/logout`);
    }),
    mustNot('3', 'Nobody is sent to an address that is not registered.', async (on) => {
      const { visitor, idToken } = await loggedIn(on);
      for (const post_logout_redirect_uri of [
        'https://evil.example.com/',
        `${LOGGED_OUT}/`,
        `${LOGGED_OUT}?x=1`,
        CALLBACK,
      ]) {
        const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri });
        const { to, status } = await visitor.open(`/oidc/logout?${query}`);
        expect(to).toBeNull();
        expect(status).toBe(400);
      }
    }),
    mustNot(
      '3',
      'An address needs somebody whose it is: an ID token or a client_id.',
      async (on) => {
        const { visitor } = await loggedIn(on);
        const { to } = await visitor.open(`/oidc/logout?post_logout_redirect_uri=${LOGGED_OUT}`);
        expect(to).toBeNull();
      },
    ),
    must('4', 'A hint whose signature is wrong is refused.', async (on) => {
      const { visitor, idToken } = await loggedIn(on);
      const [header, payload] = idToken.split('.');
      const hint = `${header}.${payload}.${'A'.repeat(342)}`;
      const { status } = await visitor.open(`/oidc/logout?id_token_hint=${hint}`);
      expect(status).toBe(400);
      expect(await isLoggedIn(on, visitor)).toBe(true);
    }),
  ],
};

/** Left half of the SHA-256, as `at_hash` and `c_hash` have it for RS256. */
function halfHash(value: string): string {
  return Buffer.from(challengeOf(value), 'base64url').subarray(0, 16).toString('base64url');
}
