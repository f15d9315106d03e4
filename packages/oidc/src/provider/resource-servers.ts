import type { ResourceServer as Api } from '@tessera/model';
import type { Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { accessDenied } from '../dialect/dialect-error.ts';
import { machineErrors } from '../dialect/machine-errors.ts';
import { PROTOCOL_SCOPES } from './claims.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { createMfaApi, mfaAudience } from './mfa-api.ts';
import { isMachineGrant, requestedAudience } from './requested-audience.ts';
import { toAudience, toIndicator } from './resource-indicator.ts';

/** The `resourceIndicators` feature: which API a token is for, and what it may say there. */
export function createResourceIndicators(scope: IssuerScope) {
  return {
    enabled: true,
    /** With `granted`, oidc-provider asks which of the API of a code or refresh token to use. */
    async defaultResource(
      ctx: KoaContextWithOIDC,
      _client: Client,
      granted?: readonly string[],
    ): Promise<string | string[]> {
      if (granted?.[0] !== undefined) return granted[0];
      const audience = requestedAudience(ctx, scope);
      if (audience !== undefined) return toIndicator(audience);
      if (isMachineGrant(ctx)) throw machineErrors.noAudience();
      // oidc-provider's own default does the same; its types do not say so.
      return undefined as unknown as string;
    },
    useGrantedResource: async () => true,
    async getResourceServerInfo(
      ctx: KoaContextWithOIDC,
      indicator: string,
      client: Client,
    ): Promise<ResourceServer> {
      const audience = toAudience(indicator);
      const api = await findApi(scope, audience, client);
      const isMachine = isMachineGrant(ctx);
      if (api === undefined) {
        throw isMachine
          ? machineErrors.unknownApi(audience)
          : accessDenied(`Service not found: ${audience}`);
      }
      const scopes = isMachine
        ? await authorizeMachine(ctx, { api, client, scope })
        : await scopesForPerson(ctx, api, scope);
      const state = scope.requests.of(ctx);
      state.api = api;
      if (!api.allowOfflineAccess) state.isOnlineOnly = true;
      return {
        scope: scopes.join(' '),
        audience: api.identifier,
        accessTokenFormat: 'jwt',
        accessTokenTTL: lifetimeFor(ctx, api),
        jwt: { sign: signerFor(api) },
      };
    },
  };
}

/** A machine gets what its client grant names; asking for nothing means all of it. */
async function authorizeMachine(
  ctx: KoaContextWithOIDC,
  request: { readonly api: Api; readonly client: Client; readonly scope: IssuerScope },
): Promise<readonly string[]> {
  const { api, client, scope } = request;
  const grant = await scope.store.clientGrants.findFor(client.clientId, api.identifier);
  if (grant === undefined) throw machineErrors.noClientGrant(api.identifier);
  const { params } = ctx.oidc;
  const requested = [...ctx.oidc.requestParamScopes];
  const missing = requested.filter((name) => !grant.scope.includes(name));
  if (missing.length > 0) throw machineErrors.scopesNotGranted(missing);
  // The grant handler reads the parameter after this callback.
  if (requested.length === 0 && grant.scope.length > 0 && params !== undefined) {
    params.scope = grant.scope.join(' ');
  }
  scope.requests.of(ctx).permissions = requested.length === 0 ? grant.scope : requested;
  return grant.scope;
}

/**
 * What a person's token may carry: the API's scopes, and with RBAC only those the person holds as
 * permissions. The management API always counts as under RBAC: its scopes rule the whole tenant.
 *
 * Before the login nobody is known yet; the question comes again when the authorization resumes.
 */
async function scopesForPerson(
  ctx: KoaContextWithOIDC,
  api: Api,
  { store, requests }: IssuerScope,
): Promise<readonly string[]> {
  const defined = api.scopes.map(({ value }) => value);
  if (!api.enforcePolicies && !api.isSystem) return [...PROTOCOL_SCOPES, ...defined];
  const userId = ctx.oidc.account?.accountId ?? ctx.oidc.session?.accountId;
  if (userId === undefined) return [...PROTOCOL_SCOPES, ...defined];
  const held = await store.roles.listEffectivePermissions(userId, api.identifier);
  requests.of(ctx).permissions = held;
  return [...PROTOCOL_SCOPES, ...defined.filter((name) => held.includes(name))];
}

/** Second factors are managed by the tenant's own applications, and by nobody else. */
async function findApi(
  { issuer, store }: IssuerScope,
  audience: string,
  { clientId }: Client,
): Promise<Api | undefined> {
  if (audience !== mfaAudience(issuer)) return store.resourceServers.findByIdentifier(audience);
  const application = await store.clients.find(clientId);
  return application?.isFirstParty === true ? createMfaApi(issuer) : undefined;
}

const FRONT_CHANNEL_ROUTES: ReadonlySet<string> = new Set(['authorization', 'resume']);

/** Tokens that pass through a browser's address bar have a lifetime of their own. */
function lifetimeFor(ctx: KoaContextWithOIDC, api: Api): number {
  return FRONT_CHANNEL_ROUTES.has(ctx.oidc.route)
    ? api.tokenLifetimeForWebSeconds
    : api.tokenLifetimeSeconds;
}

function signerFor(api: Api) {
  if (api.signingAlg === 'RS256') return { alg: 'RS256' } as const;
  if (api.signingSecret === undefined || api.signingSecret === '') {
    throw new Error(`the API ${api.id} signs with HS256 but has no signing secret`);
  }
  return { alg: 'HS256', key: Buffer.from(api.signingSecret) } as const;
}
