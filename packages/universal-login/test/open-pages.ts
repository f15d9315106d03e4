import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  createAccounts,
  createMultifactor,
  createPasskeys,
  createPasswordless,
  createPasswordResetHandler,
  createPushDevices,
  createUpstreamLogins,
  userProvisioning,
} from '@tessera/accounts';
import type { TriggerEffects, TriggerEnd, TriggerPipeline, TriggerRun } from '@tessera/engine';
import {
  AppError,
  type Client,
  type Connection,
  type ContextOf,
  type Job,
  type JsonObject,
  type Logger,
  type LoginTransaction,
  type LoginTransactions,
  type Tenant,
} from '@tessera/model';
import { createFakeMessages, openTestStore } from '@tessera/testkit';
import Fastify, { type InjectOptions } from 'fastify';
import { universalLogin } from '../src/index.ts';

export const PASSWORD = 'Correct-horse-7';
export const EMAIL = 'ada@example.com';
const CLIENT_ID = 'application-with-32-characters-1';

type Completed = Parameters<LoginTransactions['complete']>[2] & { readonly state: string };

/** Transactions in memory that can be answered until they are forgotten. */
export interface FakeTransactions extends LoginTransactions {
  readonly completed: Completed[];
  open(change?: Partial<LoginTransaction>): string;
  forget(state: string): void;
  /** What `find` rejects with, instead of answering. */
  failure: Error | undefined;
}

function createFakeTransactions(): FakeTransactions {
  const waiting = new Map<string, LoginTransaction>();
  const transactions: FakeTransactions = {
    completed: [],
    failure: undefined,
    open(change = {}) {
      const state = change.state ?? randomBytes(16).toString('base64url');
      const query = { client_id: CLIENT_ID, scope: 'openid email', state: 'app-state' };
      waiting.set(state, { clientId: CLIENT_ID, query, ...change, state });
      return state;
    },
    forget: (state) => void waiting.delete(state),
    async find(_context, state) {
      if (transactions.failure) throw transactions.failure;
      return waiting.get(state);
    },
    async complete(_context, state, login) {
      if (!waiting.has(state)) throw new AppError('transaction_invalid', 'Gone.');
      transactions.completed.push({ ...login, state });
      return `/authorize/${state}`;
    },
    fail: async (_context, state) => `/authorize/${state}`,
  };
  return transactions;
}

/** A pipeline whose pre-user-registration ends as it is told, and that has no other actions. */
interface FakePipeline extends TriggerPipeline {
  end: TriggerEnd;
  /** Ends of the next runs, before `end`. */
  readonly ends: TriggerEnd[];
  effects: Partial<TriggerEffects>;
  readonly events: JsonObject[];
  readonly runs: TriggerRun[];
}

function createFakePipeline(): FakePipeline {
  const events: JsonObject[] = [];
  const pipeline: FakePipeline = {
    end: { kind: 'completed' },
    ends: [],
    effects: {},
    events,
    runs: [],
    hasActions: async () => false,
    async run(run) {
      events.push(run.event);
      pipeline.runs.push(run);
      const effects = {
        idTokenClaims: {},
        accessTokenClaims: {},
        addedScopes: [],
        removedScopes: [],
        transactionMetadata: {},
        ...pipeline.effects,
      };
      const end = pipeline.ends.shift() ?? pipeline.end;
      return { executionId: 'execution-1', end, effects };
    },
  };
  return pipeline;
}

const CLIENT: Omit<Client, 'createdAt' | 'updatedAt'> = {
  clientId: CLIENT_ID,
  name: 'Field Notes',
  type: 'regular_web',
  isFirstParty: true,
  clientSecret: 'secret',
  tokenEndpointAuthMethod: 'client_secret_post',
  grantTypes: ['authorization_code'],
  callbacks: ['https://notes.example/callback'],
  allowedLogoutUrls: [],
  webOrigins: [],
  allowedOrigins: ['https://other.example'],
  metadata: {},
  oidcConformant: true,
  idTokenLifetimeSeconds: 36_000,
  idTokenAlg: 'RS256',
  refreshToken: {
    rotationType: 'rotating',
    expirationType: 'expiring',
    leewaySeconds: 0,
    lifetimeSeconds: 3600,
    idleLifetimeSeconds: 3600,
  },
  requirePushedAuthorizationRequests: false,
  extra: {},
};

const CONNECTION: Connection = {
  id: 'con_people',
  name: 'people',
  strategy: 'auth0',
  enabledClients: [CLIENT_ID],
  isDomainConnection: false,
  realms: ['people'],
  metadata: {},
  options: {},
};

/** What a page test may change before the server starts. */
export interface PagesOptions {
  readonly client?: Partial<Client>;
  /** In place of the one connection. */
  readonly connections?: readonly Partial<Connection>[];
  readonly settings?: Partial<Tenant['settings']>;
  readonly secureCookies?: boolean;
}

/** The pages on a fresh database, reached by `inject` or, after `listen`, by a browser. */
export async function openPages(name: string, options: PagesOptions = {}) {
  const opened = await openTestStore(name);
  const store = opened.store.tenant(opened.tenant.id);
  const settings = { ...opened.tenant.settings, ...options.settings };
  const tenant: Tenant = { ...opened.tenant, settings };
  await store.clients.create({ ...CLIENT, ...options.client });
  const connections = (options.connections ?? [{}]).map((change) => ({ ...CONNECTION, ...change }));
  for (const connection of connections) await store.connections.create(connection);

  const errors: object[] = [];
  const ignore = () => undefined;
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (fields) => void errors.push(fields),
  };
  const clock = { now: () => new Date() };
  const transactions = createFakeTransactions();
  const pipeline = createFakePipeline();
  const messages = createFakeMessages();
  const jobs: Job[] = [];
  const accountsOptions = {
    pipeline,
    messages,
    jobs: { enqueue: async (job: Job) => void jobs.push(job) },
    rateLimits: opened.store.rateLimits,
    clock,
    randomBytes,
    logger,
    argon2: { memoryKiB: 8, iterations: 1 },
  };
  const accounts = createAccounts(accountsOptions);
  const place = {
    baseUrl: 'https://login.test/',
    ip: '192.0.2.1',
    geoip: { countryCode: 'AT', continentCode: 'EU' },
  };
  const context: ContextOf = (request) => {
    const cookie = (request as IncomingMessage).headers?.cookie;
    return { tenant, ...place, ...(cookie === undefined ? {} : { cookieHeader: cookie }) };
  };
  const app = Fastify({ requestIdHeader: false });
  const services = {
    accounts,
    passwordless: createPasswordless(accountsOptions),
    passkeys: createPasskeys(accountsOptions),
    multifactor: createMultifactor(accountsOptions),
    pushDevices: createPushDevices(accountsOptions),
    upstreamLogins: createUpstreamLogins({
      ...accountsOptions,
      provisioning: userProvisioning,
      upstreamFetch: () => () => Promise.reject(new Error('there is no provider here')),
    }),
    store: opened.store,
    transactions,
    steps: [],
    contextOf: context,
    secret: randomBytes(32),
    secureCookies: options.secureCookies ?? true,
    logger,
    clock,
    randomBytes,
  };
  await app.register(universalLogin(services));
  const connection = connections[0] ?? CONNECTION;
  const accountContext = {
    tenant,
    store,
    baseUrl: place.baseUrl,
    request: { ip: '203.0.113.1', method: 'POST', hostname: 'x', query: {}, body: {} },
  };
  return {
    app,
    store,
    tenant,
    services,
    transactions,
    pipeline,
    messages,
    jobs,
    /** Does what was promised: sends what people are sent who forgot their password. */
    async runResetJobs() {
      const handle = createPasswordResetHandler({ ...accountsOptions, store: opened.store });
      const attempt = { attempt: 1, isLast: true, signal: new AbortController().signal };
      for (const job of jobs.splice(0)) {
        if (job.kind === 'request-password-reset') await handle(job, attempt);
      }
    },
    errors,
    accounts,
    connection,
    /** Where the pages believe to be, and who visits them. */
    place,
    clientId: CLIENT_ID,
    accountContext,
    createUser: async (email = EMAIL, password = PASSWORD) =>
      (await accounts.createUser(accountContext, { connection, email, password })).user,
    listLogs: async (...type: string[]) =>
      (await store.logs.list({ page: 0, perPage: 100, type })).items,
    countUsers: async () => (await store.users.list({ page: 0, perPage: 1 })).total,
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await opened[Symbol.asyncDispose]();
    },
  };
}
export type OpenPages = Awaited<ReturnType<typeof openPages>>;

/** A browser's view of one form: its cookie and its hidden fields. */
export interface ShownForm {
  readonly cookie: string;
  readonly state: string;
  readonly csrfToken: string;
  readonly html: string;
}

/** Opens a form page as a browser does. */
export async function showForm(
  pages: OpenPages,
  page: 'login' | 'signup',
  change: Partial<LoginTransaction> = {},
): Promise<ShownForm> {
  const state = pages.transactions.open(change);
  const answer = await pages.app.inject(`/u/${page}?state=${state}`);
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${answer.body}`);
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  const csrfToken = /name="csrf_token" value="([^"]+)"/.exec(answer.body)?.[1] ?? '';
  return { cookie, state, csrfToken, html: answer.body };
}

/** Posts a form as a browser without `Accept: text/html` would; `change.payload` replaces the body. */
export function postForm(
  pages: OpenPages,
  form: { readonly page: 'login' | 'signup'; readonly shown: ShownForm },
  fields: Readonly<Record<string, string>>,
  change: InjectOptions = {},
) {
  const { state, csrfToken, cookie } = form.shown;
  return pages.app.inject({
    method: 'POST',
    url: `/u/${form.page}`,
    payload: new URLSearchParams({ state, csrf_token: csrfToken, ...fields }).toString(),
    ...change,
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, ...change.headers },
  });
}
