import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import {
  AUDIENCE,
  CALLBACK,
  challengeOf,
  expectError,
  expectPage,
  OTHER_CALLBACK,
} from './authority.ts';
import { must, mustNot, type Standard, should, shouldNot, unmet } from './requirement.ts';

export const BEARER_TOKENS: Standard = {
  name: 'RFC 6750',
  title: 'Bearer Token Usage',
  requirements: [
    must(
      '2.1',
      'Userinfo takes the token in the Authorization header, in any case.',
      async (on) => {
        const { access_token } = await on.tokens(on.web);
        for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
          const headers = { authorization: `${scheme} ${access_token}` };
          expect((await on.fetch('/userinfo', { headers })).status).toBe(200);
        }
      },
    ),
    mustNot('2.2', 'A token in a body counts only in a posted form.', async (on) => {
      const { access_token } = await on.tokens(on.web);
      expect((await on.post('/userinfo', { access_token })).status).toBe(200);
      const json = await on.fetch('/userinfo', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ access_token }),
      });
      expect(json.status).toBe(401);
    }),
    shouldNot('2.3', 'A token in the address opens nothing.', async (on) => {
      const { access_token } = await on.tokens(on.web);
      expect((await on.fetch(`/userinfo?access_token=${access_token}`)).status).toBe(401);
    }),
    must('3', 'A request without a token is told the scheme.', async (on) => {
      const { status, headers } = await on.fetch('/userinfo');
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    }),
    should('3.1', 'A token that is not good is 401 invalid_token.', async (on) => {
      const { status, headers } = await on.userinfo('nobody');
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    }),
    should('3.1', 'A token for something else is 403 insufficient_scope.', async (on) => {
      const { access_token } = await on.tokens(on.web, { scope: 'profile' });
      const { status, headers } = await on.userinfo(access_token);
      expect(status).toBe(403);
      expect(headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    }),
    must('5.2', 'A token for one API opens no other: userinfo refuses a machine’s.', async (on) => {
      const { body } = await on.token({
        grant_type: 'client_credentials',
        client_id: on.machine.client_id,
        client_secret: on.machine.client_secret,
        audience: AUDIENCE,
      });
      expect((await on.userinfo(body.access_token)).status).toBe(401);
    }),
  ],
};

export const REVOCATION: Standard = {
  name: 'RFC 7009',
  title: 'Token Revocation',
  requirements: [
    must('2', 'Refresh tokens can be revoked.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
      expect((await on.revoke(on.web, { token: refresh_token })).status).toBe(200);
      expect((await on.refresh(on.web, refresh_token)).body.error).toBe('invalid_grant');
    }),
    should('2', 'Opaque access tokens can be revoked.', async (on) => {
      const { access_token } = await on.tokens(on.web);
      expect((await on.revoke(on.web, { token: access_token })).status).toBe(200);
      expect((await on.userinfo(access_token)).status).toBe(401);
    }),
    must('2.1', 'Confidential clients authenticate.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
      const wrong = { token: refresh_token, client_secret: 'wrong' };
      expect((await on.revoke(on.web, wrong)).status).toBe(401);
      expect((await on.refresh(on.web, refresh_token)).status).toBe(200);
    }),
    must('2.1', 'A client revokes no token of another one.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
      await on.revoke(on.hybrid, { token: refresh_token });
      expect((await on.refresh(on.web, refresh_token)).status).toBe(200);
    }),
    unmet(
      'The answer is the one for an unknown token, so that nobody learns whose a token is.',
      must('2.1', 'A client that tries to revoke another’s token is told so.', async (on) => {
        const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
        const { status } = await on.revoke(on.hybrid, { token: refresh_token });
        expect(status).toBeGreaterThanOrEqual(400);
      }),
    ),
    must('2.1', 'A wrong hint does not keep the token from being found.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, { scope: 'openid offline_access' });
      const form = { token: refresh_token, token_type_hint: 'access_token' };
      expect((await on.revoke(on.web, form)).status).toBe(200);
      expect((await on.refresh(on.web, refresh_token)).body.error).toBe('invalid_grant');
    }),
    should('2.1', 'With a refresh token its access tokens end.', async (on) => {
      const { refresh_token, access_token } = await on.tokens(on.web, {
        scope: 'openid offline_access',
      });
      await on.revoke(on.web, { token: refresh_token });
      expect((await on.userinfo(access_token)).status).toBe(401);
    }),
    must('2.2', 'A token that nobody knows is answered with 200.', async (on) => {
      expect((await on.revoke(on.web, { token: 'nobody' })).status).toBe(200);
    }),
    must('2.1', 'A request without a token is refused.', async (on) => {
      const { status, body } = await on.revoke(on.web, {});
      expect(status).toBe(400);
      expect(body.error).toBe('invalid_request');
    }),
    must(
      '2.3',
      'Pages of other origins are answered only where the client names them.',
      async (on) => {
        const form = { client_id: on.spa.client_id, token: 'nobody' };
        const own = await on.post('/oauth/revoke', form, { origin: 'https://app.example.com' });
        expect(own.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
        const other = await on.post('/oauth/revoke', form, { origin: 'https://evil.example.com' });
        expect(other.headers.get('access-control-allow-origin')).toBeNull();
      },
    ),
  ],
};

export const PKCE: Standard = {
  name: 'RFC 7636',
  title: 'Proof Key for Code Exchange',
  requirements: [
    must('4.3', 'A challenge method that is not understood is invalid_request.', async (on) => {
      for (const code_challenge_method of ['S512', 'none', 's256']) {
        expectError(await on.authorize(on.web, { code_challenge_method }), 'invalid_request');
      }
    }),
    must(
      '4.4.1',
      'A public client without a challenge is refused with invalid_request.',
      async (on) => {
        const none = { code_challenge: '', code_challenge_method: '' };
        expectError(await on.authorize(on.spa, none), 'invalid_request');
      },
    ),
    must('4.6', 'A verifier that does not match is invalid_grant.', async (on) => {
      const wrong = { code_verifier: 'z'.repeat(43) };
      const { body } = await on.redeem(on.web, await on.code(on.web), wrong);
      expect(body.error).toBe('invalid_grant');
    }),
    must('4.6', 'A verifier that is missing is refused.', async (on) => {
      const { body } = await on.redeem(on.web, await on.code(on.web), { code_verifier: '' });
      expect(body.error).toMatch(/invalid_(grant|request)/);
      expect(body.access_token).toBeUndefined();
    }),
    must('4.1', 'A verifier has 43 to 128 unreserved characters.', async (on) => {
      for (const verifier of ['short', 'x'.repeat(129), `${'x'.repeat(43)}é`]) {
        const code = await on.code(on.web, { code_challenge: challengeOf(verifier) });
        const { status } = await on.redeem(on.web, { ...code, verifier });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    }),
    mustNot('7.2', 'The plain method is not a way down from S256.', async (on) => {
      const code = await on.code(on.web);
      const { body } = await on.redeem(on.web, code, { code_verifier: challengeOf(code.verifier) });
      expect(body.error).toBe('invalid_grant');
      expectError(
        await on.authorize(on.spa, { code_challenge_method: 'plain' }),
        'invalid_request',
      );
    }),
  ],
};

export const NATIVE_APPS: Standard = {
  name: 'RFC 8252',
  title: 'OAuth 2.0 for Native Apps',
  requirements: [
    must(
      '7',
      'Schemes of one’s own, claimed https addresses and loopback are offered.',
      async (on) => {
        for (const redirect_uri of [
          'com.example.app:/callback',
          'https://app.example.com/native',
          'http://127.0.0.1:51234/callback',
        ]) {
          const { to } = await on.authorize(on.native, { redirect_uri });
          expect(to).toMatch(redirect_uri);
          expect(to).toContain('code=');
        }
      },
    ),
    must('7.3', 'A loopback address may have any port, and nothing else different.', async (on) => {
      for (const port of ['1', '65535']) {
        const redirect_uri = `http://127.0.0.1:${port}/callback`;
        expect((await on.authorize(on.native, { redirect_uri })).to).toMatch(redirect_uri);
      }
      expectPage(await on.authorize(on.native, { redirect_uri: 'http://127.0.0.1:51234/other' }));
      expectPage(
        await on.authorize(on.native, { redirect_uri: 'https://127.0.0.1:51234/callback' }),
      );
    }),
    mustNot('8.4', 'A web application’s address gets no freedom of ports.', async (on) => {
      expectPage(await on.authorize(on.web, { redirect_uri: CALLBACK.replace(':9', ':51234') }));
    }),
    should('8.1', 'Requests of native applications without PKCE are refused.', async (on) => {
      const parameters = {
        redirect_uri: 'com.example.app:/callback',
        code_challenge: '',
        code_challenge_method: '',
      };
      expectError(await on.authorize(on.native, parameters), 'invalid_request');
    }),
    must('8.4', 'Native applications are public: no secret is asked for.', async (on) => {
      const redirect_uri = 'com.example.app:/callback';
      expect(await on.tokens(on.native, { redirect_uri })).toMatchObject({ token_type: 'Bearer' });
    }),
    unmet(
      'A first-party application is trusted as the hosted service trusts it; third-party ones ask.',
      shouldNot(
        '8.6',
        'Nothing is granted to a native application without the person.',
        async (on) => {
          const { response } = await on.authorize(on.native, {
            redirect_uri: 'http://127.0.0.1:51234/callback',
          });
          expect(response?.get('code') ?? null).toBeNull();
        },
      ),
    ),
  ],
};

export const PUSHED_REQUESTS: Standard = {
  name: 'RFC 9126',
  title: 'Pushed Authorization Requests',
  requirements: [
    must('2', 'The endpoint takes POST, and no other method.', async (on) => {
      expect((await on.push(on.web)).status).toBe(201);
      const { status } = await on.fetch(`/oauth/par?client_id=${on.web.client_id}`);
      expect([404, 405]).toContain(status);
    }),
    must('2.1', 'Clients authenticate as at the token endpoint.', async (on) => {
      expect((await on.push(on.basic)).status).toBe(201);
      const { status } = await on.post('/oauth/par', {
        client_id: on.web.client_id,
        client_secret: 'wrong',
        response_type: 'code',
        redirect_uri: CALLBACK,
      });
      expect(status).toBe(401);
    }),
    must('2.1', 'A pushed request has no request_uri.', async (on) => {
      const { status, body } = await on.push(on.web, { request_uri: 'urn:example:x' });
      expect(status).toBe(400);
      expect(body.error).toMatch(/^(invalid_request|request_uri_not_supported)$/);
    }),
    must('2.1', 'It is validated like one to the authorization endpoint.', async (on) => {
      for (const wrong of [
        { redirect_uri: 'https://evil.example.com/' },
        { response_type: 'wish' },
        { code_challenge_method: 'plain' },
        { prompt: 'none login' },
      ]) {
        const { status, body } = await on.push(on.web, wrong);
        expect(status, JSON.stringify(wrong)).toBe(400);
        expect(body.request_uri).toBeUndefined();
      }
    }),
    must(
      '2.2',
      'The answer is 201 with request_uri and a positive lifetime, unkept.',
      async (on) => {
        const { status, body, headers } = await on.push(on.web);
        expect(status).toBe(201);
        expect(body.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:/);
        expect(body.expires_in).toBeGreaterThan(0);
        expect(headers.get('cache-control')).toContain('no-store');
      },
    ),
    must('2.2', 'A request_uri is bound to the client that pushed.', async (on) => {
      const { request_uri } = (await on.push(on.web)).body;
      const query = new URLSearchParams({ client_id: on.hybrid.client_id, request_uri });
      const { response } = await on.ask(query);
      expect(response?.get('code') ?? null).toBeNull();
    }),
    should('7.3', 'A request_uri is good once.', async (on) => {
      const { request_uri } = (await on.push(on.web)).body;
      const query = new URLSearchParams({ client_id: on.web.client_id, request_uri });
      expect((await on.ask(query)).response?.get('code')).toBeTruthy();
      expect((await on.ask(query)).response?.get('code') ?? null).toBeNull();
    }),
    must('4', 'Parameters beside a request_uri change nothing of it.', async (on) => {
      const { request_uri } = (await on.push(on.web)).body;
      const query = new URLSearchParams({
        client_id: on.web.client_id,
        request_uri,
        redirect_uri: OTHER_CALLBACK,
        scope: 'openid profile email',
      });
      const { to, response } = await on.ask(query);
      expect(to?.startsWith(OTHER_CALLBACK)).toBe(false);
      if (response?.get('code')) expect(to).toMatch(CALLBACK);
    }),
    must('2.3', 'A body that is too large is 413.', async (on) => {
      const { status } = await on.push(on.web, { state: 'x'.repeat(70_000) });
      expect(status).toBe(413);
    }),
    must('5', 'The endpoint is in the metadata.', async (on) => {
      const { body } = await on.discovery();
      expect(body.pushed_authorization_request_endpoint).toBe(`${on.url}/oauth/par`);
    }),
    must('6', 'A client that must push is refused without.', async (on) => {
      const client = await on.register({ require_pushed_authorization_requests: true });
      const { response } = await on.authorize(client);
      expect(response?.get('code') ?? null).toBeNull();
      const { request_uri } = (await on.push(client)).body;
      const query = new URLSearchParams({ client_id: client.client_id, request_uri });
      expect((await on.ask(query)).response?.get('code')).toBeTruthy();
    }),
    must('7.1', 'A request_uri cannot be guessed.', async (on) => {
      const uris = await Promise.all([on.push(on.web), on.push(on.web)]);
      const [one, two] = uris.map(({ body }) => body.request_uri.split(':').at(-1));
      expect(one).not.toBe(two);
      expect(one.length).toBeGreaterThanOrEqual(Math.ceil(128 / 6));
    }),
  ],
};

export const ISSUER_IDENTIFICATION: Standard = {
  name: 'RFC 9207',
  title: 'Authorization Server Issuer Identification',
  requirements: [
    must('2', 'Answers with a code carry iss.', async (on) => {
      expect((await on.authorize(on.web)).response?.get('iss')).toBe(on.issuer);
    }),
    must('2', 'Errors carry iss.', async (on) => {
      const answer = await on.authorize(on.web, { response_type: 'wish' });
      expectError(answer, 'unsupported_response_type');
      expect(answer.response?.get('iss')).toBe(on.issuer);
    }),
    must('2', 'Answers in a fragment carry iss.', async (on) => {
      const answer = await on.authorize(on.hybrid, { response_type: 'code id_token', nonce: 'n' });
      expect(answer.response?.get('iss')).toBe(on.issuer);
    }),
    must('2', 'Answers to a form, and by a message, carry iss.', async (on) => {
      for (const response_mode of ['form_post', 'web_message']) {
        const { text } = await on.authorize(on.spa, { response_mode, prompt: 'none' });
        expect(text).toContain(on.issuer);
      }
    }),
    must('2.4', 'iss is the issuer of metadata and ID tokens, to the letter.', async (on) => {
      const { body } = await on.discovery();
      const { id_token } = await on.tokens(on.web);
      expect(body.issuer).toBe(on.issuer);
      expect(decodeJwt(id_token).iss).toBe(on.issuer);
    }),
    must('3', 'The metadata says that iss comes.', async (on) => {
      const { body } = await on.discovery();
      expect(body.authorization_response_iss_parameter_supported).toBe(true);
    }),
  ],
};
