import { randomBytes } from 'node:crypto';
import { createAccounts } from '@tessera/accounts';
import type { TriggerEnd, TriggerPipeline } from '@tessera/engine';
import {
  AppError,
  type Client,
  type Connection,
  type ContextOf,
  type Logger,
  type LoginTransaction,
  type LoginTransactions,
  type Tenant,
} from '@tessera/model';
import { openTestStore } from '@tessera/testkit';
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
function createFakePipeline(): TriggerPipeline & { end: TriggerEnd; readonly events: object[] } {
  const events: object[] = [];
  const pipeline: TriggerPipeline & { end: TriggerEnd; readonly events: object[] } = {
    end: { kind: 'completed' },
    events,
    hasActions: async () => false,
    async run({ event }) {
      events.push(event);
      const effects = {
        idTokenClaims: {},
        accessTokenClaims: {},
        addedScopes: [],
        removedScopes: [],
        transactionMetadata: {},
      };
      return { executionId: 'execution-1', end: pipeline.end, effects };
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
  const accounts = createAccounts({
    pipeline,
    jobs: { enqueue: async () => undefined },
    rateLimits: opened.store.rateLimits,
    clock,
    randomBytes,
    logger,
    argon2: { memoryKiB: 8, iterations: 1 },
  });
  const place = {
    baseUrl: 'https://login.test/',
    ip: '192.0.2.1',
    geoip: { countryCode: 'AT', continentCode: 'EU' },
  };
  const context: ContextOf = () => ({ tenant, ...place });
  const app = Fastify({ requestIdHeader: false });
  const services = {
    accounts,
    store: opened.store,
    transactions,
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
    request: { ip: '203.0.113.1', method: 'POST', hostname: 'x', query: {}, body: {} },
  };
  return {
    app,
    store,
    tenant,
    services,
    transactions,
    pipeline,
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
