import { randomBytes } from 'node:crypto';
import { createAccounts, createImportUsersHandler, createMultifactor } from '@tessera/accounts';
import {
  MANAGEMENT_OPERATIONS,
  MANAGEMENT_SCOPES,
  type Operation,
  PLATFORM_OPERATIONS,
  PLATFORM_SCOPES,
} from '@tessera/api-contract';
import type { TriggerPipeline } from '@tessera/engine';
import type {
  ActionLimits,
  Logger,
  Messages,
  RequestContext,
  SigningKey,
  Store,
  Tenant,
  TenantStore,
} from '@tessera/model';
import { openTestStore } from '@tessera/testkit';
import Fastify from 'fastify';
import { importJWK, type JWTPayload, SignJWT } from 'jose';
import { expect } from 'vitest';
import {
  createBuildHandlers,
  createSigningKey,
  managementApi,
  managementAudience,
  platformAudience,
  provisionTenant,
} from '../../src/index.ts';
import { BuildQueue } from './build-queue.ts';
import { fakeBuilder } from './fake-builder.ts';
import { FakeRunner } from './fake-runner.ts';

/** What a request was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any member of any answer; a wrong one fails their assertions
  readonly body: any;
}

export interface RequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, with `contentType`. */
  readonly raw?: string;
  readonly contentType?: string;
  /** Scopes of the token; all by default. */
  readonly scopes?: readonly string[];
  /** The whole header; `null` for none. */
  readonly authorization?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const ALL_SCOPES = [...MANAGEMENT_SCOPES, ...PLATFORM_SCOPES].map(({ value }) => value);
/** Nothing is bound: registrations pass. */
const pipeline: TriggerPipeline = {
  hasActions: async () => false,
  run: async () => ({
    end: { kind: 'completed' },
    effects: {
      idTokenClaims: {},
      accessTokenClaims: {},
      addedScopes: [],
      removedScopes: [],
      transactionMetadata: {},
    },
  }),
};

/** Sends nothing: what becomes of messages is tested where they are sent. */
const noMessages: Messages = {
  sendEmail: async () => undefined,
  sendPhoneMessage: async () => undefined,
};

/** The server's limits of Actions. */
export const TEST_ACTION_LIMITS: ActionLimits = {
  heapMb: 160,
  memoryMb: 256,
  concurrentRuns: 250,
  consoleBytes: 65_536,
  requestsPerRun: 200,
  networkBytesPerRun: 1_000_000,
  dependenciesMb: 256,
};

let keys: Promise<readonly SigningKey[]> | undefined;
/** RSA keys take long to make: those of a test file share their numbers, never their ids. */
async function createTestKey(state: 'current' | 'next'): Promise<SigningKey> {
  const services = { randomBytes, now: new Date() };
  keys ??= Promise.all([createSigningKey('current', services), createSigningKey('next', services)]);
  const made = (await keys).find((key) => key.state === state);
  if (made === undefined) throw new Error(`no ${state} key`);
  return { ...made, kid: randomBytes(8).toString('hex') };
}

/** The operator's log of a test. */
class TestLogger implements Logger {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] =
    [];
  debug = (fields: object, message: string) =>
    void this.lines.push({ level: 'debug', fields, message });
  info = (fields: object, message: string) =>
    void this.lines.push({ level: 'info', fields, message });
  warn = (fields: object, message: string) =>
    void this.lines.push({ level: 'warn', fields, message });
  error = (fields: object, message: string) =>
    void this.lines.push({ level: 'error', fields, message });
}

/** The management API over real HTTP on a real store, with a default tenant. */
export class TestManagement implements AsyncDisposable {
  readonly store: Store;
  readonly logger = new TestLogger();
  readonly queue = new BuildQueue();
  readonly runner = new FakeRunner();
  readonly url: string;
  readonly #tenants = new Map<string, Tenant>();
  readonly #close: () => Promise<void>;
  /** Tenants whose limits or rules were changed, in order. */
  readonly changedTenants: string[] = [];
  /** Builds run after each request, unless switched off. */
  buildsRunAtOnce = true;

  private constructor(store: Store, server: { url: string; close: () => Promise<void> }) {
    this.store = store;
    this.url = server.url;
    this.#close = server.close;
  }

  static async open(name: string): Promise<TestManagement> {
    const database = await openTestStore(name);
    const { store } = database;
    // The one that the test store makes has no keys.
    await store.tenants.delete(database.tenant.id);
    const app = Fastify({ routerOptions: { maxParamLength: 1_000 } });
    let management: TestManagement | undefined;
    const current = () => {
      if (management === undefined) throw new Error('not open yet');
      return management;
    };
    const logger = new TestLogger();
    const clock = { now: () => new Date() };
    const queue = {
      enqueue: (...args: Parameters<BuildQueue['enqueue']>) => current().queue.enqueue(...args),
    };
    const runner = new FakeRunner();
    await app.register(
      managementApi({
        store,
        clock,
        randomBytes,
        logger,
        messages: noMessages,
        multifactor: createMultifactor({
          messages: noMessages,
          rateLimits: store.rateLimits,
          clock,
          randomBytes,
        }),
        // Both tags, in place of a real parser.
        findPageTemplateProblem: (template) =>
          template.includes('auth0:head') && template.includes('auth0:widget')
            ? undefined
            : 'Payload content missing required Liquid tags (auth0:head and auth0:widget).',
        findTemplateProblem: (source) => (source.includes('{% if %}') ? 'bad tag' : undefined),
        jobs: queue,
        runner,
        accounts: createAccounts({
          pipeline,
          jobs: queue,
          rateLimits: store.rateLimits,
          clock,
          randomBytes,
          logger,
          messages: noMessages,
          argon2: { memoryKiB: 8, iterations: 1 },
        }),
        contextOf: (raw) => current().contextOf(raw as { headers: Record<string, string> }),
        baseUrlOf,
        actionLimits: TEST_ACTION_LIMITS,
        onTenantSettings: ({ name }) => void current().changedTenants.push(name),
      }),
    );
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const close = async () => {
      await app.close();
      await database[Symbol.asyncDispose]();
    };
    management = new TestManagement(store, { url, close });
    Object.assign(management, { logger, runner });
    await management.addTenant('default', { isDefault: true });
    return management;
  }

  /** Provisions a tenant; requests reach it by its name. */
  async addTenant(name: string, { isDefault = false } = {}): Promise<TenantStore> {
    const { tenant } = await provisionTenant(
      {
        store: this.store,
        clock: { now: () => new Date() },
        randomBytes,
        logger: this.logger,
        createKey: createTestKey,
      },
      { name, isDefault, baseUrl: baseUrlOf({ name, isDefault }) },
    );
    this.#tenants.set(name, tenant);
    return this.store.tenant(tenant.id);
  }

  tenant(name = 'default'): Tenant {
    const tenant = this.#tenants.get(name);
    if (tenant === undefined) throw new Error(`no tenant ${name}`);
    return tenant;
  }

  storeOf(name = 'default'): TenantStore {
    return this.store.tenant(this.tenant(name).id);
  }

  contextOf(raw: {
    readonly headers: Readonly<Record<string, string | undefined>>;
  }): RequestContext {
    const tenant = this.tenant(raw.headers['x-tenant']);
    return { tenant, baseUrl: baseUrlOf(tenant), ip: '192.0.2.7' };
  }

  /** A token of the tenant; `claims` replace what a good one has. */
  async token(
    scopes: readonly string[] = ALL_SCOPES,
    {
      tenant = 'default',
      claims = {},
      key,
    }: { tenant?: string; claims?: JWTPayload; key?: SigningKey } = {},
  ): Promise<string> {
    const baseUrl = baseUrlOf(this.tenant(tenant));
    const signer = key ?? (await this.storeOf(tenant).signingKeys.list())[0];
    if (signer === undefined) throw new Error('no key');
    const now = Math.floor(Date.now() / 1_000);
    return await new SignJWT({
      iss: baseUrl,
      sub: 'machine@clients',
      aud: [managementAudience(baseUrl), platformAudience(baseUrl)],
      azp: 'machine',
      iat: now,
      exp: now + 3_600,
      scope: scopes.join(' '),
      ...claims,
    })
      .setProtectedHeader({ alg: signer.alg, kid: signer.kid, typ: 'at+jwt' })
      .sign(await importJWK(signer.privateJwk, signer.alg));
  }

  /** Sends a request to `/api/v2/<path>` (or to a path with a slash at its start) as a tenant's machine. */
  async request(
    method: string,
    path: string,
    options: RequestOptions & { readonly tenant?: string } = {},
  ): Promise<Answer> {
    const { tenant = 'default', authorization } = options;
    const header =
      authorization === undefined
        ? `Bearer ${await this.token(options.scopes, { tenant })}`
        : authorization;
    const body =
      options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const contentType =
      options.contentType ?? (body === undefined ? undefined : 'application/json');
    const response = await fetch(`${this.url}${path.startsWith('/') ? path : `/api/v2/${path}`}`, {
      method,
      headers: {
        'x-tenant': tenant,
        ...(header === null ? {} : { authorization: header }),
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    };
    checkAgainstContract(method, path, answer);
    if (this.buildsRunAtOnce) await this.build();
    return answer;
  }

  /** Like `request`, but anything but a 2xx fails the test. Returns the body. */
  // biome-ignore lint/suspicious/noExplicitAny: see `Answer.body`
  async ok(method: string, path: string, body?: unknown, tenant = 'default'): Promise<any> {
    const answer = await this.request(method, path, { body, tenant });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** Runs the builds that wait. */
  async build(): Promise<void> {
    const handlers = createBuildHandlers({
      store: this.store,
      builder: fakeBuilder,
      logger: this.logger,
    });
    const clock = { now: () => new Date() };
    const importUsers = createImportUsersHandler({ store: this.store, clock, randomBytes });
    const all = { ...handlers, 'import-users': importUsers };
    await this.queue.run(all).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

export const baseUrlOf = ({ name, isDefault }: Pick<Tenant, 'name' | 'isDefault'>): string =>
  isDefault ? 'https://id.example.com/' : `https://${name}.id.example.com/`;

/** Every success of every test has the shape that the contract promises. */
function checkAgainstContract(method: string, path: string, { status, body }: Answer): void {
  if (status >= 300) return;
  const isPlatform = path.startsWith('/platform/v1');
  const table: Record<string, Operation> = isPlatform ? PLATFORM_OPERATIONS : MANAGEMENT_OPERATIONS;
  const pathname = path
    .replace(/^\/(platform\/v1|api\/v2)/, '')
    .replace(/\?.*$/, '')
    .replace(/^(?!\/)/, '/');
  const operation = Object.values(table).find(
    (one) =>
      one.method === method &&
      new RegExp(`^${one.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(
        pathname,
      ),
  );
  const promised = operation?.responses[status];
  expect(promised, `${method} ${path} answered ${status}`).toBeDefined();
  const parsed = promised?.schema?.safeParse(body);
  expect(parsed?.error, `${method} ${path}`).toBeUndefined();
}
