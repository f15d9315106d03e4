import type { CreateResourceServerBody, UpdateResourceServerBody } from '@tessera/api-contract';
import type {
  JsonObject,
  NewResourceServer,
  ResourceServer,
  ResourceServerPatch,
} from '@tessera/model';
import { mergeExtra } from '../to-json.ts';

/** Lifetimes of access tokens when nobody has set them, in seconds. */
const DEFAULT_TOKEN_LIFETIME = 86_400;
const DEFAULT_WEB_TOKEN_LIFETIME = 7_200;

type Settings = UpdateResourceServerBody;

/** Domain fields that both a creation and a change may set. */
function readSettings(settings: Settings): ResourceServerPatch {
  const { scopes } = settings;
  return {
    ...(settings.name === undefined ? {} : { name: settings.name }),
    ...(scopes === undefined
      ? {}
      : {
          scopes: scopes.map(({ value, description }) => ({
            value,
            ...(description === undefined ? {} : { description }),
          })),
        }),
    ...(settings.signing_alg === undefined ? {} : { signingAlg: settings.signing_alg }),
    ...(settings.signing_secret === undefined ? {} : { signingSecret: settings.signing_secret }),
    ...(settings.token_lifetime === undefined
      ? {}
      : { tokenLifetimeSeconds: settings.token_lifetime }),
    ...(settings.token_lifetime_for_web === undefined
      ? {}
      : { tokenLifetimeForWebSeconds: settings.token_lifetime_for_web }),
    ...(settings.token_dialect === undefined ? {} : { tokenDialect: settings.token_dialect }),
    ...(settings.allow_offline_access === undefined
      ? {}
      : { allowOfflineAccess: settings.allow_offline_access }),
    ...(settings.skip_consent_for_verifiable_first_party_clients === undefined
      ? {}
      : {
          skipConsentForVerifiableFirstPartyClients:
            settings.skip_consent_for_verifiable_first_party_clients,
        }),
    ...(settings.enforce_policies === undefined
      ? {}
      : { enforcePolicies: settings.enforce_policies }),
  };
}

/**
 * What is kept as it came: members without a meaning here, and the wire form of those that are
 * answered only when somebody has set them.
 */
function readExtra(settings: Settings): Record<string, unknown> {
  const {
    name: _name,
    signing_alg: _alg,
    signing_secret: _secret,
    allow_offline_access: _offline,
    token_lifetime: _lifetime,
    token_lifetime_for_web: _webLifetime,
    skip_consent_for_verifiable_first_party_clients: _skip,
    ...extra
  } = settings;
  // The key that tokens are encrypted to is public, but its PEM is not answered.
  return { ...extra, scopes: settings.scopes?.length === 0 ? [] : settings.scopes && null };
}

export function readNewResourceServer(
  body: CreateResourceServerBody,
  generated: { readonly id: string; readonly signingSecret: string },
): NewResourceServer {
  const { identifier, ...settings } = body;
  return {
    name: '',
    scopes: [],
    signingAlg: 'RS256',
    tokenLifetimeSeconds: DEFAULT_TOKEN_LIFETIME,
    tokenLifetimeForWebSeconds: DEFAULT_WEB_TOKEN_LIFETIME,
    tokenDialect: 'access_token',
    allowOfflineAccess: false,
    skipConsentForVerifiableFirstPartyClients: false,
    enforcePolicies: false,
    ...(settings.signing_alg === 'HS256' ? { signingSecret: generated.signingSecret } : {}),
    ...readSettings(settings),
    id: generated.id,
    identifier,
    isSystem: false,
    extra: mergeExtra({}, readExtra(settings)),
  };
}

export function readResourceServerPatch(
  resourceServer: ResourceServer,
  body: UpdateResourceServerBody,
  generated: { readonly signingSecret: string },
): ResourceServerPatch {
  const needsSecret = body.signing_alg === 'HS256' && resourceServer.signingSecret === undefined;
  return {
    ...(needsSecret ? { signingSecret: generated.signingSecret } : {}),
    ...readSettings(body),
    extra: mergeExtra(resourceServer.extra, readExtra(body)),
  };
}

export function toWireResourceServer(resourceServer: ResourceServer): JsonObject {
  const { extra } = resourceServer;
  const isHs256 = resourceServer.signingAlg === 'HS256';
  const ordered: Readonly<Record<string, unknown>> = {
    id: resourceServer.id,
    name: resourceServer.name || undefined,
    is_system: resourceServer.isSystem || undefined,
    identifier: resourceServer.identifier,
    scopes: resourceServer.scopes.length > 0 ? resourceServer.scopes : extra.scopes,
    signing_alg: resourceServer.signingAlg,
    signing_secret: isHs256 ? resourceServer.signingSecret : undefined,
    allow_offline_access: resourceServer.allowOfflineAccess,
    token_lifetime: resourceServer.tokenLifetimeSeconds,
    token_lifetime_for_web: resourceServer.tokenLifetimeForWebSeconds,
    skip_consent_for_verifiable_first_party_clients:
      resourceServer.skipConsentForVerifiableFirstPartyClients,
    enforce_policies: resourceServer.isSystem
      ? resourceServer.enforcePolicies
      : extra.enforce_policies,
    token_dialect: resourceServer.isSystem ? resourceServer.tokenDialect : extra.token_dialect,
    subject_type_authorization: {
      user: { policy: 'allow_all' },
      client: { policy: 'require_client_grant' },
      ...(extra.subject_type_authorization as object | undefined),
    },
  };
  const rest = Object.entries(extra).filter(([name]) => !(name in ordered));
  const members = [...Object.entries(ordered), ...rest];
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as JsonObject;
}
