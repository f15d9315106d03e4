import type { CreateClientBody, UpdateClientBody } from '@tessera/api-contract';
import type {
  Client,
  ClientPatch,
  ClientType,
  JsonObject,
  NewClient,
  RefreshTokenPolicy,
  TokenEndpointAuthMethod,
} from '@tessera/model';
import { mergeMetadata } from '../to-json.ts';
import { type ClientSettings, isJsonObject, mergeClientExtra, objectOf } from './client-extras.ts';

type RefreshTokenInput = NonNullable<CreateClientBody['refresh_token']>;

const ID_TOKEN_LIFETIME_SECONDS = 36_000;
const DAY_SECONDS = 86_400;
/** 365.25 days: what a client with a secret of its own gets. */
const CONFIDENTIAL_LIFETIMES = {
  lifetimeSeconds: 31_557_600,
  idleLifetimeSeconds: 30 * DAY_SECONDS,
};
const OTHER_LIFETIMES = {
  lifetimeSeconds: 30 * DAY_SECONDS,
  idleLifetimeSeconds: 15 * DAY_SECONDS,
};

const KNOWN_TYPES: readonly string[] = [
  'native',
  'spa',
  'regular_web',
  'non_interactive',
] satisfies ClientType[];
const isClientType = (type: string): type is ClientType => KNOWN_TYPES.includes(type);

/** How a client proves itself when it has not said so: those that cannot keep a secret do not. */
function readAuthMethod(
  type: string | undefined,
  method: TokenEndpointAuthMethod | null | undefined,
): TokenEndpointAuthMethod {
  if (method !== undefined && method !== null) return method;
  return type === 'native' || type === 'spa' ? 'none' : 'client_secret_post';
}

function defaultGrantTypes(body: CreateClientBody): readonly string[] {
  if (body.app_type === 'resource_server') return [];
  const everyone = ['authorization_code', 'implicit', 'refresh_token'];
  const method = readAuthMethod(body.app_type, body.token_endpoint_auth_method);
  return method === 'none' ? everyone : [...everyone, 'client_credentials'];
}

/** Defaults of the refresh token policy; a client that names its secret method gets long ones. */
function defaultRefreshToken(
  method: TokenEndpointAuthMethod | null | undefined,
): RefreshTokenPolicy {
  const isConfidential = method === 'client_secret_post' || method === 'client_secret_basic';
  return {
    rotationType: 'non-rotating',
    expirationType: 'non-expiring',
    leewaySeconds: 0,
    ...(isConfidential ? CONFIDENTIAL_LIFETIMES : OTHER_LIFETIMES),
  };
}

/** The policy of a body. `infinite_*` belongs to the wire only: `non-expiring` says the same here. */
function readRefreshToken(
  input: RefreshTokenInput,
  defaults: RefreshTokenPolicy,
): RefreshTokenPolicy {
  return {
    rotationType: input.rotation_type,
    expirationType: input.expiration_type,
    leewaySeconds: input.leeway ?? defaults.leewaySeconds,
    lifetimeSeconds: input.token_lifetime ?? defaults.lifetimeSeconds,
    idleLifetimeSeconds: input.idle_token_lifetime ?? defaults.idleLifetimeSeconds,
  };
}

/** Domain fields that both a creation and a change may set. */
function readSettings(settings: ClientSettings): ClientPatch {
  const { app_type: type, jwt_configuration: jwt } = settings;
  return {
    ...(settings.name === undefined ? {} : { name: settings.name }),
    ...(settings.description === undefined ? {} : { description: settings.description ?? '' }),
    ...(settings.logo_uri === undefined ? {} : { logoUri: settings.logo_uri }),
    ...(settings.callbacks === undefined ? {} : { callbacks: settings.callbacks }),
    ...(settings.allowed_origins === undefined ? {} : { allowedOrigins: settings.allowed_origins }),
    ...(settings.web_origins === undefined ? {} : { webOrigins: settings.web_origins }),
    ...(settings.allowed_logout_urls === undefined
      ? {}
      : { allowedLogoutUrls: settings.allowed_logout_urls }),
    ...(settings.grant_types === undefined ? {} : { grantTypes: settings.grant_types }),
    ...(settings.is_first_party === undefined ? {} : { isFirstParty: settings.is_first_party }),
    ...(settings.oidc_conformant === undefined ? {} : { oidcConformant: settings.oidc_conformant }),
    ...(settings.initiate_login_uri === undefined
      ? {}
      : { initiateLoginUri: settings.initiate_login_uri }),
    ...(settings.require_pushed_authorization_requests === undefined
      ? {}
      : { requirePushedAuthorizationRequests: settings.require_pushed_authorization_requests }),
    ...(type === undefined ? {} : { type: isClientType(type) ? type : 'regular_web' }),
    ...(jwt === undefined
      ? {}
      : {
          idTokenLifetimeSeconds: jwt.lifetime_in_seconds ?? ID_TOKEN_LIFETIME_SECONDS,
          idTokenAlg: jwt.alg ?? 'RS256',
        }),
  };
}

/** The client that a creation asks for. */
export function readNewClient(
  body: CreateClientBody,
  identity: { readonly clientId: string; readonly clientSecret: string },
): NewClient {
  const defaults = defaultRefreshToken(body.token_endpoint_auth_method);
  return {
    isFirstParty: true,
    callbacks: [],
    allowedOrigins: [],
    webOrigins: [],
    allowedLogoutUrls: [],
    oidcConformant: false,
    idTokenLifetimeSeconds: ID_TOKEN_LIFETIME_SECONDS,
    idTokenAlg: 'RS256',
    requirePushedAuthorizationRequests: false,
    grantTypes: defaultGrantTypes(body),
    ...readSettings(body),
    ...identity,
    name: body.name,
    tokenEndpointAuthMethod: readAuthMethod(body.app_type, body.token_endpoint_auth_method),
    refreshToken: body.refresh_token ? readRefreshToken(body.refresh_token, defaults) : defaults,
    metadata: body.client_metadata ?? {},
    extra: mergeClientExtra({}, body),
  };
}

/** The change that a body asks for. */
export function readClientPatch(client: Client, body: UpdateClientBody): ClientPatch {
  const { token_endpoint_auth_method: method, refresh_token: refreshToken } = body;
  const type = body.app_type ?? asText(client.extra.app_type) ?? client.type;
  const wireMethod = method === undefined ? readMethod(client) : method;
  return {
    ...readSettings(body),
    ...(body.client_secret === undefined ? {} : { clientSecret: body.client_secret }),
    tokenEndpointAuthMethod: readAuthMethod(type, wireMethod),
    ...(refreshToken === undefined
      ? {}
      : {
          refreshToken: refreshToken
            ? readRefreshToken(refreshToken, client.refreshToken)
            : defaultRefreshToken(wireMethod),
        }),
    ...(body.client_metadata === undefined
      ? {}
      : { metadata: mergeMetadata(client.metadata, body.client_metadata) }),
    extra: mergeClientExtra(client.extra, body),
  };
}

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** The method that somebody has chosen for the client; undefined when it follows from its type. */
function readMethod(client: Client): TokenEndpointAuthMethod | undefined {
  const hasChosen =
    client.extra.token_endpoint_auth_method !== undefined || client.type === undefined;
  return hasChosen ? client.tokenEndpointAuthMethod : undefined;
}

const toWireRefreshToken = ({ refreshToken, extra }: Client): JsonObject => ({
  rotation_type: refreshToken.rotationType,
  expiration_type: refreshToken.expirationType,
  leeway: refreshToken.leewaySeconds,
  token_lifetime: refreshToken.lifetimeSeconds,
  infinite_token_lifetime: refreshToken.expirationType === 'non-expiring',
  infinite_idle_token_lifetime: refreshToken.expirationType === 'non-expiring',
  idle_token_lifetime: refreshToken.idleLifetimeSeconds,
  ...objectOf(extra.refresh_token),
});

/** `lifetime_in_seconds` is answered when it was set, or when nothing was. */
const toWireJwtConfiguration = ({ idTokenLifetimeSeconds, extra }: Client): JsonObject => ({
  secret_encoded: false,
  ...(isJsonObject(extra.jwt_configuration)
    ? extra.jwt_configuration
    : { lifetime_in_seconds: idTokenLifetimeSeconds }),
});

const listOr = (list: readonly string[], extra: unknown): object =>
  list.length > 0 ? [...list] : (extra as object);

/** Keys and certificates of the tenant, as clients nest them. */
export type WireSigningKeys = readonly {
  readonly cert: string;
  readonly pkcs7: string;
  readonly subject: string;
}[];

/**
 * A client as the wire has it. `keys` is absent for callers that may not read keys: then there is
 * neither the secret nor the signing keys.
 */
export function toWireClient(client: Client, keys: WireSigningKeys | undefined): JsonObject {
  const { extra } = client;
  const ordered: Readonly<Record<string, unknown>> = {
    name: client.name,
    description: client.description || undefined,
    client_id: client.clientId,
    client_secret: keys && client.clientSecret,
    app_type: extra.app_type ?? client.type,
    logo_uri: client.logoUri || undefined,
    is_first_party: client.isFirstParty,
    is_token_endpoint_ip_header_trusted: extra.is_token_endpoint_ip_header_trusted ?? false,
    oidc_conformant: client.oidcConformant,
    callbacks: listOr(client.callbacks, extra.callbacks),
    allowed_origins: listOr(client.allowedOrigins, extra.allowed_origins),
    web_origins: listOr(client.webOrigins, extra.web_origins),
    allowed_logout_urls: listOr(client.allowedLogoutUrls, extra.allowed_logout_urls),
    jwt_configuration: toWireJwtConfiguration(client),
    signing_keys: keys,
    sso_disabled: extra.sso_disabled ?? false,
    cross_origin_authentication: extra.cross_origin_authentication ?? false,
    grant_types: [...client.grantTypes],
    custom_login_page_on: extra.custom_login_page_on ?? true,
    token_endpoint_auth_method: extra.token_endpoint_auth_method,
    client_metadata: Object.keys(client.metadata).length > 0 ? client.metadata : undefined,
    initiate_login_uri: client.initiateLoginUri || undefined,
    refresh_token: toWireRefreshToken(client),
  };
  const rest = Object.entries(extra).filter(([name]) => !(name in ordered));
  const members = [...Object.entries(ordered), ...rest];
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as JsonObject;
}
