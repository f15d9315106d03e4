import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestServer } from '@tessera/testkit';
import express from 'express';
import openidConnect from 'express-openid-connect';

/** A web application on express-openid-connect, unmodified, in front of a test server. */
export interface ExpressApplication extends AsyncDisposable {
  /**
   * `/login`, `/logout`, and as JSON `/tokens` (the session's ID token claims and access token),
   * `/userinfo`, and `/refreshed` (the access token before and after a refresh).
   */
  readonly url: string;
  readonly clientId: string;
}

export interface ExpressApplicationOptions {
  /** The API that tokens are for; without one the library's own defaults hold: an ID token by form. */
  readonly audience?: string;
  /** More of the library's settings. */
  readonly settings?: openidConnect.ConfigParams;
  /** More of the registration. */
  readonly client?: object;
}

/** Registers the application at the server and starts it on loopback. */
export async function startExpressApplication(
  server: TestServer,
  options: ExpressApplicationOptions,
): Promise<ExpressApplication> {
  const app = express();
  const listener = createServer(app);
  const listening = Promise.withResolvers<void>();
  listener.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const url = `http://localhost:${(listener.address() as AddressInfo).port}`;
  const client = await server.management.ok('POST', 'clients', {
    name: `Express application at ${url}`,
    app_type: 'regular_web',
    callbacks: [`${url}/callback`],
    allowed_logout_urls: [url],
    ...options.client,
  });
  const asksForCode = (audience: string): openidConnect.ConfigParams => ({
    clientSecret: client.client_secret,
    authorizationParams: {
      response_type: 'code',
      scope: 'openid profile email offline_access',
      audience,
    },
  });
  app.use(
    openidConnect.auth({
      issuerBaseURL: server.url,
      baseURL: url,
      clientID: client.client_id,
      ...(options.audience === undefined ? {} : asksForCode(options.audience)),
      secret: 'a secret of the application that is long enough for its cookies',
      authRequired: false,
      auth0Logout: true,
      ...options.settings,
    }),
  );
  app.get('/', (request, response) => {
    response.send(request.oidc.isAuthenticated() ? 'logged in' : 'logged out');
  });
  app.get('/tokens', openidConnect.requiresAuth(), (request, response) => {
    response.json({
      idToken: request.oidc.idTokenClaims,
      accessToken: request.oidc.accessToken?.access_token,
    });
  });
  app.get('/userinfo', openidConnect.requiresAuth(), async (request, response) => {
    response.json(await request.oidc.fetchUserInfo());
  });
  app.get('/refreshed', openidConnect.requiresAuth(), async (request, response) => {
    const before = request.oidc.accessToken?.access_token;
    const refreshed = await request.oidc.accessToken?.refresh();
    response.json({ before, after: refreshed?.access_token });
  });
  return {
    url,
    clientId: client.client_id,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      listener.close(() => closed.resolve());
      listener.closeAllConnections();
      await closed.promise;
    },
  };
}
