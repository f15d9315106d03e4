import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  Client,
  CompletedLogin,
  Logger,
  RequestContext,
  ResourceServer,
  Store,
  Tenant,
  TenantStore,
  User,
} from '@tessera/model';
import { createOidc, type Oidc, type OidcOptions } from '@tessera/oidc';
import { createTestTenant, openTestStore } from '@tessera/testkit';
import { api, CONNECTION, client, signingKey, user } from './entities.ts';
import { fakeDirectLogins } from './fake-direct-logins.ts';
import { FakeMultifactor } from './fake-multifactor.ts';
import { fakePages } from './fake-pages.ts';
import { FakePipeline } from './fake-pipeline.ts';
import { fakeProvisioning } from './fake-provisioning.ts';
import { answerStep, isStepPage } from './step-page.ts';

/** What the operator does not trust. */
const UNTRUSTED = ['192.0.2.240/28'];

/** Keys of the process's log that were written, with what. */
interface LogLine {
  readonly fields: object;
  readonly message: string;
}

/** One tenant as a test sees it. */
export interface TestTenant {
  readonly tenant: Tenant;
  readonly store: TenantStore;
  /** Base URL without trailing slash. */
  readonly url: string;
  readonly issuer: string;
  addClient(overrides: Partial<Client> & Pick<Client, 'clientId'>): Promise<Client>;
  addApi(
    overrides: Partial<ResourceServer> & Pick<ResourceServer, 'identifier'>,
  ): Promise<ResourceServer>;
  addUser(name: string): Promise<User>;
}

/** A server with the protocol and a login page that asks for no password. */
export interface TestOidc extends AsyncDisposable {
  readonly store: Store;
  readonly pipeline: FakePipeline;
  readonly multifactor: FakeMultifactor;
  readonly oidc: Oidc;
  readonly log: LogLine[];
  /** The default tenant, at 127.0.0.1. */
  readonly main: TestTenant;
  /** Another tenant, at localhost. */
  readonly other: TestTenant;
  /** Changes what `contextOf` says of a tenant's settings. */
  reload(): Promise<void>;
  /** A second process on the same database: other providers, same secret. */
  restart(): void;
}

/** Starts the protocol of two tenants over HTTP on a database of its own. */
export async function startOidc(
  name: string,
  options: Pick<OidcOptions, 'loginPagesPerAddress'> = {},
): Promise<TestOidc> {
  const database = await openTestStore(name);
  const { store } = database;
  const log: LogLine[] = [];
  const note = (fields: object, message: string) => void log.push({ fields, message });
  const logger: Logger = { debug: () => {}, info: () => {}, warn: note, error: note };
  const pipeline = new FakePipeline();
  const multifactor = new FakeMultifactor();
  const tenants = new Map<string, Tenant>();
  const contexts = new WeakMap<object, RequestContext>();
  const secret = randomBytes(32);
  const create = () =>
    createOidc({
      ...options,
      store,
      pipeline,
      pages: fakePages,
      directLogins: fakeDirectLogins,
      provisioning: fakeProvisioning,
      multifactor,
      untrustedAddresses: UNTRUSTED,
      contextOf: (request) => {
        const context = contexts.get(request);
        if (context === undefined) throw new Error('request without context');
        return context;
      },
      clock: { now: () => new Date() },
      randomBytes: (size) => randomBytes(size),
      logger,
      secret,
    });
  let oidc = create();

  const server = createServer((request, response) => {
    const [host = ''] = (request.headers['x-test-host'] as string | undefined)?.split(':') ?? [
      new URL(`http://${request.headers.host}`).hostname,
    ];
    const tenant = tenants.get(host) ?? tenants.get('127.0.0.1');
    if (tenant === undefined) throw new Error('no tenant');
    const scheme = request.headers['x-test-scheme'] === 'https' ? 'https' : 'http';
    const baseUrl = `${scheme}://${tenant.isDefault ? '127.0.0.1' : 'localhost'}:${port}/`;
    const cookieHeader = request.headers.cookie ?? '';
    contexts.set(request, { tenant, baseUrl, cookieHeader, ...whereOf(request) });
    const { pathname } = new URL(request.url ?? '/', baseUrl);
    if (oidc.handles(pathname)) void oidc.handle(request, response);
    else if (isStepPage(pathname)) void answerStep(oidc.steps, contexts, { request, response });
    else void answerLogin(request, response);
  });

  /** The test's login page: GET tells the transaction, POST logs in whoever is named. */
  async function answerLogin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://test');
    const context = contexts.get(request);
    const state = url.searchParams.get('state') ?? '';
    if (context === undefined) throw new Error('request without context');
    try {
      if (request.method === 'GET') {
        const transaction = await oidc.transactions.find(context, state);
        response.writeHead(transaction === undefined ? 400 : 200);
        response.end(JSON.stringify(transaction ?? { path: url.pathname }));
        return;
      }
      const userId = url.searchParams.get('user');
      const location =
        userId === null
          ? await oidc.transactions.fail(context, state, {
              error: 'access_denied',
              errorDescription: 'given up',
            })
          : await oidc.transactions.complete(context, state, {
              userId,
              connection: CONNECTION,
              at: new Date(),
              ...howOf(url.searchParams),
            });
      response.writeHead(303, { location }).end();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'bug';
      response.writeHead(400).end(code);
    }
  }

  const listening = Promise.withResolvers<void>();
  server.listen(0, listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;

  async function addTenant(tenant: Tenant, host: string): Promise<TestTenant> {
    tenants.set(host, tenant);
    const tenantStore = store.tenant(tenant.id);
    await tenantStore.signingKeys.create(await signingKey(`${tenant.name}-current`, 'current'));
    await tenantStore.connections.create(CONNECTION);
    const url = `http://${host}:${port}`;
    return {
      tenant,
      store: tenantStore,
      url,
      issuer: `${url}/`,
      addClient: (overrides) => tenantStore.clients.create(client(overrides)),
      addApi: (overrides) => tenantStore.resourceServers.create(api(overrides)),
      addUser: (person) => tenantStore.users.create(user(person)),
    };
  }

  const main = await addTenant(database.tenant, '127.0.0.1');
  const other = await addTenant(await createTestTenant(store, 'other'), 'localhost');

  return {
    store,
    pipeline,
    multifactor,
    log,
    main,
    other,
    get oidc() {
      return oidc;
    },
    async reload() {
      for (const [host, { id }] of tenants) {
        const fresh = await store.tenants.find(id);
        if (fresh !== undefined) tenants.set(host, fresh);
      }
    },
    restart() {
      oidc.close();
      oidc = create();
    },
    async [Symbol.asyncDispose]() {
      oidc.close();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
      await database[Symbol.asyncDispose]();
    },
  };
}

/** From where a request comes, when the test says so. */
function whereOf({ headers }: IncomingMessage): Pick<RequestContext, 'ip' | 'geoip'> {
  const { 'x-test-ip': ip, 'x-test-country': countryCode } = headers;
  return {
    ip: typeof ip === 'string' ? ip : '203.0.113.7',
    ...(typeof countryCode === 'string' ? { geoip: { countryCode } } : {}),
  };
}

/** How somebody logs in at the test's login page, when the test says so. */
function howOf(params: URLSearchParams): Pick<CompletedLogin, 'method' | 'identityUserId'> {
  const method = params.get('method') as CompletedLogin['method'] | null;
  const identityUserId = params.get('identity');
  return {
    ...(method == null ? {} : { method }),
    ...(identityUserId === null ? {} : { identityUserId }),
  };
}
