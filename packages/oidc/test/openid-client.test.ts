import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { CALLBACK, CLIENT_SECRET } from './support/entities.ts';
import { logIn } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const API = 'https://api.example.com/';

describe('openid-client', () => {
  let server: TestOidc;
  let config: openid.Configuration;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('openidclient');
    await server.main.addClient({ clientId: 'web' });
    await server.main.addApi({ identifier: API });
    await server.main.store.clientGrants.create({
      id: 'cgr_1',
      clientId: 'web',
      audience: API,
      scope: ['read:items'],
      extra: {},
    });
    ({ userId } = await server.main.addUser('ada'));
    config = await openid.discovery(
      new URL(server.main.issuer),
      'web',
      {},
      openid.ClientSecretPost(CLIENT_SECRET),
      { execute: [openid.allowInsecureRequests] },
    );
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function logInWith(url: URL, checks: openid.AuthorizationCodeGrantChecks) {
    const page = await logIn(server.main, new Browser(), { url, verifier: '' }, userId);
    if (page.location === undefined) throw new Error(page.body);
    return await openid.authorizationCodeGrant(config, page.location, checks);
  }

  async function parameters() {
    const checks = {
      pkceCodeVerifier: openid.randomPKCECodeVerifier(),
      expectedNonce: openid.randomNonce(),
      expectedState: openid.randomState(),
      idTokenExpected: true,
    };
    const params = {
      redirect_uri: CALLBACK,
      scope: 'openid email offline_access read:items',
      audience: API,
      nonce: checks.expectedNonce,
      state: checks.expectedState,
      code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
    };
    return { checks, params };
  }

  test('logs in, reads userinfo, refreshes and revokes', async () => {
    const { checks, params } = await parameters();
    const tokens = await logInWith(openid.buildAuthorizationUrl(config, params), checks);
    expect(tokens.claims()).toMatchObject({ sub: userId, email: 'ada@example.com' });

    const userinfo = await openid.fetchUserInfo(config, tokens.access_token, userId);
    expect(userinfo).toMatchObject({ sub: userId, email_verified: true });

    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);

    await openid.tokenRevocation(config, refreshed.refresh_token ?? '');
    await expect(
      openid.refreshTokenGrant(config, refreshed.refresh_token ?? ''),
    ).rejects.toMatchObject({ error: 'invalid_grant', status: 403 });
  });

  test('pushes its request', async () => {
    const { checks, params } = await parameters();
    const url = await openid.buildAuthorizationUrlWithPAR(config, params);

    expect((await logInWith(url, checks)).claims()?.sub).toBe(userId);
  });

  test('gets a machine token', async () => {
    const tokens = await openid.clientCredentialsGrant(config, { audience: API });

    expect(tokens.scope).toBe('read:items');
  });

  test('learns why it was refused', async () => {
    server.pipeline.on('post-login', () => ({
      end: { kind: 'denied', reason: 'not today' },
      effects: {
        idTokenClaims: {},
        accessTokenClaims: {},
        addedScopes: [],
        removedScopes: [],
        transactionMetadata: {},
      },
    }));
    const { checks, params } = await parameters();

    await expect(
      logInWith(openid.buildAuthorizationUrl(config, params), checks),
    ).rejects.toMatchObject({ error: 'access_denied', error_description: 'not today' });
    server.pipeline.off('post-login');
  });
});
