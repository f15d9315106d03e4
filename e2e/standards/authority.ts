import { createHash, randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { expect } from 'vitest';
import { AUDIENCE, credentialsOf, LoginFlows } from '../login-flows.ts';
import { CALLBACK, Visitor } from '../visitor.ts';

/** A registered application. */
export interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: rows read any member of any answer; a wrong one fails their assertions
  readonly body: any;
}

export type Fields = Readonly<Record<string, string>> | URLSearchParams;

/** What an authorization request came to: a page, or an answer to the application. */
export interface AuthorizeAnswer extends Answer {
  /** Where the browser is sent. */
  readonly to: string | undefined;
  /** Fields that the application gets, in query or fragment; undefined when it gets none. */
  readonly response: URLSearchParams | undefined;
}

export interface Code {
  readonly code: string;
  readonly verifier: string;
  readonly callback: URL;
  readonly nonce: string;
}

export const OTHER_CALLBACK = 'http://127.0.0.1:9/other';
/** Has a scope of its own, and is nobody's default. */
export { AUDIENCE, CALLBACK };
/** In the list of allowed logout addresses. */
export const LOGGED_OUT = 'http://127.0.0.1:9/logged-out';

/** A real authorization server over TLS with applications of each kind, and ways to ask it for anything. */
export class Authority implements AsyncDisposable {
  readonly flows: LoginFlows;
  readonly person: { readonly email: string; readonly user_id: string };
  /** Confidential, sends its secret in the body; two callbacks. */
  readonly web: Registered;
  /** Confidential, sends its secret by HTTP Basic; one callback. */
  readonly basic: Registered;
  /** Public, for a browser. */
  readonly spa: Registered;
  /** Public, on a device: a loopback callback and one with a scheme of its own. */
  readonly native: Registered;
  /** Confidential, may get ID tokens from the authorization endpoint. */
  readonly hybrid: Registered;
  /** Confidential, of somebody else: people are asked for their consent. */
  readonly foreign: Registered;
  readonly machine: Registered;
  #browser: Visitor | undefined;

  private constructor(
    flows: LoginFlows,
    person: Authority['person'],
    clients: Readonly<
      Record<'web' | 'basic' | 'spa' | 'native' | 'hybrid' | 'foreign', Registered>
    >,
  ) {
    this.flows = flows;
    this.person = person;
    this.web = clients.web;
    this.basic = clients.basic;
    this.spa = clients.spa;
    this.native = clients.native;
    this.hybrid = clients.hybrid;
    this.foreign = clients.foreign;
    this.machine = flows.machine;
  }

  static async open(): Promise<Authority> {
    const flows = await LoginFlows.open({ tls: true });
    const code = ['authorization_code', 'refresh_token'];
    const register = async (name: string, settings: object): Promise<Registered> =>
      await flows.server.management.ok('POST', 'clients', {
        name,
        app_type: 'regular_web',
        callbacks: [CALLBACK],
        grant_types: code,
        allowed_logout_urls: [LOGGED_OUT],
        ...settings,
      });
    const rotating = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 };
    const open = { token_endpoint_auth_method: 'none', refresh_token: rotating };
    const clients = {
      web: await register('Two callbacks', {
        callbacks: [CALLBACK, OTHER_CALLBACK],
        refresh_token: rotating,
      }),
      basic: await register('Basic', { token_endpoint_auth_method: 'client_secret_basic' }),
      spa: await register('Page', {
        app_type: 'spa',
        callbacks: [CALLBACK, 'https://app.example.com/callback'],
        web_origins: ['https://app.example.com'],
        ...open,
      }),
      native: await register('Device', {
        app_type: 'native',
        callbacks: [
          'http://127.0.0.1/callback',
          'com.example.app:/callback',
          'https://app.example.com/native',
        ],
        ...open,
      }),
      hybrid: await register('Hybrid', { grant_types: [...code, 'implicit'] }),
      foreign: await register('Somebody else’s', { is_first_party: false }),
    };
    return new Authority(flows, await flows.addPerson(), clients);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flows[Symbol.asyncDispose]();
  }

  get url(): string {
    return this.flows.server.url;
  }

  get issuer(): string {
    return `${this.url}/`;
  }

  newVisitor(): Visitor {
    return new Visitor(this.flows.server);
  }

  /** A browser in which the person is logged in. */
  async browser(): Promise<Visitor> {
    if (this.#browser !== undefined) return this.#browser;
    const visitor = this.newVisitor();
    await visitor.authorize(`/authorize?${this.#query(this.spa, {})}`, this.person);
    this.#browser = visitor;
    return visitor;
  }

  /** Any request; nothing is followed. */
  async fetch(
    path: string,
    init: Parameters<LoginFlows['server']['fetch']>[1] = {},
  ): Promise<Answer> {
    const answer = await this.flows.server.fetch(new URL(path, this.url), init);
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: answer.status,
      headers: answer.headers as unknown as Headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  async post(path: string, form: Fields, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form).toString(),
    });
  }

  async token(form: Fields, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.post('/oauth/token', form, headers);
  }

  async discovery(): Promise<Answer> {
    return await this.fetch('/.well-known/openid-configuration');
  }

  /** Fields of a request that is in order, changed by `parameters`; an empty value leaves one out. */
  #query(client: Registered, parameters: Fields): URLSearchParams {
    const query = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      state: 'a state',
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
    });
    for (const [name, value] of new URLSearchParams(parameters)) {
      if (value === '') query.delete(name);
      else query.set(name, value);
    }
    return query;
  }

  /** An authorization request, in the browser where the person is logged in unless another one is given. */
  async authorize(
    client: Registered,
    parameters: Fields = {},
    visitor?: Visitor,
  ): Promise<AuthorizeAnswer> {
    return await this.ask(this.#query(client, parameters), visitor);
  }

  /** The same with the query as it is. */
  async ask(query: URLSearchParams | string, visitor?: Visitor): Promise<AuthorizeAnswer> {
    const { status, headers, text, to } = await (visitor ?? (await this.browser())).open(
      `/authorize?${query}`,
    );
    return {
      status,
      headers: headers as unknown as Headers,
      text,
      body: undefined,
      to: to ?? undefined,
      response: responseIn(to),
    };
  }

  /** A code for the person who is logged in. */
  async code(client: Registered, parameters: Fields = {}): Promise<Code> {
    const nonce = randomBytes(12).toString('hex');
    const verifier = randomBytes(32).toString('base64url');
    const own = { nonce, code_challenge: challengeOf(verifier) };
    const asked = { ...own, ...Object.fromEntries(new URLSearchParams(parameters)) };
    if ('scope' in asked && !String(asked.scope).includes('openid')) asked.nonce = '';
    const { to, response, text } = await this.authorize(client, asked);
    const code = response?.get('code');
    if (code == null || to === undefined)
      throw new Error(`no code but ${to}: ${text.slice(0, 500)}`);
    return { code, verifier, nonce, callback: new URL(to) };
  }

  /** Redeems a code as its application does, with changes. */
  async redeem(
    client: Registered,
    { code, verifier }: Code,
    changes: Fields = {},
  ): Promise<Answer> {
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      ...authenticationOf(this, client).form,
      code,
      code_verifier: verifier,
      redirect_uri: CALLBACK,
    });
    for (const [name, value] of new URLSearchParams(changes)) {
      if (value === '') form.delete(name);
      else form.set(name, value);
    }
    return await this.token(form, authenticationOf(this, client).headers);
  }

  /** Tokens of the person who is logged in. */
  // biome-ignore lint/suspicious/noExplicitAny: see `Answer.body`
  async tokens(client: Registered, parameters: Fields = {}): Promise<any> {
    const redirect = new URLSearchParams(parameters).get('redirect_uri');
    const changes = redirect === null ? {} : { redirect_uri: redirect };
    const answer = await this.redeem(client, await this.code(client, parameters), changes);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  }

  async refresh(client: Registered, refreshToken: string, changes: Fields = {}): Promise<Answer> {
    const { form, headers } = authenticationOf(this, client);
    const own = { grant_type: 'refresh_token', ...form, refresh_token: refreshToken };
    return await this.token(
      { ...own, ...Object.fromEntries(new URLSearchParams(changes)) },
      headers,
    );
  }

  async revoke(client: Registered, form: Fields): Promise<Answer> {
    const authentication = authenticationOf(this, client);
    const own = Object.fromEntries(new URLSearchParams(form));
    return await this.post(
      '/oauth/revoke',
      { ...authentication.form, ...own },
      authentication.headers,
    );
  }

  async push(client: Registered, parameters: Fields = {}): Promise<Answer> {
    const { form, headers } = authenticationOf(this, client);
    const query = Object.fromEntries(this.#query(client, parameters));
    return await this.post('/oauth/par', { ...query, ...form }, headers);
  }

  async userinfo(token: string): Promise<Answer> {
    return await this.fetch('/userinfo', { headers: { authorization: `Bearer ${token}` } });
  }

  /** What an ID token says, once its signature is verified with the published keys. */
  async read(token: string): Promise<JWTPayload> {
    const { body } = await this.fetch('/.well-known/jwks.json');
    const keys = createLocalJWKSet(body as JSONWebKeySet);
    return (await jwtVerify(token, keys, { issuer: this.issuer })).payload;
  }

  async register(settings: object): Promise<Registered> {
    return await this.flows.server.management.ok('POST', 'clients', {
      name: `Of a row ${randomBytes(4).toString('hex')}`,
      app_type: 'regular_web',
      callbacks: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      ...settings,
    });
  }
}

/** The verifier of requests whose code nobody redeems. */
const VERIFIER = 'a-verifier-of-a-request-whose-code-nobody-redeems';

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** How a registered application proves who it is. */
function authenticationOf(on: Authority, client: Registered) {
  const isPublic = client === on.spa || client === on.native;
  if (client === on.basic) return { form: {}, headers: { authorization: basicOf(client) } };
  if (isPublic) return { form: { client_id: client.client_id }, headers: {} };
  return { form: credentialsOf(client), headers: {} };
}

export function basicOf({ client_id, client_secret }: Registered): string {
  const pair = [client_id, client_secret].map(encodeURIComponent).join(':');
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** Any registered address of an application: answers go there, and only there. */
function responseIn(to: string | null): URLSearchParams | undefined {
  const url = to === null ? null : URL.parse(to);
  if (url === null || (url.protocol === 'https:' && url.hostname === 'localhost')) return undefined;
  return new URLSearchParams(url.hash === '' ? url.search : url.hash.slice(1));
}

/** The page tells the person, and sends nobody anywhere. */
export function expectPage(answer: AuthorizeAnswer | Answer): void {
  expect(answer.headers.get('location')).toBeNull();
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers.get('content-type')).toContain('text/html');
}

/** The application is told of an error, and gets nothing else. */
export function expectError(answer: AuthorizeAnswer, error: string | RegExp): void {
  const { response, text } = answer;
  expect(response?.get('error') ?? 'no error', `${answer.to}: ${text.slice(0, 300)}`).toMatch(
    error,
  );
  expect(response?.get('code')).toBeNull();
  expect(response?.get('id_token')).toBeNull();
}
