import { createHash, randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createManagement,
  type Management,
  startTestServer,
  type TestServer,
} from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALLBACK, hiddenOf, PASSWORD } from './visitor.ts';

/** What the default tenant, as the provider, says of a person. */
const ADA = { email: 'ada@upstream.example', given_name: 'Ada', family_name: 'Lovelace' };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Every tenant's host is this machine; the resolver need not know that. */
async function send(
  url: URL,
  init: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  } = {},
): Promise<Answer> {
  const done = Promise.withResolvers<Answer>();
  const request = httpRequest(
    {
      host: '127.0.0.1',
      port: url.port,
      path: `${url.pathname}${url.search}`,
      method: init.method ?? 'GET',
      headers: { ...init.headers, host: url.host },
    },
    (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        done.resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    },
  );
  request.on('error', done.reject);
  request.end(init.body);
  return await done.promise;
}

/** A browser that keeps cookies by host and follows redirects by hand. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async open(url: URL, form?: Record<string, string>) {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>();
    this.#cookies.set(url.host, jar);
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const answer = await send(
      url,
      form === undefined
        ? { headers: { cookie } }
        : {
            method: 'POST',
            headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams(form).toString(),
          },
    );
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/) ?? [];
      jar.set(name, value);
    }
    const { location } = answer.headers;
    return {
      url,
      status: answer.status,
      text: answer.body,
      to: typeof location === 'string' ? new URL(location, url) : undefined,
    };
  }

  /** Follows redirects until a page, or an address that `stops`. */
  async follow(start: URL, stops: (url: URL) => boolean = () => false) {
    let page = await this.open(start);
    while (page.to !== undefined && !page.to.href.startsWith(CALLBACK) && !stops(page.to)) {
      page = await this.open(page.to);
    }
    return page;
  }
}

let server: TestServer;
/** The tenant whose people log in at the default tenant. */
let downstream: Management;
let downstreamUrl: string;
let app: { readonly client_id: string; readonly client_secret: string };
let connectionId: string;
let rogue: Server;

const isCallback = (url: URL): boolean => url.pathname === '/login/callback';

/** The management API of the second tenant. */
async function openDownstream(): Promise<Management> {
  const platform = await server.getToken(`${server.url}/platform/v1/`);
  const created = await server.fetch(`${server.url}/platform/v1/tenants`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'acme' }),
  });
  const { client_id, client_secret } = (await created.json()) as Record<string, string>;
  const headers = { 'content-type': 'application/json' };
  return createManagement({
    url: downstreamUrl,
    fetch: (async (input: string, init: Parameters<typeof send>[1]) => {
      const { status, body } = await send(new URL(input), init);
      return { status, text: async () => body };
    }) as unknown as TestServer['fetch'],
    getToken: async (audience) => {
      const grant = { grant_type: 'client_credentials', audience, client_id, client_secret };
      const body = JSON.stringify(grant);
      const url = new URL('/oauth/token', downstreamUrl);
      return JSON.parse((await send(url, { method: 'POST', headers, body })).body).access_token;
    },
  });
}

beforeAll(async () => {
  server = await startTestServer({ env: { TESSERA_EGRESS_ALLOW: 'localhost' } });
  const upstream = server.management;
  downstreamUrl = `http://acme.localhost:${new URL(server.url).port}`;
  downstream = await openDownstream();
  const client = await upstream.ok('POST', 'clients', {
    name: 'Downstream',
    app_type: 'regular_web',
    callbacks: [`${downstreamUrl}/login/callback`],
    grant_types: ['authorization_code'],
  });
  const [database] = await upstream.ok('GET', 'connections?strategy=auth0');
  await upstream.ok('POST', 'users', {
    ...ADA,
    connection: database.name,
    password: PASSWORD,
    email_verified: true,
  });
  app = await downstream.ok('POST', 'clients', {
    name: 'App',
    app_type: 'regular_web',
    callbacks: [CALLBACK],
    grant_types: ['authorization_code'],
  });
  const connection = await downstream.ok('POST', 'connections', {
    name: 'corp',
    display_name: 'Corporate login',
    strategy: 'oidc',
    enabled_clients: [app.client_id],
    options: {
      type: 'back_channel',
      issuer: `${server.url}/`,
      client_id: client.client_id,
      client_secret: client.client_secret,
      scope: 'openid profile email',
    },
  });
  connectionId = connection.id;
  rogue = createServer((_request, response) => response.writeHead(200).end('{}'));
  const listening = Promise.withResolvers<void>();
  rogue.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
}, 120_000);
afterAll(async () => {
  rogue?.closeAllConnections();
  rogue?.close();
  await server?.[Symbol.asyncDispose]();
});

function authorization(params: Record<string, string> = { connection: 'corp' }) {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL('/authorize', downstreamUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: app.client_id,
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    state: 'app-state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  }).toString();
  return { url, verifier };
}

/** From an authorization request to the login page of the upstream tenant. */
async function goUpstream(browser: Browser, url: URL) {
  const page = await browser.follow(url);
  expect(page.url.host).toBe(new URL(server.url).host);
  return page;
}

/** Logs in upstream; returns the address of the callback here that the browser is sent to. */
async function logInUpstream(browser: Browser, url: URL, password = PASSWORD): Promise<URL> {
  const page = await goUpstream(browser, url);
  const form = { ...hiddenOf(page.text), identifier: ADA.email, password };
  const submitted = await browser.open(new URL('/u/login', page.url), form);
  if (submitted.to === undefined) throw new Error(submitted.text.slice(0, 2000));
  const last = await browser.follow(submitted.to, isCallback);
  if (last.to === undefined || !isCallback(last.to)) throw new Error(last.text.slice(0, 2000));
  return last.to;
}

async function claimsOf(end: { readonly to: URL | undefined }, verifier: string) {
  const answer = await send(new URL('/oauth/token', downstreamUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: app.client_id,
      client_secret: app.client_secret,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
      code: end.to?.searchParams.get('code') ?? '',
    }).toString(),
  });
  const { id_token: idToken = '' } = JSON.parse(answer.body) as { id_token?: string };
  return JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString());
}

const logTypes = async (): Promise<{ type: string; description?: string }[]> =>
  await downstream.ok('GET', 'logs?per_page=3');

describe('a login at an upstream provider', () => {
  test('goes straight there, creates the user, and tells Actions of it', async () => {
    await downstream.deployAction({
      name: 'Tell',
      trigger: { id: 'post-login', version: 'v3' },
      code: `exports.onExecutePostLogin = async (event, api) => {
        const { connection, user, authentication } = event;
        api.idToken.setCustomClaim('https://x.example/seen', {
          strategy: connection.strategy, identity: user.identities[0], methods: authentication.methods.map((m) => m.name),
        });
      };`,
    });
    const browser = new Browser();
    const { url, verifier } = authorization();
    const claims = await claimsOf(
      await browser.follow(await logInUpstream(browser, url)),
      verifier,
    );
    expect(claims).toMatchObject({
      sub: expect.stringMatching(/^oidc\|corp\|auth0\|/),
      email: ADA.email,
      email_verified: true,
      given_name: 'Ada',
      'https://x.example/seen': {
        strategy: 'oidc',
        identity: { provider: 'oidc', connection: 'corp' },
        methods: ['federated'],
      },
    });
    await downstream.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
  });

  test('is a button on the login page, and brings the profile up to date', async () => {
    const [before] = await downstream.ok('GET', `users-by-email?email=${ADA.email}`);
    await downstream.ok('PATCH', `connections/${connectionId}`, { show_as_button: true });
    const [{ name: database, id }] = await downstream.ok('GET', 'connections?strategy=auth0');
    await downstream.ok('PATCH', `connections/${id}/clients`, [
      { client_id: app.client_id, status: true },
    ]);
    expect(database).toBeDefined();
    const [person] = await server.management.ok('GET', `users-by-email?email=${ADA.email}`);
    await server.management.ok('PATCH', `users/${encodeURIComponent(person.user_id)}`, {
      given_name: 'Augusta',
    });
    const browser = new Browser();
    const { url, verifier } = authorization({});
    const page = await browser.follow(url);
    expect(page.text).toContain('Corporate login');
    const form = { ...hiddenOf(page.text), connection: 'corp' };
    const { to } = await browser.open(new URL('/u/login/federated', page.url), form);
    if (to === undefined) throw new Error('the button leads nowhere');
    const claims = await claimsOf(await browser.follow(await logInUpstream(browser, to)), verifier);
    expect(claims).toMatchObject({ sub: before.user_id, given_name: 'Augusta' });
    const user = await downstream.ok('GET', `users/${encodeURIComponent(before.user_id)}`);
    expect(user.logins_count).toBe(before.logins_count + 1);
  });

  test('an address that somebody else of the provider had keeps nobody out', async () => {
    const [ada] = await server.management.ok('GET', `users-by-email?email=${ADA.email}`);
    const path = `users/${encodeURIComponent(ada.user_id)}`;
    await server.management.ok('PATCH', path, { email: 'moved@upstream.example' });
    const bob = await server.management.ok('POST', 'users', {
      ...{ email: ADA.email, given_name: 'Bob', connection: ada.identities[0].connection },
      ...{ password: PASSWORD, email_verified: true },
    });
    const { url, verifier } = authorization();
    const browser = new Browser();
    const end = await browser.follow(await logInUpstream(browser, url));
    const claims = await claimsOf(end, verifier);
    expect(claims).toMatchObject({ sub: `oidc|corp|${bob.user_id}`, given_name: 'Bob' });
    expect(claims).not.toHaveProperty('email');
    await server.management.ok('DELETE', `users/${encodeURIComponent(bob.user_id)}`);
    await server.management.ok('PATCH', path, { email: ADA.email });
  });

  test("passes on the provider's refusal", async () => {
    const browser = new Browser();
    const { to: asked } = await browser.follow(
      authorization().url,
      (to) => to.host === new URL(server.url).host,
    );
    if (asked === undefined) throw new Error('nobody was sent to the provider');
    const callback = new URL('/login/callback', downstreamUrl);
    callback.search = new URLSearchParams({
      state: asked.searchParams.get('state') ?? '',
      error: 'access_denied',
      error_description: 'not today',
      iss: `${server.url}/`,
    }).toString();
    const end = await browser.follow(callback);
    expect(end.to?.searchParams.get('error')).toBe('access_denied');
    expect(end.to?.searchParams.get('error_description')).toBe('not today');
    expect((await logTypes())[0]).toMatchObject({ type: 'f', description: 'not today' });
  });
});

describe('attacks on a login at an upstream provider', () => {
  test('an answer is good once, and in the browser that asked', async () => {
    const browser = new Browser();
    const callback = await logInUpstream(browser, authorization().url);
    const elsewhere = await new Browser().open(callback);
    expect(elsewhere.status).toBe(400);
    // The victim has cookies of their own; the login is still another browser's.
    const victim = new Browser();
    await goUpstream(victim, authorization().url);
    expect((await victim.open(callback)).status).toBe(400);
    const end = await browser.follow(callback);
    expect(end.to?.searchParams.has('code')).toBe(true);
    expect((await browser.open(callback)).status).toBe(400);
  });

  test('an answer of another provider is refused (mix-up), and one without a code', async () => {
    const browser = new Browser();
    const callback = await logInUpstream(browser, authorization().url);
    callback.searchParams.set('iss', 'https://evil.example/');
    expect((await browser.open(callback)).status).toBe(502);
    // It is used up.
    callback.searchParams.set('iss', `${server.url}/`);
    expect((await browser.open(callback)).status).toBe(400);
    const other = new Browser();
    const second = await logInUpstream(other, authorization().url);
    second.searchParams.delete('code');
    expect((await other.open(second)).status).toBe(502);
  });

  test("another login's code is refused (nonce and PKCE)", async () => {
    const attacker = new Browser();
    const stolen = await logInUpstream(attacker, authorization().url);
    const victim = new Browser();
    const own = await logInUpstream(victim, authorization().url);
    own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect((await victim.open(own)).status).toBe(502);
  });

  test('unknown and repeated parameters are no login', async () => {
    for (const query of ['', '?state=x', '?state=x&state=y', `?state=${'x'.repeat(5000)}`]) {
      const answer = await new Browser().open(new URL(`/login/callback${query}`, downstreamUrl));
      expect(answer.status).toBe(400);
    }
  });

  test('private addresses stay out of reach unless the operator says so', async () => {
    const { port } = rogue.address() as AddressInfo;
    let wasReached = false;
    rogue.on('request', () => {
      wasReached = true;
    });
    await downstream.ok('POST', 'connections', {
      name: 'inside',
      strategy: 'oidc',
      enabled_clients: [app.client_id],
      options: { issuer: `http://127.0.0.1:${port}/`, client_id: 'x' },
    });
    const page = await new Browser().follow(authorization({ connection: 'inside' }).url);
    expect(page.status).toBe(502);
    expect(page.text).toContain('<title>We could not log you in with inside');
    expect(wasReached).toBe(false);
    // The page sends the person to those who read this.
    const logs = await downstream.ok('GET', 'logs?q=type:f&per_page=1');
    expect(logs).toMatchObject([
      { connection: 'inside', description: expect.stringContaining('cannot be discovered: ') },
    ]);
    expect(JSON.stringify(logs)).toContain('127.0.0.1 is a loopback address');
  });
});

describe('connections of strategy oidc', () => {
  test('never answer their secret, and keep it when a change names none', async () => {
    const path = `connections/${connectionId}`;
    const read = await downstream.ok('GET', path);
    expect(read.options).toMatchObject({ issuer: `${server.url}/`, type: 'back_channel' });
    expect(JSON.stringify(read)).not.toContain('secret');
    const { options } = await downstream.ok('PATCH', path, { options: read.options });
    expect(options).not.toHaveProperty('client_secret');
    const browser = new Browser();
    const { url } = authorization();
    const end = await browser.follow(await logInUpstream(browser, url));
    expect(end.to?.searchParams.has('code')).toBe(true);
  });

  test.for([
    ['no issuer', { client_id: 'x' }],
    ['no client', { issuer: 'https://id.example.com/' }],
    ['plain http', { client_id: 'x', issuer: 'http://id.example.com/' }],
    ['another protocol', { client_id: 'x', issuer: 'file:///etc/passwd' }],
    ['a password in the address', { client_id: 'x', issuer: 'https://a:b@id.example.com/' }],
    ['the front channel', { client_id: 'x', issuer: 'https://i.example/', type: 'front_channel' }],
  ] as const)('refuse %s', async ([, options]) => {
    const body = { name: 'refused', strategy: 'oidc', options };
    const answer = await downstream.request('POST', 'connections', body);
    expect(answer.status).toBe(400);
  });
});
