import { createHash, randomBytes } from 'node:crypto';
import {
  eventually,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '@tessera/testkit';
import { CALLBACK, PASSWORD, Visitor } from './visitor.ts';

export const AUDIENCE = 'https://reports.example.com/';

interface Application {
  readonly client_id: string;
  readonly client_secret: string;
}

type TokenAnswer = { readonly status: number } & Readonly<Record<string, string>>;

const VERSIONS: Readonly<Record<string, string>> = { 'post-login': 'v3' };

/** A real server with a web application, a machine and an API, and the ways through its flows. */
export class LoginFlows implements AsyncDisposable {
  readonly server: TestServer;
  readonly web: Application;
  readonly machine: Application;
  /** Name of the connection that people are in. */
  readonly connection: string;
  #people = 0;

  private constructor(parts: Pick<LoginFlows, 'server' | 'web' | 'machine' | 'connection'>) {
    this.server = parts.server;
    this.web = parts.web;
    this.machine = parts.machine;
    this.connection = parts.connection;
  }

  static async open(options: TestServerOptions = {}): Promise<LoginFlows> {
    const server = await startTestServer(options);
    const { management } = server;
    const web: Application = await management.ok('POST', 'clients', {
      name: 'Web',
      app_type: 'regular_web',
      callbacks: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const machine: Application = await management.ok('POST', 'clients', {
      name: 'M',
      app_type: 'non_interactive',
    });
    await management.ok('POST', 'resource-servers', {
      name: 'Reports',
      identifier: AUDIENCE,
      allow_offline_access: true,
    });
    const grant = { client_id: machine.client_id, audience: AUDIENCE, scope: [] };
    await management.ok('POST', 'client-grants', grant);
    const [{ name: connection }] = await management.ok('GET', 'connections');
    return new LoginFlows({ server, web, machine, connection });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }

  /** Binds no action to the trigger. */
  async unbind(triggerId: string): Promise<void> {
    const path = `actions/triggers/${triggerId}/bindings`;
    await this.server.management.ok('PATCH', path, { bindings: [] });
  }

  /** Binds one action, and no other, to the trigger. */
  async bind(triggerId: string, code: string): Promise<void> {
    await this.unbind(triggerId);
    const trigger = { id: triggerId, version: VERSIONS[triggerId] ?? 'v2' };
    const name = `Of ${triggerId} ${randomBytes(4).toString('hex')}`;
    await this.server.management.deployAction({ name, trigger, code });
  }

  newPerson(): { readonly email: string } {
    this.#people += 1;
    return { email: `person${this.#people}@example.com` };
  }

  async addPerson(): Promise<{ readonly email: string; readonly user_id: string }> {
    return await this.server.management.ok('POST', 'users', {
      connection: this.connection,
      ...this.newPerson(),
      password: PASSWORD,
    });
  }

  newLogin(): Login {
    return new Login(this);
  }

  async token(form: Record<string, string>): Promise<TokenAnswer> {
    const answer = await this.server.fetch(`${this.server.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const body = (await answer.json()) as Record<string, string>;
    return { status: answer.status, ...body } as TokenAnswer;
  }

  refresh(refreshToken = ''): Promise<TokenAnswer> {
    return this.token({
      grant_type: 'refresh_token',
      ...credentialsOf(this.web),
      refresh_token: refreshToken,
    });
  }

  /** Executions that the newest log entry of this type and user (or application) names. */
  async executionsOf(type: string, of: string): Promise<readonly string[]> {
    const entries = await this.server.management.ok('GET', 'logs?per_page=50&sort=date:-1');
    const entry = entries.find(
      (one: Record<string, unknown>) =>
        one.type === type && [one.user_id, one.client_id].includes(of),
    );
    if (entry === undefined) throw new Error(`no entry ${type} of ${of}`);
    return entry.details?.actions?.executions ?? [];
  }

  /** The finished record of the run of `triggerId` among the executions. */
  async recordOf(triggerId: string, ids: readonly string[]) {
    return await eventually(`record of ${triggerId} among ${ids.join(', ')}`, async () => {
      for (const id of ids) {
        const { status, body } = await this.server.management.request(
          'GET',
          `actions/executions/${encodeURIComponent(id)}`,
        );
        if (status === 200 && body.trigger_id === triggerId && body.status !== 'pending')
          return body;
      }
      return undefined;
    });
  }
}

/** A login of an application that may refresh, and what redeems its code. */
class Login {
  readonly visitor: Visitor;
  readonly #flows: LoginFlows;
  readonly #verifier = randomBytes(32).toString('base64url');

  constructor(flows: LoginFlows) {
    this.#flows = flows;
    this.visitor = new Visitor(flows.server);
  }

  async authorize(person?: { readonly email: string }, parameters: Record<string, string> = {}) {
    const query = new URLSearchParams({
      client_id: this.#flows.web.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid offline_access',
      audience: AUDIENCE,
      code_challenge: createHash('sha256').update(this.#verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return await this.visitor.authorize(`/authorize?${query}`, person);
  }

  async tokens(person?: { readonly email: string }, parameters: Record<string, string> = {}) {
    return await this.redeem(await this.authorize(person, parameters));
  }

  redeem(callback: URLSearchParams): Promise<TokenAnswer> {
    return this.#flows.token({
      grant_type: 'authorization_code',
      ...credentialsOf(this.#flows.web),
      code: callback.get('code') ?? '',
      code_verifier: this.#verifier,
      redirect_uri: CALLBACK,
    });
  }
}

export function credentialsOf({ client_id, client_secret }: Application) {
  return { client_id, client_secret };
}
