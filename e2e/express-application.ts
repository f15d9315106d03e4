import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestServer } from '@tessera/testkit';
import express from 'express';
import openidConnect from 'express-openid-connect';

/** A web application on express-openid-connect, unmodified, in front of a test server. */
export interface ExpressApplication extends AsyncDisposable {
  /** `/login`, `/logout` and `/tokens` (the session's ID token claims and access token, as JSON). */
  readonly url: string;
  readonly clientId: string;
}

/** Registers the application at the server and starts it on loopback. */
export async function startExpressApplication(
  server: TestServer,
  options: { readonly audience: string },
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
  });
  app.use(
    openidConnect.auth({
      issuerBaseURL: server.url,
      baseURL: url,
      clientID: client.client_id,
      clientSecret: client.client_secret,
      secret: 'a secret of the application that is long enough for its cookies',
      authRequired: false,
      auth0Logout: true,
      authorizationParams: {
        response_type: 'code',
        scope: 'openid profile email offline_access',
        audience: options.audience,
      },
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
