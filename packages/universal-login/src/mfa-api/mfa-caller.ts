import {
  type Client,
  isSameSecret,
  type MultifactorContext,
  type MultifactorSubject,
  type RequestContext,
  type TenantStore,
} from '@tessera/model';
import type { FastifyRequest } from 'fastify';
import type { UniversalLoginOptions } from '../options.ts';
import { readRequestFacts } from '../request-facts.ts';
import { invalidAccessToken, requireAccess } from './access-token.ts';
import { MfaError } from './mfa-error.ts';

/** Whose factors a request is about, and what the holder of its token may do. */
export interface MfaCaller {
  readonly mfa: MultifactorContext;
  readonly subject: MultifactorSubject;
  readonly client: Client;
  /** What the holder may begin to set up: nothing, a first factor, or one beside others. */
  readonly mayEnroll: 'none' | 'first' | 'further';
}

/** Reads `Authorization: Bearer …`. Rejects with 401. */
export function readBearer(request: FastifyRequest): string {
  const token = /^Bearer +(\S{1,12000})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) {
    throw new MfaError(401, 'unauthorized', 'Missing or invalid Authorization header.');
  }
  return token;
}

/** Finds the login that an `mfa_token` stands for. Rejects with 401 when there is none. */
export async function findCaller(
  options: UniversalLoginOptions,
  request: FastifyRequest,
  token: string,
): Promise<MfaCaller> {
  const context = options.contextOf(request.raw);
  const store = options.store.tenant(context.tenant.id);
  const mfa = createContext(request, context, store);
  const waiting = await options.multifactor.findToken(mfa, token);
  const [user, client] = waiting
    ? await Promise.all([store.users.find(waiting.userId), store.clients.find(waiting.clientId)])
    : [];
  // Says the same of tokens that never were and of those that are used up.
  if (!waiting || !user || !client) {
    throw new MfaError(401, 'expired_token', 'mfa_token is expired or invalid');
  }
  const subject = { user, binding: token };
  return {
    mfa: { ...mfa, client },
    subject,
    client,
    mayEnroll: waiting.enrollmentAllowed ? 'first' : 'none',
  };
}

/** Whoever holds an access token to set up factors (scope `enroll`). Rejects with 401 or 403. */
export async function findHolder(
  options: UniversalLoginOptions,
  request: FastifyRequest,
  token: string,
): Promise<MfaCaller> {
  const mfa = requestContext(options, request);
  const wanted = { token, scope: 'enroll' } as const;
  const { user, clientId } = await requireAccess(options.multifactor, mfa, wanted);
  const client = await mfa.store.clients.find(clientId);
  if (!client) throw invalidAccessToken();
  const subject = { user, binding: token };
  return { mfa: { ...mfa, client }, subject, client, mayEnroll: 'further' };
}

function createContext(
  request: FastifyRequest,
  context: RequestContext,
  store: TenantStore,
): MultifactorContext {
  const facts = readRequestFacts(request, context, { query: {}, body: {} });
  const { tenant, baseUrl } = context;
  const languages = facts.language === undefined ? {} : { languages: [facts.language] };
  return { tenant, store, baseUrl, request: facts, ...languages };
}

/** For whoever needs no login that waits: devices, whose keys speak for them, and people with a token. */
export function requestContext(
  options: UniversalLoginOptions,
  request: FastifyRequest,
): MultifactorContext {
  const context = options.contextOf(request.raw);
  return createContext(request, context, options.store.tenant(context.tenant.id));
}

/** The token is an application's: no other may use it, and one that keeps a secret has to show it. */
export function checkClient(
  { client }: MfaCaller,
  body: { readonly client_id?: string | undefined; readonly client_secret?: string | undefined },
  isRequired: boolean,
): void {
  const { client_id: clientId, client_secret: secret } = body;
  if (clientId === undefined && !isRequired) return;
  const isSecretNeeded = client.tokenEndpointAuthMethod !== 'none' && isRequired;
  const isSecretRight =
    secret === undefined ? !isSecretNeeded : isSameSecret(secret, client.clientSecret);
  if (clientId !== client.clientId || !isSecretRight) {
    throw new MfaError(401, 'invalid_client', 'Client authentication failed.');
  }
}
