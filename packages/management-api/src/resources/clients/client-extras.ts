import type { CreateClientBody, UpdateClientBody } from '@tessera/api-contract';
import type { JsonObject } from '@tessera/model';
import { mergeExtra, toJsonObject } from '../to-json.ts';

/** A body of either kind, as far as settings go. */
export type ClientSettings = Partial<CreateClientBody> | UpdateClientBody;

const DEFAULT_SESSION_TRANSFER: JsonObject = {
  can_create_session_transfer_token: false,
  allowed_authentication_methods: [],
  enforce_device_binding: 'ip',
  allow_refresh_token: false,
  enforce_online_refresh_tokens: true,
  enforce_cascade_revocation: true,
};

/** A list that was set to nothing is answered; one that never was is not. The domain knows no difference. */
const keepEmpty = (list: readonly string[] | undefined): readonly string[] | null | undefined =>
  list === undefined ? undefined : list.length === 0 ? [] : null;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members of an object in `extra`, or none. */
export const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/**
 * What a client keeps besides its domain fields: settings without a meaning here, and the wire form
 * of those that are answered only when somebody has set them.
 */
export function mergeClientExtra(extra: JsonObject, settings: ClientSettings): JsonObject {
  const {
    name: _name,
    description: _description,
    logo_uri: _logoUri,
    is_first_party: _isFirstParty,
    oidc_conformant: _oidcConformant,
    grant_types: _grantTypes,
    initiate_login_uri: _initiateLoginUri,
    client_metadata: _metadata,
    ...kept
  } = settings;
  const { client_secret: _secret, ...change } = kept as typeof kept & { client_secret?: string };
  return mergeExtra(extra, {
    ...change,
    callbacks: keepEmpty(settings.callbacks),
    allowed_origins: keepEmpty(settings.allowed_origins),
    web_origins: keepEmpty(settings.web_origins),
    allowed_logout_urls: keepEmpty(settings.allowed_logout_urls),
    ...mergeSessionTransfer(extra, settings),
    ...mirrorLogout(settings),
  });
}

/** A change of `session_transfer` keeps what it does not name. */
function mergeSessionTransfer(extra: JsonObject, { session_transfer: change }: ClientSettings) {
  if (change === undefined || change === null) return {};
  const merged = { ...DEFAULT_SESSION_TRANSFER, ...objectOf(extra.session_transfer), ...change };
  return { session_transfer: toJsonObject(merged) };
}

/** `oidc_backchannel_logout` is the older name of a part of `oidc_logout`; both are answered. */
function mirrorLogout({ oidc_logout: logout, oidc_backchannel_logout: older }: ClientSettings) {
  if (logout === null || older === null)
    return { oidc_logout: null, oidc_backchannel_logout: null };
  const urls = logout?.backchannel_logout_urls ?? older?.backchannel_logout_urls;
  if (urls === undefined) return {};
  return {
    oidc_logout: { ...older, ...logout },
    oidc_backchannel_logout: { backchannel_logout_urls: urls },
  };
}
