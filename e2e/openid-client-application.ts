import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestServer } from '@tessera/testkit';
import * as oauth from 'openid-client';
import type { Page } from 'playwright-core';

/** A web application on openid-client, unmodified: authorization code with PKCE. */
export interface OpenidClientApplication extends AsyncDisposable {
  readonly clientId: string;
  /** Sends the browser to log in, lets `person` act on the pages, and exchanges the code. */
  logIn(
    page: Page,
    person: (page: Page) => Promise<void>,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<oauth.TokenEndpointResponse & oauth.TokenEndpointResponseHelpers>;
  readonly configuration: oauth.Configuration;
}

/** Registers the application at the server and listens for its callback. */
export async function startOpenidClientApplication(
  server: TestServer,
  client: object = {},
): Promise<OpenidClientApplication> {
  const callbacks: URL[] = [];
  let onCallback: ((url: URL) => void) | undefined;
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    response.end('<!doctype html><title>Application</title><p>You are back at the application.');
    if (url.pathname !== '/callback') return;
    callbacks.push(url);
    onCallback?.(url);
  });
  const listening = Promise.withResolvers<void>();
  listener.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const origin = `http://localhost:${(listener.address() as AddressInfo).port}`;
  const redirectUri = `${origin}/callback`;
  const created = await server.management.ok('POST', 'clients', {
    name: `Application at ${origin}`,
    app_type: 'regular_web',
    callbacks: [redirectUri],
    ...client,
  });
  const configuration = await oauth.discovery(
    new URL(server.url),
    created.client_id,
    created.client_secret,
    undefined,
    {
      execute: server.url.startsWith('http:') ? [oauth.allowInsecureRequests] : [],
      [oauth.customFetch]: server.fetch as unknown as oauth.CustomFetch,
    },
  );
  configuration[oauth.customFetch] = server.fetch as unknown as oauth.CustomFetch;

  return {
    clientId: created.client_id,
    configuration,
    async logIn(page, person, parameters = {}) {
      const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
      const expectedState = oauth.randomState();
      const url = oauth.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        state: expectedState,
        code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      });
      const called = Promise.withResolvers<URL>();
      onCallback = called.resolve;
      await page.goto(url.href);
      await person(page);
      return await oauth.authorizationCodeGrant(configuration, await called.promise, {
        pkceCodeVerifier,
        expectedState,
      });
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      listener.close(() => closed.resolve());
      listener.closeAllConnections();
      await closed.promise;
    },
  };
}
