import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import { hiddenOf } from '../visitor.ts';
import {
  AUDIENCE,
  type Authority,
  CALLBACK,
  challengeOf,
  expectError,
  expectPage,
} from './authority.ts';
import { must, mustNot, type Standard, should, shouldNot, unmet } from './requirement.ts';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.com';

/** What a page of another origin could read of the answer. */
async function readableBy(origin: string, on: Authority, path: string): Promise<string | null> {
  const { headers } = await on.fetch(path, { headers: { origin } });
  return headers.get('access-control-allow-origin');
}

/** The login page of a fresh browser, and what fills in its form. */
async function openLogin(on: Authority) {
  const visitor = on.newVisitor();
  const { to } = await on.authorize(on.web, {}, visitor);
  const page = await visitor.open(to ?? '');
  return { visitor, page, form: hiddenOf(page.text), action: to?.split('?')[0] ?? '' };
}

export const SECURITY_PRACTICE: Standard = {
  name: 'RFC 9700',
  title: 'Best Current Practice for OAuth 2.0 Security',
  requirements: [
    must('2.1', 'Redirection addresses match exactly, but for ports of loopback.', async (on) => {
      for (const redirect_uri of [
        `${APP}/callback/..`,
        `${APP}/callback/`,
        `${APP}/callback?next=${EVIL}`,
        `${APP}.evil.example.com/callback`,
        `${APP}@evil.example.com/callback`,
        `${APP}:8443/callback`,
        'https://APP.example.com/callback',
        `${APP}/callback%00`,
        `${APP}/callback\\@evil.example.com`,
        `${APP}/callback#@evil.example.com`,
      ]) {
        expectPage(await on.authorize(on.spa, { redirect_uri }));
      }
    }),
    mustNot('2.1', 'No endpoint is an open redirector.', async (on) => {
      for (const path of [
        `/authorize?client_id=${on.spa.client_id}&response_type=code&redirect_uri=${EVIL}`,
        `/authorize?client_id=x&response_type=code&redirect_uri=${EVIL}&prompt=none`,
        `/oidc/logout?post_logout_redirect_uri=${EVIL}&state=x`,
        `/v2/logout?returnTo=${EVIL}`,
        `//evil.example.com/%2f..`,
      ]) {
        const { headers } = await on.fetch(new URL(on.url).origin + path);
        expect(headers.get('location') ?? '').not.toMatch(/^(https:)?\/\/evil/);
      }
    }),
    must('2.1', 'What tells servers apart is in every answer: iss.', async (on) => {
      expect((await on.authorize(on.spa)).response?.get('iss')).toBe(on.issuer);
    }),
    must('2.1.1', 'Public clients use PKCE.', async (on) => {
      const none = { code_challenge: '', code_challenge_method: '' };
      expectError(await on.authorize(on.spa, none), 'invalid_request');
    }),
    must('2.1.1', 'A request with a challenge is redeemed with its verifier alone.', async (on) => {
      for (const changes of [{ code_verifier: '' }, { code_verifier: 'v'.repeat(43) }]) {
        const { body } = await on.redeem(on.web, await on.code(on.web), changes);
        expect(body.access_token).toBeUndefined();
      }
    }),
    must('2.1.1', 'Support of PKCE can be seen in the metadata.', async (on) => {
      const { body } = await on.discovery();
      expect(body.code_challenge_methods_supported).toEqual(['S256']);
    }),
    shouldNot('2.1.2', 'No access token comes from the authorization endpoint.', async (on) => {
      const nonce = 'n';
      for (const response_type of [
        'token',
        'id_token token',
        'code token',
        'code id_token token',
      ]) {
        const answer = await on.authorize(on.hybrid, { response_type, nonce });
        expectError(answer, /unsupported_response_type|unauthorized_client/);
        expect(answer.response?.get('access_token')).toBeNull();
      }
      const { body } = await on.discovery();
      expect(body.response_types_supported.join(' ')).not.toMatch(/\btoken\b(?<!id_token)/);
    }),
    unmet(
      'DPoP is off until userinfo checks its proofs.',
      should('2.2.1', 'Access tokens can be bound to their sender.', async (on) => {
        const { body } = await on.discovery();
        expect(body.dpop_signing_alg_values_supported).toBeDefined();
      }),
    ),
    must('2.2.2', 'Refresh tokens of public clients rotate.', async (on) => {
      const { refresh_token } = await on.tokens(on.spa, { scope: 'openid offline_access' });
      const { body } = await on.refresh(on.spa, refresh_token);
      expect(body.refresh_token).toBeDefined();
      expect(body.refresh_token).not.toBe(refresh_token);
    }),
    unmet(
      'The application’s own setting decides, as with the hosted service: `rotation_type`.',
      must('2.2.2', 'Public clients cannot be set to keep one refresh token.', async (on) => {
        const { client_id } = await on.register({
          app_type: 'spa',
          token_endpoint_auth_method: 'none',
          refresh_token: { rotation_type: 'non-rotating', expiration_type: 'expiring' },
        });
        const { refresh_token } = await on.flows.server.management.ok(
          'GET',
          `clients/${client_id}`,
        );
        expect(refresh_token.rotation_type).toBe('rotating');
      }),
    ),
    should('2.3', 'Access tokens are for one API.', async (on) => {
      const { body } = await on.token({
        grant_type: 'client_credentials',
        client_id: on.machine.client_id,
        client_secret: on.machine.client_secret,
        audience: AUDIENCE,
      });
      expect(decodeJwt(body.access_token).aud).toBe(AUDIENCE);
    }),
    should('2.3', 'Access tokens carry the scope that was granted, no more.', async (on) => {
      const { access_token } = await on.tokens(on.web, {
        audience: AUDIENCE,
        scope: 'openid admin',
      });
      expect(decodeJwt(access_token).scope).toBe('openid');
    }),
    mustNot(
      '2.4',
      'An application without it in its settings gets nothing for a password.',
      async (on) => {
        const { status, body } = await on.token({
          grant_type: 'password',
          client_id: on.web.client_id,
          client_secret: on.web.client_secret,
          username: on.person.email,
          password: 'x',
        });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(body.error).toMatch(/^(unauthorized_client|unsupported_grant_type)$/);
      },
    ),
    unmet(
      'It is there for applications that name it in their settings, as at the hosted service.',
      mustNot('2.4', 'The password grant is not offered at all.', async (on) => {
        expect((await on.discovery()).body.grant_types_supported).not.toContain('password');
      }),
    ),
    should('2.5', 'Confidential clients authenticate everywhere.', async (on) => {
      const wrong = { client_secret: 'wrong' };
      expect((await on.redeem(on.web, await on.code(on.web), wrong)).status).toBe(401);
      expect((await on.revoke(on.web, { token: 'x', ...wrong })).status).toBe(401);
      expect((await on.push({ ...on.web, ...wrong })).status).toBe(401);
    }),
    unmet(
      'Clients authenticate with secrets; `private_key_jwt` and mutual TLS are not offered.',
      should('2.5', 'Clients can authenticate with keys of their own.', async (on) => {
        const { body } = await on.discovery();
        expect(body.token_endpoint_auth_methods_supported).toContain('private_key_jwt');
      }),
    ),
    should('2.6', 'Metadata is published (RFC 8414).', async (on) => {
      const { status, body } = await on.fetch('/.well-known/oauth-authorization-server');
      expect(status).toBe(200);
      expect(body.issuer).toBe(on.issuer);
    }),
    unmet(
      'Any http address can be registered, as with the hosted service; developers need localhost.',
      mustNot('2.6', 'Answers go over https, or to loopback.', async (on) => {
        const redirect_uri = 'http://app.example.com/callback';
        const client = await on.register({ callbacks: [redirect_uri] });
        expectPage(await on.authorize(client, { redirect_uri }));
      }),
    ),
    mustNot('2.6', 'No page of another origin can read the authorization endpoint.', async (on) => {
      const query = `client_id=${on.spa.client_id}&response_type=code&redirect_uri=${APP}/callback`;
      expect(await readableBy(APP, on, `/authorize?${query}`)).toBeNull();
      const { headers } = await on.fetch('/authorize', {
        method: 'OPTIONS',
        headers: { origin: APP, 'access-control-request-method': 'GET' },
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }),
    must('4.1.3', 'A star in a registered address stands for itself.', async (on) => {
      const client = await on.register({ callbacks: ['https://*.example.com/callback', CALLBACK] });
      for (const redirect_uri of [
        'https://evil.example.com/callback',
        'https://evil.com/.example.com/callback',
        'https://a.b.example.com/callback',
      ]) {
        expectPage(await on.authorize(client, { redirect_uri }));
      }
    }),
    must('4.2.4', 'Pages and answers send no address along.', async (on) => {
      const { page } = await openLogin(on);
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    }),
    should('4.2.4', 'Pages with a state load nothing of other sites.', async (on) => {
      const { page } = await openLogin(on);
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/script-src[^;]*(unsafe-inline|https?:|\*)/);
    }),
    must(
      '4.2.4',
      'A code is good once, also after a failed exchange of another client.',
      async (on) => {
        const code = await on.code(on.spa);
        await on.redeem(on.web, code);
        const own = await on.redeem(on.spa, code);
        const again = await on.redeem(on.spa, code);
        expect([own.status, again.status].filter((status) => status === 200).length).toBeLessThan(
          2,
        );
      },
    ),
    mustNot('4.3.2', 'Access tokens in an address open nothing.', async (on) => {
      const { access_token } = await on.tokens(on.web);
      expect((await on.fetch(`/userinfo?access_token=${access_token}`)).status).toBe(401);
    }),
    must('4.5.3', 'A code of another login is of no use: it has another verifier.', async (on) => {
      const stolen = await on.code(on.spa);
      const own = await on.code(on.spa);
      const { body } = await on.redeem(on.spa, { ...stolen, verifier: own.verifier });
      expect(body.error).toBe('invalid_grant');
    }),
    must('4.5.3', 'The nonce comes back in the ID token.', async (on) => {
      const code = await on.code(on.web);
      const { body } = await on.redeem(on.web, code);
      expect(decodeJwt(body.id_token).nonce).toBe(code.nonce);
    }),
    must('4.8.2', 'A verifier without a challenge is refused.', async (on) => {
      const none = { code_challenge: '', code_challenge_method: '' };
      const { response } = await on.authorize(on.hybrid, none);
      const code = response?.get('code') ?? '';
      expect(code).not.toBe('');
      const verifier = 'v'.repeat(43);
      const spoiled = { code, verifier, nonce: '', callback: new URL(CALLBACK) };
      const { body } = await on.redeem(on.hybrid, spoiled);
      expect(body.error).toMatch(/invalid_(grant|request)/);
    }),
    must('4.9.2', 'An access token is no ID token, nor the other way round.', async (on) => {
      const { id_token } = await on.tokens(on.web);
      expect((await on.userinfo(id_token)).status).toBe(401);
    }),
    must('4.11.2', 'With prompt=none nobody is sent to an unknown address either.', async (on) => {
      const hostile = { redirect_uri: EVIL, prompt: 'none' };
      expectPage(await on.authorize(on.spa, hostile));
      expectPage(await on.authorize(on.spa, { ...hostile, scope: 'wish' }));
    }),
    mustNot('4.12', 'After a form with a password the browser comes on with GET.', async (on) => {
      const { visitor, form, action } = await openLogin(on);
      const filled = {
        ...form,
        identifier: on.person.email,
        password: 'correct horse battery staple 1',
      };
      let answer = await visitor.open(action, filled);
      expect(answer.to).not.toBeNull();
      while (answer.to?.startsWith('/') || answer.to?.startsWith(on.url)) {
        expect([302, 303]).toContain(answer.status);
        answer = await visitor.open(answer.to);
      }
      expect(answer.to).toContain('code=');
    }),
    must('4.13', 'Headers that only a proxy may set are not believed from anyone.', async (on) => {
      const { body, status } = await on.fetch('/.well-known/openid-configuration', {
        headers: {
          'x-forwarded-host': 'evil.example.com',
          'x-forwarded-proto': 'http',
          forwarded: 'host=evil.example.com;proto=http',
        },
      });
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain('evil.example.com');
      expect(body.token_endpoint).toBe(`${on.url}/oauth/token`);
    }),
    must('4.14.2', 'A used refresh token ends its family.', async (on) => {
      const first = await on.tokens(on.spa, { scope: 'openid offline_access' });
      const second = await on.refresh(on.spa, first.refresh_token);
      expect((await on.refresh(on.spa, first.refresh_token)).body.error).toBe('invalid_grant');
      const { body } = await on.refresh(on.spa, second.body.refresh_token);
      expect(body.error).toBe('invalid_grant');
    }),
    must(
      '4.14.2',
      'Of twenty refreshes with one token at once at most one succeeds.',
      async (on) => {
        const { refresh_token } = await on.tokens(on.spa, { scope: 'openid offline_access' });
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => on.refresh(on.spa, refresh_token)),
        );
        expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
        expect(answers.every(({ status }) => status < 500)).toBe(true);
      },
    ),
    must('4.14.2', 'A refresh token stays bound to scope and API of its login.', async (on) => {
      const { refresh_token } = await on.tokens(on.spa, { scope: 'openid offline_access' });
      const more = {
        audience: AUDIENCE,
        resource: AUDIENCE,
        scope: 'openid profile offline_access',
      };
      const { body } = await on.refresh(on.spa, refresh_token, more);
      if (body.access_token !== undefined) {
        expect(body.access_token.split('.')).toHaveLength(1);
        expect(body.scope).not.toContain('profile');
      }
    }),
    should('4.14.2', 'A new password ends refresh tokens.', async (on) => {
      const { email, user_id } = await on.flows.addPerson();
      const visitor = on.newVisitor();
      const asked = { scope: 'openid offline_access', redirect_uri: CALLBACK };
      const login = await loginOf(on, visitor, email, asked);
      const tokens = await on.redeem(on.web, login);
      await on.flows.server.management.ok('PATCH', `users/${user_id}`, {
        password: 'another horse battery staple 2',
      });
      const { body } = await on.refresh(on.web, tokens.body.refresh_token);
      expect(body.error).toBe('invalid_grant');
    }),
    shouldNot('4.15.1', 'A machine’s subject is no person’s.', async (on) => {
      const { body } = await on.token({
        grant_type: 'client_credentials',
        client_id: on.machine.client_id,
        client_secret: on.machine.client_secret,
        audience: AUDIENCE,
      });
      expect(decodeJwt(body.access_token).sub).toBe(`${on.machine.client_id}@clients`);
    }),
    shouldNot('4.15.1', 'Clients do not choose their identifiers.', async (on) => {
      const { status, body } = await on.flows.server.management.request('POST', 'clients', {
        name: 'Chosen',
        client_id: on.person.user_id,
      });
      expect(status === 400 || body.client_id !== on.person.user_id).toBe(true);
    }),
    must('4.16', 'Every page of a login refuses to be framed.', async (on) => {
      const { page } = await openLogin(on);
      const error = await on.authorize(on.web, { client_id: 'nobody' });
      const consent = await (await on.browser()).open(
        (await on.authorize(on.foreign, { scope: 'openid email' })).to ?? '',
      );
      for (const { headers } of [page, error, consent]) {
        expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      }
    }),
    must('4.17.2', 'A message goes to the origin of the redirect_uri alone.', async (on) => {
      const parameters = {
        response_mode: 'web_message',
        prompt: 'none',
        redirect_uri: `${APP}/callback`,
      };
      const { text, headers } = await on.authorize(on.spa, parameters);
      expect(headers.get('content-type')).toContain('text/html');
      expect(text).toContain(`"redirect_uri":"${APP}/callback"`);
      expect(text).not.toMatch(/postMessage\([^)]*['"]\*['"]/);
      expectPage(await on.authorize(on.spa, { ...parameters, redirect_uri: EVIL }));
    }),
    must('4.17.2', 'What is in a message cannot leave its script.', async (on) => {
      const state = '</script><script>alert(1)</script>';
      const { text } = await on.authorize(on.spa, {
        response_mode: 'web_message',
        prompt: 'none',
        state,
      });
      expect(text).not.toContain('<script>alert(1)');
    }),
  ],
};

/** A code of a person who logs in in this browser. */
async function loginOf(
  on: Authority,
  visitor: ReturnType<Authority['newVisitor']>,
  email: string,
  parameters: Record<string, string>,
) {
  const verifier = 'v'.repeat(50);
  const query = new URLSearchParams({
    client_id: on.web.client_id,
    response_type: 'code',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const callback = await visitor.authorizeTo(`/authorize?${query}`, { email });
  return { code: callback.searchParams.get('code') ?? '', verifier, nonce: '', callback };
}
