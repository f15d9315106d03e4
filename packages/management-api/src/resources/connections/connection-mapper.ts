import type { CreateConnectionBody, UpdateConnectionBody } from '@tessera/api-contract';
import type { Connection, ConnectionPatch, JsonObject } from '@tessera/model';
import { mergeExtra, mergeMetadata, toJsonObject } from '../to-json.ts';

/** What every database connection has unless its options say otherwise, now and after each change. */
const STANDING_OPTIONS: JsonObject = {
  authentication_methods: {
    password: { enabled: true, api_behavior: 'required' },
    passkey: { enabled: false },
  },
  passkey_options: {
    challenge_ui: 'both',
    progressive_enrollment_enabled: true,
    local_enrollment_enabled: true,
  },
  brute_force_protection: true,
};
/** What a new database connection starts with besides. A change replaces options as a whole. */
const INITIAL_OPTIONS: JsonObject = {
  mfa: { active: true, return_enroll_settings: true },
  strategy_version: 2,
};
const MASK = '*****';

type Options = NonNullable<CreateConnectionBody['options']>;

/** Values of `configuration` are secrets of scripts, which do not run here: only their names are kept. */
function readOptions(options: Options): JsonObject {
  const { configuration } = options;
  const masked =
    typeof configuration === 'object' && configuration !== null
      ? {
          configuration: Object.fromEntries(Object.keys(configuration).map((name) => [name, MASK])),
        }
      : {};
  return toJsonObject({ ...STANDING_OPTIONS, ...options, ...masked });
}

function readNewOptions(options: Options): JsonObject {
  // `password_options` replaces the older policy; one of them always stands.
  const policy = options.password_options === undefined ? { passwordPolicy: 'good' } : {};
  return { ...INITIAL_OPTIONS, ...policy, ...readOptions(options) };
}

const readExtra = (body: UpdateConnectionBody) => ({
  show_as_button: body.show_as_button,
  authentication: body.authentication,
  connected_accounts: body.connected_accounts,
});

/** The connection that a creation asks for. */
export function readNewConnection(body: CreateConnectionBody, id: string): Connection {
  return {
    id,
    name: body.name,
    ...(body.display_name === undefined ? {} : { displayName: body.display_name }),
    strategy: 'auth0',
    enabledClients: [...new Set(body.enabled_clients ?? [])],
    isDomainConnection: body.is_domain_connection ?? false,
    realms: body.realms ?? [body.name],
    metadata: mergeMetadata({}, body.metadata ?? {}),
    options: readNewOptions(body.options ?? {}),
    extra: mergeExtra({}, readExtra(body)),
  };
}

export function readConnectionPatch(
  connection: Connection,
  body: UpdateConnectionBody,
): ConnectionPatch {
  const { options, metadata } = body;
  return {
    ...(body.display_name === undefined ? {} : { displayName: body.display_name }),
    ...(body.enabled_clients === undefined
      ? {}
      : { enabledClients: [...new Set(body.enabled_clients)] }),
    ...(body.is_domain_connection === undefined
      ? {}
      : { isDomainConnection: body.is_domain_connection }),
    ...(body.realms === undefined ? {} : { realms: body.realms }),
    ...(metadata === undefined ? {} : { metadata: mergeMetadata({}, metadata) }),
    ...(options === undefined ? {} : { options: readOptions(options ?? {}) }),
    extra: mergeExtra(connection.extra ?? {}, readExtra(body)),
  };
}

export function toWireConnection(connection: Connection): JsonObject {
  const { extra = {}, metadata } = connection;
  return {
    id: connection.id,
    options: connection.options,
    strategy: connection.strategy,
    name: connection.name,
    ...(connection.displayName === undefined ? {} : { display_name: connection.displayName }),
    is_domain_connection: connection.isDomainConnection,
    ...(extra.show_as_button === undefined ? {} : { show_as_button: extra.show_as_button }),
    authentication: extra.authentication ?? { active: true },
    connected_accounts: extra.connected_accounts ?? { active: false },
    enabled_clients: connection.enabledClients,
    realms: connection.realms,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}
