import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { createPageRenderer } from '../src/index.ts';
import type { OpenPages } from './open-pages.ts';

const PATH = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

/** False where the distribution's Chromium is not installed; its tests are then skipped. */
export const hasBrowser = PATH !== undefined;

/** A headless Chromium that does nothing on its own account. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** An application on an origin of its own, which sends its visitors on to a third one. */
export async function startApplication() {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    if (url.pathname === '/callback') {
      response.writeHead(302, { location: `http://localhost:${port}/home${url.search}` }).end();
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Home</title>home');
    }
  });
  const port = await listen(server);
  return {
    callback: `http://127.0.0.1:${port}/callback`,
    home: `http://localhost:${port}/home`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Serves the pages on loopback, with the protocol's part of the way: the resume path and its pages. */
export async function servePages(pages: OpenPages, callback: string): Promise<string> {
  const { app, place, services } = pages;
  const renderer = createPageRenderer(services);
  const show = (path: string, render: () => Promise<string>) =>
    app.get(path, async (_request, reply) =>
      reply.headers(renderer.headers(context())).send(await render()),
    );
  const context = () => services.contextOf({});
  app.get<{ Params: { state: string } }>('/authorize/:state', async (request, reply) =>
    reply.redirect(`${callback}?state=${request.params.state}`, 303),
  );
  show('/test/logged-out', () => renderer.loggedOut(context()));
  show('/test/error', () =>
    renderer.error(context(), {
      error: 'invalid_request',
      description: 'The callback is not one of the application’s.',
      traceId: 'trace-1',
    }),
  );
  show('/test/confirm', () =>
    renderer.confirmLogout(
      context(),
      '<form id="op.logoutForm" method="post" action="/x"><input type="hidden" name="xsrf" value="1"/></form>',
    ),
  );
  show('/test/consent', () =>
    renderer.consent(context(), {
      state: 's',
      submitUrl: '/x',
      clientName: 'Postcard Maker',
      userName: 'ada@example.com',
      scopes: [
        { value: 'openid' },
        { value: 'email' },
        { value: 'read:notes', description: 'Read your notes' },
        { value: 'write:notes' },
      ],
      csrfToken: 't',
    }),
  );
  place.baseUrl = `${await app.listen({ port: 0, host: '127.0.0.1' })}/`;
  return place.baseUrl;
}
