import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { publicMembers } from '../http/public-members.ts';
import type { IssuerScope } from './issuer-scope.ts';

/** Our own parameters; a request cannot set them, whatever it carries under these names is replaced. */
const OFFLINE = 'tessera_offline';
const QUERY = 'tessera_query';
/** Scope of a request that names none (RFC 6749, section 3.3): who it is, and nothing of them. */
const DEFAULT_SCOPE = 'openid';
/** Largest original query that is kept for pages and Actions, characters of JSON. */
const MAX_QUERY_LENGTH = 8_000;

/** Parameters of the authorization request beyond the standard's, in the order they are checked. */
export function createExtraParams(scope: IssuerScope) {
  return {
    audience: null,
    connection: async (_ctx: KoaContextWithOIDC, name: string | undefined, client: Client) =>
      refuseUnknownConnection(scope, name, client),
    screen_hint: null,
    organization: (_ctx: KoaContextWithOIDC, id: string | undefined) => refuseOrganization(id),
    [QUERY]: async (ctx: KoaContextWithOIDC) => keepQuery(ctx),
    [OFFLINE]: async (ctx: KoaContextWithOIDC, _value: string | undefined, client: Client) =>
      keepOfflineAccess(ctx, client, scope),
  };
}

/** An application that names a connection wants its people alone, so nobody else is asked in their stead. */
async function refuseUnknownConnection(
  { store }: IssuerScope,
  wanted: string | undefined,
  { clientId }: Client,
): Promise<void> {
  if (wanted === undefined || wanted === '') return;
  const connections = await store.connections.listForClient(clientId);
  if (!connections.some(({ name }) => name === wanted)) {
    throw new errors.InvalidRequest('the connection was not found');
  }
}

/** Tokens of a login that asked for the members of an organization would go to everybody. */
function refuseOrganization(id: string | undefined): void {
  if (id === undefined || id === '') return;
  throw new errors.InvalidRequest('parameter organization is not allowed for this client');
}

/** The query that an authorization began with, as pages and Actions see it. */
export function originalQuery(params: Readonly<Record<string, unknown>>): Record<string, string> {
  const packed = params[QUERY];
  return typeof packed === 'string' ? (JSON.parse(packed) as Record<string, string>) : {};
}

/**
 * oidc-provider drops parameters it does not know, and after the login the query is gone. Also where a
 * request that asks for nothing gets its scope: without any oidc-provider refuses it after the login.
 */
function keepQuery(ctx: KoaContextWithOIDC): void {
  const { params } = ctx.oidc;
  if (params === undefined || isPushed(ctx)) return;
  const given = requestParameters(ctx);
  // Not where oidc-provider has taken away all that was asked for.
  if (given.scope === undefined || given.scope === '') params.scope ??= DEFAULT_SCOPE;
  const packed = JSON.stringify(publicMembers(given));
  params[QUERY] = packed.length <= MAX_QUERY_LENGTH ? packed : '{}';
}

/**
 * oidc-provider strips `offline_access` unless the person is asked for consent; the hosted service
 * gives it to any client that may refresh, where the API allows it.
 */
function keepOfflineAccess(ctx: KoaContextWithOIDC, client: Client, scope: IssuerScope): void {
  const { params } = ctx.oidc;
  if (params === undefined) return;
  const { scope: requested } = requestParameters(ctx);
  const isRequested = isPushed(ctx)
    ? params[OFFLINE] === '1'
    : typeof requested === 'string' && requested.split(' ').includes('offline_access');
  const isAllowed =
    isRequested &&
    client.grantTypeAllowed('refresh_token') &&
    (ctx.oidc.route === 'device_authorization' ||
      String(params.response_type).split(' ').includes('code')) &&
    scope.requests.of(ctx).isOnlineOnly !== true;
  params[OFFLINE] = isAllowed ? '1' : undefined;
  if (isAllowed && !ctx.oidc.requestParamScopes.has('offline_access')) {
    params.scope = [...ctx.oidc.requestParamScopes, 'offline_access'].join(' ');
  }
}

/** A pushed request was checked, and our parameters written, when it was pushed. */
function isPushed(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.entities.PushedAuthorizationRequest !== undefined;
}

function requestParameters(ctx: KoaContextWithOIDC): Readonly<Record<string, unknown>> {
  return ctx.method === 'POST' ? (ctx.oidc.body ?? {}) : ctx.query;
}
