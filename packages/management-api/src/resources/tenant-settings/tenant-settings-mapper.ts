import type { UpdateTenantSettingsBody } from '@tessera/api-contract';
import type { JsonObject, TenantSettings } from '@tessera/model';
import { mergeExtra } from '../to-json.ts';

const HOUR_SECONDS = 3_600;
const MINUTE_SECONDS = 60;

const DEFAULT_FLAGS: JsonObject = {
  allow_changing_enable_sso: false,
  disable_impersonation: true,
  enable_sso: true,
  universal_login: true,
  revoke_refresh_token_grant: false,
  disable_clickjack_protection_headers: false,
};
/** Flags that only the answer to a change has. */
const CHANGE_FLAGS: JsonObject = {
  cannot_change_enforce_client_authentication_on_passwordless_start: true,
  enforce_client_authentication_on_passwordless_start: true,
};
const SANDBOX_VERSIONS = ['22', '18'];

function readLifetime(hours: number | undefined, minutes: number | undefined): number | undefined {
  if (minutes !== undefined) return minutes * MINUTE_SECONDS;
  return hours === undefined ? undefined : hours * HOUR_SECONDS;
}

/** The change that a body asks for. */
export function readTenantSettingsPatch(
  settings: TenantSettings,
  body: UpdateTenantSettingsBody,
): Partial<TenantSettings> {
  const {
    friendly_name: friendlyName,
    picture_url: pictureUrl,
    support_email: supportEmail,
    support_url: supportUrl,
    default_audience: defaultAudience,
    default_directory: defaultDirectory,
    allowed_logout_urls: allowedLogoutUrls,
    enabled_locales: enabledLocales,
    session_lifetime: hours,
    session_lifetime_in_minutes: minutes,
    idle_session_lifetime: idleHours,
    idle_session_lifetime_in_minutes: idleMinutes,
    flags,
    ...extra
  } = body;
  const sessionLifetimeSeconds = readLifetime(hours, minutes);
  const idleSessionLifetimeSeconds = readLifetime(idleHours, idleMinutes);
  const storedFlags = settings.extra.flags;
  return {
    ...(friendlyName === undefined ? {} : { friendlyName }),
    ...(pictureUrl === undefined ? {} : { pictureUrl }),
    ...(supportEmail === undefined ? {} : { supportEmail }),
    ...(supportUrl === undefined ? {} : { supportUrl }),
    ...(defaultAudience === undefined ? {} : { defaultAudience }),
    ...(defaultDirectory === undefined ? {} : { defaultDirectory }),
    ...(allowedLogoutUrls === undefined ? {} : { allowedLogoutUrls }),
    ...(enabledLocales === undefined ? {} : { enabledLocales }),
    ...(sessionLifetimeSeconds === undefined ? {} : { sessionLifetimeSeconds }),
    ...(idleSessionLifetimeSeconds === undefined ? {} : { idleSessionLifetimeSeconds }),
    extra: mergeExtra(settings.extra, {
      ...extra,
      // An empty list that was set is answered; one that never was is not.
      ...(allowedLogoutUrls === undefined ? {} : { allowed_logout_urls: [] }),
      ...(flags === undefined
        ? {}
        : { flags: { ...(storedFlags as object | undefined), ...flags } }),
    }),
  };
}

/** Whole hours as such, anything else in minutes. */
function toWireLifetime(name: string, seconds: number): JsonObject {
  return seconds % HOUR_SECONDS === 0
    ? { [name]: seconds / HOUR_SECONDS }
    : { [`${name}_in_minutes`]: seconds / MINUTE_SECONDS };
}

/** Settings as the wire has them; reading and changing answer slightly different sets. */
export function toWireTenantSettings(
  settings: TenantSettings,
  occasion: 'read' | 'change',
): JsonObject {
  const { extra } = settings;
  const { flags } = extra;
  const ordered: Readonly<Record<string, unknown>> = {
    allowed_logout_urls:
      settings.allowedLogoutUrls.length > 0
        ? settings.allowedLogoutUrls
        : extra.allowed_logout_urls,
    default_audience: settings.defaultAudience,
    default_directory: settings.defaultDirectory,
    enabled_locales: settings.enabledLocales ?? ['en'],
    flags: {
      ...DEFAULT_FLAGS,
      ...(occasion === 'change' ? CHANGE_FLAGS : {}),
      ...(flags as object | undefined),
    },
    friendly_name: settings.friendlyName,
    ...toWireLifetime('idle_session_lifetime', settings.idleSessionLifetimeSeconds),
    ephemeral_session_lifetime: extra.ephemeral_session_lifetime ?? 72,
    idle_ephemeral_session_lifetime: extra.idle_ephemeral_session_lifetime ?? 24,
    picture_url: settings.pictureUrl,
    sandbox_version: extra.sandbox_version ?? SANDBOX_VERSIONS[0],
    ...toWireLifetime('session_lifetime', settings.sessionLifetimeSeconds),
    support_email: settings.supportEmail,
    support_url: settings.supportUrl,
    oidc_logout: extra.oidc_logout ?? { rp_logout_end_session_endpoint_discovery: true },
    resource_parameter_profile: extra.resource_parameter_profile ?? 'compatibility',
    ...(occasion === 'read'
      ? {
          sandbox_versions_available: SANDBOX_VERSIONS,
          client_id_metadata_document_supported:
            extra.client_id_metadata_document_supported ?? false,
        }
      : {}),
  };
  const rest = Object.entries(extra).filter(([name]) => !(name in ordered));
  const members = [...Object.entries(ordered), ...rest];
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as JsonObject;
}
