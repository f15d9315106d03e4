import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Auth0Client, Auth0ClientOptions } from '@auth0/auth0-spa-js';
import type { TestServer } from '@tessera/testkit';
import type { Page } from 'playwright-core';
import { startHttpBackend } from '../http-backend.ts';

const require = createRequire(import.meta.url);
/** The library's own bundle for pages, as its package has it. */
const BUNDLE = readFileSync(
  require
    .resolve('@auth0/auth0-spa-js')
    .replace(/lib[\\/]auth0-spa-js\.cjs\.js$/, 'auth0-spa-js.production.js'),
);

/** What the pages of the application have as global variables. */
export interface SpaWindow {
  readonly auth0: { createAuth0Client(options: Auth0ClientOptions): Promise<Auth0Client> };
  /** Made by `open`. */
  client: Auth0Client;
}

/** A single-page application on auth0-spa-js, unmodified; another site than the server's. */
export interface SpaApplication extends AsyncDisposable {
  readonly url: string;
  readonly clientId: string;
  /** Loads the application, and makes its client; what that does by itself (a silent login) is done then. */
  open(page: Page, options?: Partial<Auth0ClientOptions>): Promise<void>;
}

/** Registers the application and serves it on loopback, over plain http as developers do. */
export async function startSpaApplication(
  server: TestServer,
  client: object = {},
): Promise<SpaApplication> {
  const backend = await startHttpBackend(async (request, response) => {
    if (request.url === '/auth0.js') {
      response.setHeader('content-type', 'text/javascript').end(BUNDLE);
    } else {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Application</title><script src="/auth0.js"></script>');
    }
  });
  const url = backend.url.replace('127.0.0.1', 'localhost');
  const { client_id: clientId } = await server.management.ok('POST', 'clients', {
    name: `Single page at ${url}`,
    app_type: 'spa',
    callbacks: [url],
    allowed_logout_urls: [url],
    web_origins: [url],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 },
    ...client,
  });
  return {
    url,
    clientId,
    async open(page, options = {}) {
      if (new URL(page.url(), url).origin !== url || page.url() === 'about:blank') {
        await page.goto(url);
      }
      const settings: Auth0ClientOptions = {
        domain: new URL(server.url).host,
        clientId,
        authorizationParams: { redirect_uri: url },
        ...options,
      };
      await page.evaluate(async (given) => {
        const own = window as unknown as SpaWindow;
        own.client = await own.auth0.createAuth0Client(given);
      }, settings);
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}
