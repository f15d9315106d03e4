import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import { hiddenOf } from '../visitor.ts';
import {
  AUDIENCE,
  type Authority,
  basicOf,
  CALLBACK,
  expectError,
  expectPage,
  OTHER_CALLBACK,
} from './authority.ts';
import { must, mustNot, type Standard, should, shouldNot, unmet } from './requirement.ts';

/** What a response of the protocol may have in `error` and `error_description`. */
const PRINTABLE = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const UNKNOWN = 'https://unknown.example.com/';

async function expectTokenError(
  answer: ReturnType<Authority['token']>,
  error: string | RegExp,
): Promise<void> {
  const { status, body, headers } = await answer;
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(headers.get('content-type')).toContain('application/json');
  expect(body.error).toMatch(error);
  expect(body.access_token).toBeUndefined();
}

export const OAUTH_2: Standard = {
  name: 'RFC 6749',
  title: 'The OAuth 2.0 Authorization Framework',
  requirements: [
    must('2.3', 'A request with two ways of client authentication is refused.', async (on) => {
      const form = {
        grant_type: 'client_credentials',
        client_id: on.basic.client_id,
        client_secret: on.basic.client_secret,
      };
      const headers = { authorization: basicOf(on.basic) };
      await expectTokenError(on.token(form, headers), 'invalid_request');
    }),
    must('2.3.1', 'HTTP Basic authenticates clients with a secret.', async (on) => {
      expect(await on.tokens(on.basic)).toMatchObject({ token_type: 'Bearer' });
    }),
    mustNot('2.3.1', 'Credentials in the address authenticate nobody.', async (on) => {
      const query = new URLSearchParams({
        client_id: on.machine.client_id,
        client_secret: on.machine.client_secret,
      });
      const form = { grant_type: 'client_credentials', audience: AUDIENCE };
      await expectTokenError(on.post(`/oauth/token?${query}`, form), /./);
    }),
    must('2.3.1', 'Endpoints that take passwords are behind TLS.', async (on) => {
      const { body } = await on.discovery();
      for (const [name, value] of Object.entries(body)) {
        if (name.endsWith('_endpoint')) expect(String(value)).toMatch(/^https:/);
      }
      const plain = on.url.replace('https:', 'http:');
      await expect(fetch(`${plain}/oauth/token`, { method: 'POST' })).rejects.toThrow();
    }),
    unmet(
      'Secrets are 64 random characters; guessing them is not counted.',
      must('2.3.1', 'Guessing of client secrets is slowed down.', async (on) => {
        const client = await on.register({});
        const guess = (client_secret: string) =>
          on.token({
            grant_type: 'client_credentials',
            client_id: client.client_id,
            client_secret,
          });
        const answers = await Promise.all(
          Array.from({ length: 60 }, (_, index) => guess(`guess ${index}`)),
        );
        expect(answers.map(({ status }) => status)).toContain(429);
      }),
    ),
    must('3.1', 'The authorization endpoint answers GET.', async (on) => {
      expect((await on.authorize(on.web)).response?.get('code')).toBeTruthy();
    }),
    must('3.1', 'A parameter without a value counts as left out.', async (on) => {
      const query = new URLSearchParams({
        client_id: on.web.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid',
        prompt: '',
        max_age: '',
        code_challenge: '',
        code_challenge_method: '',
      });
      expect((await on.ask(query)).response?.get('code')).toBeTruthy();
    }),
    must('3.1', 'Parameters that nobody knows are ignored.', async (on) => {
      const answer = await on.authorize(on.web, { unheard_of: 'x', 'ext-param': '{}' });
      expect(answer.response?.get('code')).toBeTruthy();
    }),
    mustNot('3.1', 'A parameter that comes twice is refused.', async (on) => {
      const query = new URLSearchParams({
        client_id: on.web.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid',
        state: 'x',
      });
      query.append('scope', 'profile');
      expectError(await on.ask(query), 'invalid_request');
    }),
    must('3.1.1', 'Without a response_type there is an error.', async (on) => {
      expectError(await on.authorize(on.web, { response_type: '' }), 'invalid_request');
    }),
    must('3.1.1', 'A response_type that is not understood is an error.', async (on) => {
      const answer = await on.authorize(on.web, { response_type: 'wish' });
      expectError(answer, 'unsupported_response_type');
    }),
    mustNot('3.1.2', 'A redirection address has no fragment.', async (on) => {
      const redirect_uri = `${CALLBACK}#part`;
      const client = await on
        .register({ callbacks: [redirect_uri, OTHER_CALLBACK] })
        .catch(() => undefined);
      if (client !== undefined) expectPage(await on.authorize(client, { redirect_uri }));
    }),
    must('3.1.2', 'A query of the redirection address is kept.', async (on) => {
      const redirect_uri = `${CALLBACK}?tenant=a%20b`;
      const client = await on.register({ callbacks: [redirect_uri] });
      const { response } = await on.authorize(client, { redirect_uri });
      expect(response?.get('tenant')).toBe('a b');
      expect(response?.get('code')).toBeTruthy();
    }),
    must('3.1.2.3', 'With several addresses registered the request names one.', async (on) => {
      expectPage(await on.authorize(on.web, { redirect_uri: '' }));
    }),
    must('3.1.2.3', 'Addresses are compared as strings.', async (on) => {
      for (const redirect_uri of [
        `${CALLBACK}/`,
        `${CALLBACK}?x=1`,
        CALLBACK.replace('callback', 'CALLBACK'),
        CALLBACK.replace('callback', 'x/../callback'),
        CALLBACK.replace('callback', '%63allback'),
        CALLBACK.replace(':9', ':10'),
        CALLBACK.replace('http:', 'https:'),
        CALLBACK.replace('127.0.0.1', 'user@127.0.0.1'),
        CALLBACK.replace('127.0.0.1', '127.0.0.1.example.com'),
        CALLBACK.replace('127.0.0.1', 'localhost'),
      ]) {
        expectPage(await on.authorize(on.web, { redirect_uri }));
      }
    }),
    mustNot(
      '3.1.2.4',
      'Nobody is sent to an address that is not good; a page tells.',
      async (on) => {
        const answer = await on.authorize(on.web, { redirect_uri: UNKNOWN });
        expectPage(answer);
        expect(answer.text).toContain('Callback URL mismatch');
        expect(answer.text).not.toContain(UNKNOWN);
      },
    ),
    must('3.2', 'The token endpoint is asked by POST.', async (on) => {
      const query = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: on.machine.client_id,
        client_secret: on.machine.client_secret,
        audience: AUDIENCE,
      });
      const { status, body } = await on.fetch(`/oauth/token?${query}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(body?.access_token).toBeUndefined();
    }),
    must('3.2', 'At the token endpoint an empty parameter counts as left out.', async (on) => {
      const answer = await on.redeem(on.web, await on.code(on.web), new URLSearchParams());
      expect(answer.status).toBe(200);
      const form = {
        grant_type: 'authorization_code',
        client_id: on.web.client_id,
        client_secret: on.web.client_secret,
        code: '',
      };
      await expectTokenError(on.token(form), 'invalid_request');
    }),
    must('3.2', 'At the token endpoint unknown parameters are ignored.', async (on) => {
      const answer = await on.redeem(on.web, await on.code(on.web), { unheard_of: 'x' });
      expect(answer.status).toBe(200);
    }),
    mustNot('3.2', 'A parameter that comes twice at the token endpoint is refused.', async (on) => {
      const { code, verifier } = await on.code(on.web);
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: on.web.client_id,
        client_secret: on.web.client_secret,
        code,
        code_verifier: verifier,
        redirect_uri: CALLBACK,
      });
      form.append('code', code);
      await expectTokenError(on.token(form), 'invalid_request');
    }),
    must('3.2.1', 'Confidential clients authenticate at the token endpoint.', async (on) => {
      const code = await on.code(on.web);
      await expectTokenError(on.redeem(on.web, code, { client_secret: '' }), /./);
      await expectTokenError(on.redeem(on.web, code, { client_secret: 'wrong' }), /./);
    }),
    must('3.2.1', 'A client that does not authenticate names itself.', async (on) => {
      const code = await on.code(on.spa);
      await expectTokenError(on.redeem(on.spa, code, { client_id: '' }), 'invalid_request');
    }),
    must('3.3', 'The answer names the scope where it is not the one asked for.', async (on) => {
      const { scope } = await on.tokens(on.web, { scope: 'openid profile unheard-of' });
      expect(scope).toBeDefined();
      expect(scope.split(' ')).not.toContain('unheard-of');
    }),
    must('3.3', 'A request without a scope gets a default or an error, no more.', async (on) => {
      const body = await on.tokens(on.web, { scope: '' });
      expect(decodeJwt(body.id_token)).not.toHaveProperty('email');
      expect(body.refresh_token).toBeUndefined();
    }),
    must('4.1.2', 'The state comes back as it was, in answers and errors.', async (on) => {
      const state = 'a b+c&d=é%25"<>\'/?#';
      expect((await on.authorize(on.web, { state })).response?.get('state')).toBe(state);
      const refused = await on.authorize(on.web, { state, response_type: 'wish' });
      expect(refused.response?.get('state')).toBe(state);
    }),
    mustNot('4.1.2', 'A code is good once; what it brought ends with a second use.', async (on) => {
      const code = await on.code(on.web, { scope: 'openid offline_access' });
      const first = await on.redeem(on.web, code);
      expect(first.status).toBe(200);
      await expectTokenError(on.redeem(on.web, code), 'invalid_grant');
      await expectTokenError(on.refresh(on.web, first.body.refresh_token), 'invalid_grant');
      expect((await on.userinfo(first.body.access_token)).status).toBe(401);
    }),
    must('4.1.2', 'Of twenty exchanges of one code at once at most one succeeds.', async (on) => {
      const code = await on.code(on.web);
      const answers = await Promise.all(Array.from({ length: 20 }, () => on.redeem(on.web, code)));
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      expect(answers.every(({ status }) => status < 500)).toBe(true);
    }),
    must('4.1.2', 'A code is bound to its client.', async (on) => {
      const code = await on.code(on.web);
      await expectTokenError(on.redeem(on.hybrid, code), 'invalid_grant');
    }),
    must('4.1.2.1', 'An unknown or missing client is told to the person alone.', async (on) => {
      expectPage(await on.authorize({ client_id: 'nobody', client_secret: '' }));
      expectPage(await on.authorize(on.web, { client_id: '' }));
    }),
    must('4.1.2.1', 'A person who says no is told to the application.', async (on) => {
      const visitor = await on.browser();
      const { to } = await on.authorize(on.foreign, { scope: 'openid profile' });
      const { text } = await visitor.open(to ?? '');
      const denied = await visitor.open(to ?? '', { ...hiddenOf(text), decision: 'deny' });
      let next = denied.to;
      while (next?.startsWith('/') || next?.startsWith(on.url))
        next = (await visitor.open(next)).to;
      expect(new URL(next ?? '').searchParams.get('error')).toBe('access_denied');
    }),
    mustNot('4.1.2.1', 'Errors to applications are printable ASCII without quotes.', async (on) => {
      for (const hostile of [
        { prompt: 'é"\\\n' },
        { response_type: 'wish é"\\' },
        { max_age: '"é' },
        { code_challenge_method: '"é' },
        { response_mode: '"é\\' },
      ]) {
        const { response } = await on.authorize(on.web, hostile);
        if (response === undefined) continue;
        expect(response.get('error')).toMatch(PRINTABLE);
        expect(response.get('error_description') ?? '').toMatch(PRINTABLE);
      }
    }),
    must('4.1.3', 'The redirect_uri of the exchange is that of the request.', async (on) => {
      const other = { redirect_uri: OTHER_CALLBACK };
      await expectTokenError(on.redeem(on.web, await on.code(on.web), other), 'invalid_grant');
      const none = { redirect_uri: '' };
      await expectTokenError(
        on.redeem(on.web, await on.code(on.web), none),
        /invalid_(grant|request)/,
      );
    }),
    must('4.1.3', 'A code that nobody issued is refused.', async (on) => {
      const code = {
        code: 'x'.repeat(43),
        verifier: 'y'.repeat(43),
        nonce: '',
        callback: new URL(CALLBACK),
      };
      await expectTokenError(on.redeem(on.web, code), 'invalid_grant');
    }),
    must('4.4', 'Client credentials are for confidential clients alone.', async (on) => {
      const { client_id } = await on.register({
        app_type: 'spa',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'client_credentials'],
      });
      const form = { grant_type: 'client_credentials', client_id, audience: AUDIENCE };
      await expectTokenError(on.token(form), 'unauthorized_client');
    }),
    shouldNot('4.4.3', 'Client credentials bring no refresh token.', async (on) => {
      const { body } = await on.token({
        grant_type: 'client_credentials',
        client_id: on.machine.client_id,
        client_secret: on.machine.client_secret,
        audience: AUDIENCE,
        scope: 'offline_access',
      });
      expect(body.refresh_token).toBeUndefined();
    }),
    must('5.1', 'Tokens come as JSON with type and lifetime.', async (on) => {
      const answer = await on.redeem(on.web, await on.code(on.web));
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(answer.body).toMatchObject({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: expect.any(Number),
      });
    }),
    must(
      '5.1',
      'Answers with tokens are not kept: Cache-Control no-store, Pragma no-cache.',
      async (on) => {
        const { headers } = await on.redeem(on.web, await on.code(on.web));
        expect(headers.get('cache-control')).toContain('no-store');
        expect(headers.get('pragma')).toBe('no-cache');
      },
    ),
    unmet(
      'The hosted service says `access_denied`, and its SDKs expect that; the status is 401.',
      must('5.2', 'A client that cannot authenticate gets invalid_client.', async (on) => {
        const form = { grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'x' };
        await expectTokenError(on.token(form), 'invalid_client');
      }),
    ),
    must('5.2', 'A client that failed with HTTP Basic is told the scheme.', async (on) => {
      const headers = { authorization: basicOf({ ...on.basic, client_secret: 'wrong' }) };
      const answer = await on.token({ grant_type: 'client_credentials' }, headers);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
    }),
    unmet(
      'The hosted service answers 403, and its SDKs expect that.',
      must('5.2', 'Errors have the status 400.', async (on) => {
        const { status } = await on.refresh(on.web, 'nobody’s');
        expect(status).toBe(400);
      }),
    ),
    must('5.2', 'An unknown grant type is unsupported_grant_type.', async (on) => {
      const form = {
        grant_type: 'urn:example:wish',
        client_id: on.web.client_id,
        client_secret: on.web.client_secret,
      };
      await expectTokenError(on.token(form), 'unsupported_grant_type');
    }),
    must('5.2', 'A grant type that the client may not use is unauthorized_client.', async (on) => {
      const form = {
        grant_type: 'client_credentials',
        client_id: on.web.client_id,
        client_secret: on.web.client_secret,
        audience: AUDIENCE,
      };
      await expectTokenError(on.token(form), 'unauthorized_client');
    }),
    must('5.2', 'A missing grant_type is invalid_request.', async (on) => {
      const { client_id, client_secret } = on.web;
      await expectTokenError(on.token({ client_id, client_secret }), 'invalid_request');
    }),
    mustNot('5.2', 'Errors of the token endpoint are printable ASCII.', async (on) => {
      const { client_id, client_secret } = on.web;
      for (const form of [
        { grant_type: '"é\\' },
        { grant_type: 'authorization_code', code: '"é\\', redirect_uri: '"é' },
        { grant_type: 'refresh_token', refresh_token: '"é\\' },
      ]) {
        const { body } = await on.token({ client_id, client_secret, ...form });
        expect(body.error).toMatch(PRINTABLE);
        expect(body.error_description).toMatch(PRINTABLE);
      }
    }),
    unmet(
      'The hosted service quotes the API that is meant, and people search for that text.',
      mustNot('5.2', 'Errors of a machine without a grant have no quotes.', async (on) => {
        const { body } = await on.token({
          grant_type: 'client_credentials',
          client_id: on.machine.client_id,
          client_secret: on.machine.client_secret,
          audience: `${on.url}/api/v2/`,
        });
        expect(body.error_description).toMatch(PRINTABLE);
      }),
    ),
    must('6', 'A refresh asks for no scope that was not granted.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
      const { status, body } = await on.refresh(on.web, refresh_token, { scope: 'openid profile' });
      if (status === 200) expect(body.scope.split(' ')).not.toContain('profile');
      else expect(body.error).toBe('invalid_scope');
    }),
    must('6', 'A refresh for less leaves the next one its whole scope.', async (on) => {
      const scope = 'openid profile offline_access';
      const { refresh_token } = await on.tokens(on.web, { scope });
      const less = await on.refresh(on.web, refresh_token, { scope: 'openid' });
      expect(less.body.scope).toBe('openid');
      const whole = await on.refresh(on.web, less.body.refresh_token);
      expect(whole.body.scope.split(' ')).toContain('profile');
    }),
    must('6', 'A refresh token is its client’s alone.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
      await expectTokenError(on.refresh(on.hybrid, refresh_token), 'invalid_grant');
      await expectTokenError(on.refresh(on.spa, refresh_token), 'invalid_grant');
      expect((await on.refresh(on.web, refresh_token)).status).toBe(200);
    }),
    must('10.4', 'A refresh token needs the authentication of its client.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
      await expectTokenError(on.refresh(on.web, refresh_token, { client_secret: 'x' }), /./);
    }),
    must('10.10', 'Codes and tokens have at least 160 bits of chance.', async (on) => {
      const seen = new Set<string>();
      for (let times = 0; times < 4; times += 1) {
        const code = await on.code(on.web, { scope: 'openid offline_access' });
        const { body } = await on.redeem(on.web, code);
        for (const secret of [code.code, body.access_token, body.refresh_token]) {
          expect(secret.length).toBeGreaterThanOrEqual(Math.ceil(160 / 6));
          expect(secret).toMatch(/^[\w-]+$/);
          seen.add(secret.slice(0, 8));
        }
      }
      expect(seen.size).toBe(12);
    }),
    must('10.12', 'A login form that another site made is refused.', async (on) => {
      const visitor = on.newVisitor();
      const { to } = await on.authorize(on.web, {}, visitor);
      const state = new URL(to ?? '', on.url).searchParams.get('state') ?? '';
      const form = { state, identifier: on.person.email, password: 'x' };
      expect((await visitor.open('/u/login', form)).status).toBe(403);
    }),
    must('10.12', 'A login that another browser began is not finished in this one.', async (on) => {
      const thief = on.newVisitor();
      const { to } = await on.authorize(on.web, {}, thief);
      const answer = await on.newVisitor().open(to ?? '');
      expect(answer.status).toBe(400);
    }),
    must('10.13', 'Pages are in no frame.', async (on) => {
      const visitor = on.newVisitor();
      const { to } = await on.authorize(on.web, {}, visitor);
      const { headers } = await visitor.open(to ?? '');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
    }),
    must('10.14', 'What a request carries is text on pages, never markup.', async (on) => {
      const hostile = '"><script>alert(1)</script>{{ 7 | times: 7 }}';
      const visitor = on.newVisitor();
      const parameters = {
        login_hint: hostile,
        state: hostile,
        ui_locales: hostile,
        screen_hint: hostile,
      };
      const { to } = await on.authorize(on.web, parameters, visitor);
      const { text } = await visitor.open(to ?? '');
      expect(text).not.toContain('<script>alert');
      expect(text).not.toContain('">49');
      expectPage(await on.authorize(on.web, { client_id: hostile }));
      const page = await on.authorize(on.web, { redirect_uri: `javascript:${hostile}` });
      expect(page.text).not.toContain('<script>alert');
    }),
    must('10.15', 'No parameter sends a browser where nobody registered.', async (on) => {
      for (const path of [
        `/v2/logout?returnTo=${UNKNOWN}`,
        `/v2/logout?client_id=${on.web.client_id}&returnTo=${UNKNOWN}`,
        `/oidc/logout?post_logout_redirect_uri=${UNKNOWN}`,
        `/oidc/logout?client_id=${on.web.client_id}&post_logout_redirect_uri=${UNKNOWN}`,
        `/continue?state=x&redirect_uri=${UNKNOWN}`,
        `/u/login?state=x&returnTo=${UNKNOWN}`,
        `/authorize?redirect_uri=${UNKNOWN}`,
      ]) {
        const { headers } = await on.fetch(path);
        expect(headers.get('location') ?? '').not.toContain('unknown.example.com');
      }
    }),
    must('10.3', 'A token for an API names that API, and nobody’s else.', async (on) => {
      const { access_token } = await on.tokens(on.web, { audience: AUDIENCE });
      const { aud } = decodeJwt(access_token);
      expect([aud].flat().sort()).toEqual([AUDIENCE, `${on.url}/userinfo`].sort());
    }),
    should('10.16', 'A token of one client logs nobody in at another one.', async (on) => {
      const { id_token } = await on.tokens(on.web);
      expect(decodeJwt(id_token).aud).toBe(on.web.client_id);
    }),
  ],
};
