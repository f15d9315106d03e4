import type { Client } from '@tessera/model';
import type { AdapterPayload, ResponseType } from 'oidc-provider';
import { DEVICE_GRANT } from '../device/device-grant.ts';
import { GRANTS } from '../grants/grant-table.ts';
import { tokenExchangeGrant } from '../grants/token-exchange.ts';
import { CLIENT_POLICY, createClientPolicy } from './client-policy.ts';

/** Grant types that the token endpoint knows; others of the management API are kept but mean nothing here. */
const GRANT_TYPES: ReadonlySet<string> = new Set([
  ...GRANTS.map(({ name }) => name),
  'authorization_code',
  'implicit',
  'refresh_token',
  'client_credentials',
  DEVICE_GRANT,
]);

/** Schemes that would run script or read files in the browser that is redirected. */
const FORBIDDEN_SCHEMES: ReadonlySet<string> = new Set([
  'javascript:',
  'vbscript:',
  'data:',
  'blob:',
  'file:',
  'about:',
]);

/**
 * Describes an application in oidc-provider's terms (RFC 7591, section 2). Undefined when the
 * application could not authenticate: it needs a secret and has none.
 */
export function toClientMetadata(client: Client): AdapterPayload | undefined {
  const needsSecret = client.tokenEndpointAuthMethod !== 'none' || client.idTokenAlg === 'HS256';
  if (needsSecret && client.clientSecret === '') return undefined;
  const redirectUris = client.callbacks.filter(isRedirectable);
  const grantTypes = grantTypesOf(client);
  const metadata = {
    client_id: client.clientId,
    client_name: client.name,
    ...(needsSecret ? { client_secret: client.clientSecret } : {}),
    application_type: client.type === 'native' ? 'native' : 'web',
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    grant_types: grantTypes,
    response_types: redirectUris.length === 0 ? [] : responseTypesFor(grantTypes),
    redirect_uris: redirectUris,
    post_logout_redirect_uris: client.allowedLogoutUrls.filter(isRedirectable),
    id_token_signed_response_alg: client.idTokenAlg,
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
    [CLIENT_POLICY]: createClientPolicy(client),
  } as const;
  return metadata as unknown as AdapterPayload;
}

/**
 * Whoever knows its id could ask in the name of a public client: it is no machine (RFC 6749, section 4.4).
 * Token exchange is a setting of its own.
 */
function grantTypesOf({ grantTypes, tokenEndpointAuthMethod, extra }: Client): string[] {
  const isPublic = tokenEndpointAuthMethod === 'none';
  const known = grantTypes.filter(
    (type) =>
      GRANT_TYPES.has(type) &&
      type !== tokenExchangeGrant.name &&
      !(isPublic && type === 'client_credentials'),
  );
  return mayExchangeTokens(extra) ? [...known, tokenExchangeGrant.name] : known;
}

/** The member `token_exchange` of the management API. */
function mayExchangeTokens({ token_exchange: setting }: Client['extra']): boolean {
  if (
    typeof setting !== 'object' ||
    setting === null ||
    !('allow_any_profile_of_type' in setting)
  ) {
    return false;
  }
  const { allow_any_profile_of_type: types } = setting;
  return Array.isArray(types) && types.includes('custom_authentication');
}

function responseTypesFor(grantTypes: readonly string[]): ResponseType[] {
  const code = grantTypes.includes('authorization_code');
  const implicit = grantTypes.includes('implicit');
  return [
    ...(code ? (['code'] as const) : []),
    ...(implicit ? (['id_token'] as const) : []),
    ...(code && implicit ? (['code id_token'] as const) : []),
  ];
}

/** One bad address among the callbacks must not disable the whole application. */
function isRedirectable(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && !url.includes('#') && !FORBIDDEN_SCHEMES.has(parsed.protocol);
}
