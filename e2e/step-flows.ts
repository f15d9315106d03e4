import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tessera/storage';
import { startTestServer, type TestServer } from '@tessera/testkit';
import { decodeJwt, type JWTPayload } from 'jose';
import { CALLBACK, PASSWORD } from './visitor.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const POST_LOGIN = { id: 'post-login', version: 'v3' };

/** An Action: its two handlers' bodies, which know `event`, `api` and secrets. */
export interface StepAction {
  readonly onExecute: string;
  readonly onContinue?: string;
}

/** Two servers on one database, an application, and people who log in step by step. */
export class StepFlows implements AsyncDisposable {
  readonly first: TestServer;
  readonly second: TestServer;
  readonly #database: EmbeddedPostgres;
  readonly #dataDir: string;
  #count = 0;

  private constructor(
    servers: Pick<StepFlows, 'first' | 'second'>,
    database: EmbeddedPostgres,
    dataDir: string,
  ) {
    this.first = servers.first;
    this.second = servers.second;
    this.#database = database;
    this.#dataDir = dataDir;
  }

  static async open(): Promise<StepFlows> {
    const dataDir = mkdtempSync(join(tmpdir(), 'tessera-shared-'));
    chmodSync(dataDir, 0o755);
    const database = await startEmbeddedPostgres({ dataDir: join(dataDir, 'db'), logger: silent });
    const { host, port, user } = database.connection;
    const env = {
      DATABASE_URL: `postgres://${user}@localhost:${port}/${database.connection.database}?host=${encodeURIComponent(host)}`,
      TESSERA_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
    };
    const first = await startTestServer({ env });
    const second = await startTestServer({ env: { ...env, TESSERA_URL: first.url } });
    return new StepFlows({ first, second }, database, dataDir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.second[Symbol.asyncDispose]();
    await this.first[Symbol.asyncDispose]();
    await this.#database.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async addApplication(members: object = {}): Promise<Application> {
    const { management } = this.first;
    return await management.ok('POST', 'clients', {
      name: 'Steps',
      app_type: 'regular_web',
      callbacks: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      ...members,
    });
  }

  async addPerson(): Promise<{ readonly email: string; readonly user_id: string }> {
    this.#count += 1;
    return await this.first.management.ok('POST', 'users', {
      connection: 'Username-Password-Authentication',
      email: `step${this.#count}@example.com`,
      password: PASSWORD,
    });
  }

  /** Binds these Actions, in order, and no others. */
  async bind(...actions: readonly StepAction[]): Promise<void> {
    const { management } = this.first;
    await management.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
    for (const { onExecute, onContinue } of actions) {
      this.#count += 1;
      await management.deployAction({
        name: `Step ${this.#count}`,
        trigger: POST_LOGIN,
        secrets: { KEY: 'a secret of both sites' },
        code: `exports.onExecutePostLogin = async (event, api) => { ${onExecute} };
          ${onContinue === undefined ? '' : `exports.onContinuePostLogin = async (event, api) => { ${onContinue} };`}`,
      });
    }
  }

  newLogin(application: Application, server: TestServer = this.first): StepLogin {
    return new StepLogin(application, new StepBrowser(server), this.first);
  }
}

/** A browser that keeps cookies by name and path, as two tabs need it, and follows nothing by itself. */
export class StepBrowser {
  server: TestServer;
  /** The last page. */
  last = '';
  readonly #cookies = new Map<string, { readonly pair: string; readonly path: string }>();

  constructor(server: TestServer) {
    this.server = server;
  }

  /** Becomes the same browser as another one. */
  takeCookiesOf(other: StepBrowser): void {
    for (const [name, cookie] of other.#cookies) this.#cookies.set(name, cookie);
  }

  async open(path: string, form?: Record<string, string>) {
    const url = new URL(path, this.server.url);
    const cookies = [...this.#cookies.values()].filter((one) => url.pathname.startsWith(one.path));
    const answer = await this.server.fetch(url, {
      headers: { cookie: cookies.map(({ pair }) => pair).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/; */);
      const own = attributes.find((one) => /^path=/i.test(one))?.slice('path='.length) ?? '/';
      this.#cookies.set(`${pair.split('=', 1)[0]} ${own}`, { pair, path: own });
    }
    this.last = await answer.text();
    return { to: answer.headers.get('location'), status: answer.status };
  }
}

interface Application {
  readonly client_id: string;
  readonly client_secret: string;
}

/** One authorization, step by step, in a browser that may have others. */
export class StepLogin {
  readonly visitor: StepBrowser;
  readonly #application: Application;
  readonly #issuer: TestServer;
  readonly #verifier = randomBytes(32).toString('base64url');

  constructor(application: Application, visitor: StepBrowser, issuer: TestServer) {
    this.#application = application;
    this.visitor = visitor;
    this.#issuer = issuer;
  }

  /** Goes on at another server with the same cookies. */
  moveTo(server: TestServer): void {
    this.visitor.server = server;
  }

  /** Another authorization in the same browser. */
  newTab(): StepLogin {
    return new StepLogin(this.#application, this.visitor, this.#issuer);
  }

  /** Asks for authorization, logs in where that is asked for, and follows to where the browser stops. */
  async begin(
    person?: { readonly email: string },
    parameters: Record<string, string> = {},
  ): Promise<URL> {
    const query = new URLSearchParams({
      client_id: this.#application.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid profile offline_access',
      code_challenge: createHash('sha256').update(this.#verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    const at = await this.follow(`/authorize?${query}`);
    if (at.pathname !== '/u/login' || person === undefined) return at;
    return await this.submit({ identifier: person.email, password: PASSWORD });
  }

  /** Follows redirects on the server, and shows the page where they end. */
  async follow(path: string): Promise<URL> {
    let at = new URL(path, this.#issuer.url);
    for (;;) {
      if (at.origin !== new URL(this.#issuer.url).origin) return at;
      const { to } = await this.visitor.open(`${at.pathname}${at.search}`);
      const next = to ?? refreshOf(this.visitor.last);
      if (next === undefined || next === null) return at;
      at = new URL(next, at);
    }
  }

  /** Sends the page's form with what it carries, and follows. */
  async submit(fields: Record<string, string>): Promise<URL> {
    const html = this.visitor.last;
    const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(html) ?? [];
    const hidden = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    const { to } = await this.visitor.open(action, { ...Object.fromEntries(hidden), ...fields });
    const next = to ?? refreshOf(this.visitor.last);
    return next === undefined || next === null
      ? new URL(action, this.#issuer.url)
      : await this.follow(next);
  }

  /** Claims of the ID token that the callback's code is worth. */
  async claimsAt(callback: URL): Promise<JWTPayload> {
    return decodeJwt((await this.tokensAt(callback)).id_token ?? '');
  }

  async tokensAt(callback: URL): Promise<Record<string, string>> {
    const code = callback.searchParams.get('code');
    if (code === null)
      throw new Error(`no code at ${callback}: ${this.visitor.last.slice(0, 1000)}`);
    return await this.#token({
      grant_type: 'authorization_code',
      code,
      code_verifier: this.#verifier,
      redirect_uri: CALLBACK,
    });
  }

  refresh(refreshToken = ''): Promise<Record<string, string>> {
    return this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  async #token(form: Record<string, string>): Promise<Record<string, string>> {
    const { client_id, client_secret } = this.#application;
    const answer = await this.#issuer.fetch(`${this.#issuer.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_id, client_secret }),
    });
    return (await answer.json()) as Record<string, string>;
  }
}

/** Where a page sends the browser by itself. */
function refreshOf(html: string): string | undefined {
  const [, url] = /http-equiv="refresh" content="\d+;\s*url=([^"]+)"/i.exec(html) ?? [];
  return url?.replaceAll('&amp;', '&');
}
