import { createHash } from 'node:crypto';
import {
  AppError,
  type Clock,
  type Connection,
  isSameSecret,
  type JsonObject,
  type ProvisionedProfile,
  type RandomBytes,
  type TenantStore,
  type User,
  type UserProvisioning,
} from '@tessera/model';
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client';
import type { AccountContext } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';
import { parseDatabaseOptions } from '../database-options.ts';
import { UpstreamError } from './upstream-error.ts';
import { parseUpstreamOptions, type UpstreamOptions } from './upstream-options.ts';
import { toProfile } from './upstream-profile.ts';
import { type UpstreamFetch, UpstreamProviders } from './upstream-providers.ts';

/** What `createUpstreamLogins` is built from. */
export interface UpstreamLoginsOptions {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly provisioning: UserProvisioning;
  /** Requests to providers, judged by the rules that the operator has for the tenant. */
  readonly upstreamFetch: (tenantId: string) => UpstreamFetch;
}

/** A login at a provider that waits for the browser to come back. */
export interface PendingUpstreamLogin {
  /** Of the login here that it belongs to. */
  readonly transactionState: string;
  readonly connectionId: string;
}

/** Logins at an upstream OpenID provider: code flow with PKCE, nonce and state. */
export interface UpstreamLogins {
  /**
   * Where to send the browser. Rejects with `UpstreamError` when the provider cannot be reached, and
   * writes `f`.
   */
  begin(
    context: AccountContext,
    login: PendingUpstreamLogin & {
      readonly connection: Connection;
      readonly callbackUrl: string;
      /** Any secret of the browser; only the same browser can come back. */
      readonly browserId: string;
      readonly loginHint?: string;
      /** The person must prove again who they are. */
      readonly forcesLogin?: boolean;
    },
  ): Promise<URL>;
  /** What a `state` stands for, in the browser that began it; looking does not use it. */
  find(
    store: TenantStore,
    login: { readonly state: string; readonly browserId: string },
  ): Promise<PendingUpstreamLogin | undefined>;
  /**
   * Takes the provider's answer, once. Creates the user, or brings the profile up to date, and counts the
   * login. Writes `f` when it fails.
   *
   * Rejects with `UpstreamError`: `refused` when the provider says no, `failed` for everything that is
   * wrong with its answer.
   */
  complete(
    context: AccountContext,
    answer: {
      readonly connection: Connection;
      readonly state: string;
      readonly callbackUrl: string;
      /** Query of the callback. */
      readonly query: Readonly<Record<string, string>>;
    },
  ): Promise<User>;
}

/** A person may take so long at the provider, ms. */
const LIFETIME_MS = 3_600_000;
const STATE_BYTES = 32;

/** What a ticket keeps, sealed. */
interface Stored extends PendingUpstreamLogin {
  readonly browser: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

type Services = UpstreamLoginsOptions & { readonly providers: UpstreamProviders };

export function createUpstreamLogins(options: UpstreamLoginsOptions): UpstreamLogins {
  const services: Services = { ...options, providers: new UpstreamProviders() };
  return {
    begin: (context, login) =>
      loggingFailure(services, { context, connection: login.connection }, () =>
        begin(services, context, login),
      ),
    async find(store, { state, browserId }) {
      const ticket = await store.tickets.find('upstream-login', state);
      const stored = ticket?.payload as unknown as Stored | undefined;
      if (stored === undefined || !isSameSecret(hashOf(browserId), stored.browser))
        return undefined;
      return { transactionState: stored.transactionState, connectionId: stored.connectionId };
    },
    complete: (context, answer) =>
      loggingFailure(services, { context, connection: answer.connection }, () =>
        complete(services, context, answer),
      ),
  };
}

/** Does a step of a login; one that fails leaves an entry that says why. Rejects with `UpstreamError`. */
async function loggingFailure<T>(
  { clock }: Services,
  { context, connection }: { readonly context: AccountContext; readonly connection: Connection },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = toUpstreamError(error);
    const facts = { at: clock.now(), description: failure.detail, connection };
    await context.store.logs.append(buildLogEntry(context, { type: 'f', ...facts }));
    throw failure;
  }
}

async function begin(
  services: Services,
  context: AccountContext,
  login: Parameters<UpstreamLogins['begin']>[1],
): Promise<URL> {
  const options = parseUpstreamOptions(login.connection);
  const configuration = await discover(services, context, { ...login, options });
  const state = Buffer.from(services.randomBytes(STATE_BYTES)).toString('base64url');
  const [nonce, codeVerifier] = [randomNonce(), randomPKCECodeVerifier()];
  const payload: Stored = {
    transactionState: login.transactionState,
    connectionId: login.connection.id,
    browser: hashOf(login.browserId),
    nonce,
    codeVerifier,
  };
  await context.store.tickets.save({
    kind: 'upstream-login',
    key: state,
    payload: payload as unknown as JsonObject,
    expiresAt: new Date(services.clock.now().getTime() + LIFETIME_MS),
  });
  return buildAuthorizationUrl(configuration, {
    redirect_uri: login.callbackUrl,
    response_type: 'code',
    scope: options.scope,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(login.loginHint === undefined ? {} : { login_hint: login.loginHint }),
    ...(login.forcesLogin === true ? { prompt: 'login' } : {}),
  });
}

async function complete(
  services: Services,
  context: AccountContext,
  answer: Parameters<UpstreamLogins['complete']>[1],
): Promise<User> {
  const { connection, state, callbackUrl, query } = answer;
  const ticket = await context.store.tickets.consume('upstream-login', state);
  const stored = ticket?.payload as unknown as Stored | undefined;
  if (stored?.connectionId !== connection.id) {
    throw new UpstreamError('The state of this login is unknown or was used before.');
  }
  const options = parseUpstreamOptions(connection);
  const configuration = await discover(services, context, { connection, options });
  const url = new URL(callbackUrl);
  url.search = new URLSearchParams(query).toString();
  // Also checks `iss` (RFC 9207): an answer of another provider than the one that was asked is refused.
  const tokens = await authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: stored.codeVerifier,
    expectedNonce: stored.nonce,
    expectedState: state,
    idTokenExpected: true,
  });
  const idToken = tokens.claims();
  if (idToken === undefined) throw new UpstreamError('There is no ID token.');
  const claims = {
    ...(await userInfoOf(configuration, tokens.access_token, idToken.sub)),
    ...idToken,
  };
  return await saveUser(services, context, { connection, options, claims });
}

async function userInfoOf(
  configuration: Configuration,
  accessToken: string,
  subject: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
  return { ...(await fetchUserInfo(configuration, accessToken, subject)) };
}

async function saveUser(
  { provisioning, clock }: Services,
  { store, request }: AccountContext,
  login: {
    readonly connection: Connection;
    readonly options: UpstreamOptions;
    readonly claims: Readonly<Record<string, unknown>> & { readonly sub: string };
  },
): Promise<User> {
  const { connection, options, claims } = login;
  const limits = parseDatabaseOptions({ ...connection, options: {} });
  const provision = (profile: ProvisionedProfile) =>
    provisioning.provision(store, {
      connection,
      providerUserId: claims.sub,
      profile,
      mayCreate: true,
      updates: options.updates === 'on_each_login',
    });
  const profile = toProfile(claims, options.attributes, limits);
  const user = await provision(profile).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'user_exists') throw error;
    // Another person of the provider had the address, or says so: that must keep nobody out.
    const { email: _email, emailVerified: _emailVerified, ...rest } = profile;
    return provision(rest);
  });
  const recorded =
    user && (await store.users.recordLogin(user.userId, { ip: request.ip, at: clock.now() }));
  if (recorded === undefined) throw new UpstreamError('The user no longer exists.');
  return recorded;
}

async function discover(
  { providers, upstreamFetch, clock }: Services,
  { tenant }: AccountContext,
  { connection, options }: { readonly connection: Connection; readonly options: UpstreamOptions },
): Promise<Configuration> {
  try {
    const fetch = upstreamFetch(tenant.id);
    return await providers.get(tenant.id, connection, { options, fetch, now: clock.now() });
  } catch (cause) {
    throw new UpstreamError(`The provider cannot be discovered: ${reasonOf(cause)}`, { cause });
  }
}

/** What went wrong underneath: libraries say no more than that a request failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/** The provider's own words reach the application; why its answer was not believed is for the tenant's log. */
function toUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (error instanceof AuthorizationResponseError) {
    const { error: code, error_description: description = code } = error;
    return new UpstreamError(description, { kind: 'refused', cause: error, code });
  }
  const detail = error instanceof Error ? error.message : 'unknown';
  return new UpstreamError(detail, { cause: error });
}

function hashOf(browserId: string): string {
  return createHash('sha256').update(browserId).digest('base64url');
}
