import { expect } from 'vitest';
import { AUDIENCE, CALLBACK, expectError, expectPage } from './authority.ts';
import { must, mustNot, type Standard, should, unmet } from './requirement.ts';

export const OAUTH_2_1: Standard = {
  name: 'OAuth 2.1',
  title: 'The OAuth 2.1 Authorization Framework (draft 16)',
  requirements: [
    mustNot('1.5', 'Cookies with a session are for TLS, scripts do not see them.', async (on) => {
      const visitor = on.newVisitor();
      const { headers } = await on.authorize(on.web, {}, visitor);
      const cookies = headers.getSetCookie();
      expect(cookies.length).toBeGreaterThan(0);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; *httponly/i);
        expect(cookie).toMatch(/; *secure/i);
        expect(cookie).not.toMatch(/; *domain=/i);
      }
    }),
    must('2.3.1', 'Addresses are registered whole: no path may be added.', async (on) => {
      const client = await on.register({ callbacks: ['https://app.example.com'] });
      const redirect_uri = 'https://app.example.com/anything';
      expectPage(await on.authorize(client, { redirect_uri }));
    }),
    unmet(
      'Any scheme but those that run script can be registered, as with the hosted service.',
      should('2.3.1', 'A scheme of one’s own without a period is refused.', async (on) => {
        const { status } = await on.flows.server.management.request('POST', 'clients', {
          name: 'Short scheme',
          app_type: 'native',
          callbacks: ['myapp:/callback'],
        });
        expect(status).toBe(400);
      }),
    ),
    mustNot('2.3.5', 'Schemes that run script in the browser are never sent to.', async (on) => {
      for (const redirect_uri of [
        'javascript:alert(1)',
        'data:text/html,x',
        'file:///etc/passwd',
      ]) {
        const callbacks = [CALLBACK, redirect_uri];
        const client = await on.register({ callbacks }).catch(() => undefined);
        if (client !== undefined) expectPage(await on.authorize(client, { redirect_uri }));
      }
    }),
    must('2.4.1', 'The secret is taken in the body of the request.', async (on) => {
      expect(await on.tokens(on.web)).toMatchObject({ token_type: 'Bearer' });
    }),
    mustNot(
      '2.2',
      'A client_id alone is no authentication of a confidential client.',
      async (on) => {
        const { body } = await on.redeem(on.web, await on.code(on.web), { client_secret: '' });
        expect(body.access_token).toBeUndefined();
      },
    ),
    mustNot(
      '3.1',
      'A client_id, redirect_uri or state that comes twice is refused.',
      async (on) => {
        for (const name of ['client_id', 'redirect_uri', 'state', 'response_type']) {
          const query = new URLSearchParams({
            client_id: on.web.client_id,
            redirect_uri: CALLBACK,
            response_type: 'code',
            scope: 'openid',
            state: 'x',
          });
          query.append(name, query.get(name) ?? '');
          expect((await on.ask(query)).response?.get('code') ?? null).toBeNull();
        }
      },
    ),
    must('3.2', 'Scripts of an application’s origin can read the token endpoint.', async (on) => {
      const form = { grant_type: 'refresh_token', client_id: on.spa.client_id, refresh_token: 'x' };
      for (const [origin, allowed] of [
        ['https://app.example.com', 'https://app.example.com'],
        ['https://evil.example.com', null],
        ['null', null],
      ] as const) {
        const { headers } = await on.token(form, { origin });
        expect(headers.get('access-control-allow-origin')).toBe(allowed);
      }
    }),
    must('3.2.3', 'A refresh token is bound to the API that was consented to.', async (on) => {
      const { refresh_token } = await on.tokens(on.web, {
        scope: 'openid offline_access',
        audience: AUDIENCE,
      });
      const { body } = await on.refresh(on.web, refresh_token, { audience: `${on.url}/api/v2/` });
      if (body.access_token !== undefined) {
        const [, payload = ''] = body.access_token.split('.');
        const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString());
        expect([aud].flat()).not.toContain(`${on.url}/api/v2/`);
      }
    }),
    must('3.2.4', 'An error is JSON that is not kept.', async (on) => {
      const { headers, body } = await on.refresh(on.web, 'nobody’s');
      expect(headers.get('content-type')).toContain('application/json');
      expect(headers.get('cache-control')).toContain('no-store');
      expect(body).toMatchObject({ error: 'invalid_grant', error_description: expect.any(String) });
    }),
    unmet(
      'A confidential client may protect itself with nonce instead (RFC 9700, section 2.1.1).',
      must('4.1.1', 'Every request has a challenge.', async (on) => {
        const none = { code_challenge: '', code_challenge_method: '' };
        expectError(await on.authorize(on.hybrid, none), 'invalid_request');
      }),
    ),
    must('4.1.1', 'Only S256 is understood; the default of old, plain, is not.', async (on) => {
      for (const code_challenge_method of ['plain', '']) {
        expectError(await on.authorize(on.spa, { code_challenge_method }), 'invalid_request');
      }
    }),
    mustNot('4.1.2', 'A challenge is in no answer.', async (on) => {
      const { callback } = await on.code(on.web);
      expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    }),
    unmet(
      'Pages for unknown clients and callbacks have the status 403, as with the hosted service.',
      should('4.1.2.1', 'A page that tells of a bad address has the status 400.', async (on) => {
        const { status } = await on.authorize(on.web, {
          redirect_uri: 'https://evil.example.com/',
        });
        expect(status).toBe(400);
      }),
    ),
    must(
      '4.1.2.1',
      'Answers that are no errors of the address go to the application.',
      async (on) => {
        expectError(await on.authorize(on.web, { prompt: 'none login' }), 'invalid_request');
      },
    ),
    must(
      '4.1.3',
      'A code of a public client is for the client_id that it was issued to.',
      async (on) => {
        const { body } = await on.redeem(on.native, await on.code(on.spa));
        expect(body.error).toBe('invalid_grant');
      },
    ),
    must('4.3.1', 'A grant that ended refreshes nothing.', async (on) => {
      const code = await on.code(on.web, { scope: 'openid offline_access' });
      const { body } = await on.redeem(on.web, code);
      await on.redeem(on.web, code);
      expect((await on.refresh(on.web, body.refresh_token)).body.error).toBe('invalid_grant');
    }),
    must('4.3.3', 'A rotated token has the scope of the one before.', async (on) => {
      const scope = 'openid email offline_access';
      const first = await on.tokens(on.spa, { scope });
      const less = await on.refresh(on.spa, first.refresh_token, { scope: 'openid' });
      const whole = await on.refresh(on.spa, less.body.refresh_token);
      expect(whole.body.scope.split(' ').sort()).toEqual(scope.split(' ').sort());
    }),
    must('5.1', 'Tokens in the address are ignored, beside a good header too.', async (on) => {
      const { access_token } = await on.tokens(on.web);
      const headers = { authorization: `Bearer ${access_token}` };
      const { status } = await on.fetch('/userinfo?access_token=nobody', { headers });
      expect(status).toBe(200);
    }),
    mustNot('7.5.4', 'The status 307 is used nowhere on the way of a login.', async (on) => {
      const visitor = on.newVisitor();
      const { status } = await on.authorize(on.web, {}, visitor);
      expect([302, 303]).toContain(status);
    }),
    must('7.12', 'Characters that no text has are the caller’s mistake.', async (on) => {
      for (const value of ['a\u0000b', '\ud800', '\r\nset-cookie: x=y']) {
        const { status, headers } = await on.authorize(on.web, { state: value, login_hint: value });
        expect(status).toBeLessThan(500);
        expect(headers.getSetCookie().join()).not.toContain('x=y');
      }
    }),
    must(
      '10.1',
      'The implicit grant is gone: no response type brings access tokens.',
      async (on) => {
        const answer = await on.authorize(on.hybrid, { response_type: 'token' });
        expectError(answer, 'unsupported_response_type');
      },
    ),
  ],
};
