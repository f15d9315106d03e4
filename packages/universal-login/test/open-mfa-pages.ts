import { randomBytes } from 'node:crypto';
import {
  createAccounts,
  createMultifactor,
  createPasskeys,
  createPasswordless,
  createPushDevices,
  createUpstreamLogins,
  userProvisioning,
} from '@tessera/accounts';
import {
  AppError,
  createObjectId,
  type FactorName,
  type LoginStep,
  type LoginStepAnswer,
  type LoginSteps,
  type MfaSettings,
  type NewClient,
  type NewUser,
  type RequestContext,
  type Tenant,
  type User,
} from '@tessera/model';
import { createFakeMessages, openTestStore } from '@tessera/testkit';
import Fastify from 'fastify';
import { generateSync } from 'otplib';
import { universalLogin } from '../src/index.ts';

export const ALL_FACTORS: readonly FactorName[] = [
  'otp',
  'sms',
  'email',
  'push-notification',
  'webauthn-roaming',
  'webauthn-platform',
  'recovery-code',
];

/** Steps in memory, each of one browser: the one whose cookie says `browser=<name>`. */
export interface FakeSteps extends LoginSteps {
  readonly answers: { readonly state: string; readonly answer: LoginStepAnswer }[];
  open(step: Omit<LoginStep, 'state'> & { readonly browser?: string }): string;
}

function createFakeSteps(): FakeSteps {
  const waiting = new Map<string, LoginStep & { browser: string; isAnswered: boolean }>();
  const findOwn = (context: RequestContext, state: string) => {
    const step = waiting.get(state);
    return context.cookieHeader?.includes(`browser=${step?.browser};`) ? step : undefined;
  };
  const steps: FakeSteps = {
    answers: [],
    open({ browser = 'own', ...step }) {
      const state = randomBytes(16).toString('base64url');
      waiting.set(state, { ...step, state, browser, isAnswered: false });
      return state;
    },
    async find(context, state) {
      const step = findOwn(context, state);
      if (!step || step.isAnswered) return undefined;
      const { browser: _, isAnswered: __, ...found } = step;
      return found;
    },
    async complete(context, state, answer) {
      const step = findOwn(context, state);
      if (!step) throw new AppError('transaction_invalid', 'Gone.');
      if (!step.isAnswered) steps.answers.push({ state, answer });
      step.isAnswered = true;
      return `/resume/${state}`;
    },
  };
  return steps;
}

const CONNECTION = {
  id: 'con_people',
  name: 'people',
  strategy: 'auth0',
  enabledClients: [],
  isDomainConnection: true,
  realms: ['people'],
  metadata: {},
  options: {},
} as const;

/** An application that keeps a secret. */
const CLIENT: NewClient = {
  clientId: 'application-with-32-characters-1',
  name: 'Field Notes',
  type: 'regular_web',
  isFirstParty: true,
  clientSecret: 'secret-of-the-application',
  tokenEndpointAuthMethod: 'client_secret_post',
  grantTypes: ['password'],
  callbacks: ['https://notes.example/callback'],
  allowedLogoutUrls: [],
  webOrigins: [],
  allowedOrigins: [],
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

/** The pages of second factors on a fresh database. */
export async function openMfaPages(name: string, mfa: MfaSettings = { factors: ALL_FACTORS }) {
  const opened = await openTestStore(name);
  const store = opened.store.tenant(opened.tenant.id);
  await store.connections.create(CONNECTION);
  await store.clients.create(CLIENT);
  const tenant: Tenant = { ...opened.tenant, settings: { ...opened.tenant.settings, mfa } };
  const errors: object[] = [];
  const ignore = () => undefined;
  const shared = {
    clock: { now: () => new Date() },
    randomBytes,
    logger: {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (fields: object) => void errors.push(fields),
    },
    rateLimits: opened.store.rateLimits,
    messages: createFakeMessages(),
    jobs: { enqueue: async () => undefined },
    pipeline: {
      hasActions: async () => false,
      run: () => Promise.reject(new Error('nothing runs here')),
    },
  };
  const steps = createFakeSteps();
  const place = { baseUrl: 'https://login.test/', ip: '192.0.2.1' };
  const contextOf = (request: object): RequestContext => {
    const { cookie } = (request as { headers?: { cookie?: string } }).headers ?? {};
    return { tenant, ...place, cookieHeader: `${cookie ?? ''};` };
  };
  const multifactor = createMultifactor(shared);
  const app = Fastify();
  await app.register(
    universalLogin({
      ...shared,
      accounts: createAccounts(shared),
      passwordless: createPasswordless(shared),
      passkeys: createPasskeys(shared),
      upstreamLogins: createUpstreamLogins({
        ...shared,
        provisioning: userProvisioning,
        upstreamFetch: () => () => Promise.reject(new Error('there is no provider here')),
      }),
      store: opened.store,
      transactions: {
        find: async () => undefined,
        complete: () => Promise.reject(new AppError('transaction_invalid', 'Gone.')),
        fail: () => Promise.reject(new AppError('transaction_invalid', 'Gone.')),
      },
      steps: [steps],
      multifactor,
      pushDevices: createPushDevices(shared),
      contextOf,
      secret: randomBytes(32),
      secureCookies: false,
    }),
  );
  app.get<{ Params: { state: string } }>('/resume/:state', async (request, reply) =>
    reply
      .type('text/html')
      .send(`<title>Resumed</title><link rel="icon" href="data:,">${request.params.state}`),
  );
  const mfaContext = {
    tenant,
    store,
    get baseUrl() {
      return place.baseUrl;
    },
    request: { ip: '192.0.2.1', method: 'POST', hostname: 'x', query: {}, body: {} },
  };
  const createUser = async (fields: Partial<NewUser> = {}): Promise<User> => {
    const id = createObjectId(randomBytes);
    return store.users.create({
      userId: `auth0|${id}`,
      email: `${id}@example.com`,
      emailVerified: false,
      identities: [{ connection: 'people', provider: 'auth0', userId: id, isSocial: false }],
      userMetadata: {},
      appMetadata: {},
      blocked: false,
      ...fields,
    });
  };
  /** Sets up an app, whose next code has not been used. */
  const enrollPassword = async (user: User) => {
    const subject = { user, binding: 'earlier' };
    const begun = await multifactor.beginEnrollment(mfaContext, subject, { type: 'otp' });
    const secret = begun.enrollment.kind === 'otp' ? begun.enrollment.secret : '';
    const verifyEarlier = () => {
      const code = generateSync({ secret, epoch: Math.floor(Date.now() / 1000) - 30 });
      return multifactor.verify(mfaContext, subject, { kind: 'otp', code });
    };
    let verdict = await verifyEarlier();
    // The next step began in between.
    if (verdict.kind === 'wrong') verdict = await verifyEarlier();
    if (verdict.kind !== 'passed') throw new Error(`the enrollment is ${verdict.kind}`);
    return { secret, recoveryCode: verdict.recoveryCode ?? '' };
  };
  return {
    app,
    store,
    tenant,
    steps,
    place,
    errors,
    multifactor,
    mfaContext,
    codes: shared.messages.codes,
    client: { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret },
    createUser,
    enrollPassword,
    /** A step that waits for the user. */
    openStep: (
      user: User,
      kind: 'challenge' | 'enrollment',
      change: {
        readonly types?: readonly string[];
        readonly additional?: readonly string[];
        readonly allowRememberBrowser?: boolean;
        readonly hasPassedFactor?: boolean;
        readonly browser?: string;
        readonly passwordConnectionId?: string;
      } = {},
    ) => {
      const { types = ['otp'], additional = [], browser, hasPassedFactor } = change;
      const { passwordConnectionId } = change;
      return steps.open({
        userId: user.userId,
        ...(browser === undefined ? {} : { browser }),
        ...(hasPassedFactor === undefined ? {} : { hasPassedFactor }),
        ...(passwordConnectionId === undefined ? {} : { passwordConnectionId }),
        cause: {
          kind,
          factors: types.map((type) => ({ type })),
          additionalFactors: additional.map((type) => ({ type })),
          allowRememberBrowser: change.allowRememberBrowser ?? false,
        },
      });
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await opened[Symbol.asyncDispose]();
    },
  };
}

export type OpenMfaPages = Awaited<ReturnType<typeof openMfaPages>>;

/** A browser without script: follows redirects, keeps cookies, and sends the forms it is shown. */
export class PlainBrowser {
  readonly #pages: OpenMfaPages;
  readonly #cookies: Map<string, string>;
  path = '';
  status = 0;
  html = '';

  constructor(pages: OpenMfaPages, name = 'own') {
    this.#pages = pages;
    this.#cookies = new Map([['browser', name]]);
  }

  get heading(): string {
    return /<h1>(.*?)<\/h1>/.exec(this.html)?.[1] ?? '';
  }

  async goTo(url: string): Promise<this> {
    return this.#follow({ method: 'GET', url });
  }

  /** Sends the first form of the page that has a submit of this name and value, or the first one. */
  async submit(
    fields: Readonly<Record<string, string>>,
    overrides: Readonly<Record<string, string>> = {},
  ): Promise<this> {
    return this.#follow(this.buildSubmission({ ...fields, ...overrides }));
  }

  buildSubmission(fields: Readonly<Record<string, string>>) {
    const form = /<form[^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/s.exec(this.html);
    if (!form) throw new Error(`There is no form at ${this.path}: ${this.html.slice(0, 500)}`);
    const [, action = '', body = ''] = form;
    const hidden = [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    );
    const payload = new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }).toString();
    return { method: 'POST', url: action, payload } as const;
  }

  async send(submission: ReturnType<PlainBrowser['buildSubmission']>): Promise<this> {
    return this.#follow(submission);
  }

  async #follow(request: {
    readonly method: 'GET' | 'POST';
    readonly url: string;
    readonly payload?: string;
  }): Promise<this> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#pages.app.inject({
      ...request,
      headers: {
        cookie,
        ...(request.payload === undefined
          ? {}
          : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    for (const header of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = String(header).split(';');
      const [name = '', value = ''] = pair.split('=');
      this.#cookies.set(name, value);
    }
    const { location } = answer.headers;
    if (typeof location === 'string') return this.#follow({ method: 'GET', url: location });
    this.path = request.url;
    this.status = answer.statusCode;
    this.html = answer.body;
    return this;
  }
}
