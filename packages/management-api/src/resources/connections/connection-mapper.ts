import type { CreateConnectionBody, UpdateConnectionBody } from '@tessera/api-contract';
import type { Connection, ConnectionPatch, JsonObject } from '@tessera/model';
import { mergeExtra, mergeMetadata, toJsonObject } from '../to-json.ts';

/** What every database connection has unless its options say otherwise, now and after each change. */
const STANDING_OPTIONS: JsonObject = {
  authentication_methods: {
    password: { enabled: true, api_behavior: 'required', signup_behavior: 'allow' },
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
/**
 * Member of the stored options that keeps what the wire has beside `options` and nothing here acts
 * on. It never goes over the wire: a caller's own member of that name is refused.
 */
const SETTINGS = '$settings';

type Options = NonNullable<CreateConnectionBody['options']>;

/** An e-mail attribute is unique and verified by a link unless it says otherwise. */
function readAttributes({ attributes }: Options): JsonObject {
  if (!attributes?.email) return {};
  const email = { verification_method: 'link', unique: true, ...attributes.email };
  return toJsonObject({ attributes: { ...attributes, email } });
}

/** Values of `configuration` are secrets of scripts, which do not run here: only their names are kept. */
function readOptions(strategy: Connection['strategy'], options: Options): JsonObject {
  if (strategy === 'oidc') return { type: 'back_channel', ...(options as JsonObject) };
  // What databases have is nothing to other kinds of connections.
  if (strategy !== 'auth0') return { brute_force_protection: true, ...(options as JsonObject) };
  const { configuration } = options;
  const masked =
    typeof configuration === 'object' && configuration !== null
      ? {
          configuration: Object.fromEntries(Object.keys(configuration).map((name) => [name, MASK])),
        }
      : {};
  const methods = {
    authentication_methods: {
      ...(STANDING_OPTIONS.authentication_methods as JsonObject),
      ...options.authentication_methods,
    },
  };
  return toJsonObject({
    ...STANDING_OPTIONS,
    ...options,
    ...methods,
    ...readAttributes(options),
    ...masked,
  });
}

/** What is kept beside the options. */
function settingsOf({ options }: Pick<Connection, 'options'>): JsonObject {
  const settings = options[SETTINGS];
  return typeof settings === 'object' && settings !== null && !Array.isArray(settings)
    ? (settings as JsonObject)
    : {};
}

function readNewOptions(strategy: Connection['strategy'], options: Options): JsonObject {
  if (strategy !== 'auth0') return readOptions(strategy, options);
  // `password_options` replaces the older policy; one of them always stands.
  const policy = options.password_options === undefined ? { passwordPolicy: 'good' } : {};
  return { ...INITIAL_OPTIONS, ...policy, ...readOptions(strategy, options) };
}

const readSettings = (body: UpdateConnectionBody) => ({
  show_as_button: body.show_as_button,
  authentication: body.authentication,
  connected_accounts: body.connected_accounts,
});

/** The connection that a creation asks for. */
export function readNewConnection(
  body: CreateConnectionBody,
  { id, strategy }: Pick<Connection, 'id' | 'strategy'>,
): Connection {
  return {
    id,
    name: body.name,
    ...(body.display_name === undefined ? {} : { displayName: body.display_name }),
    strategy,
    enabledClients: [...new Set(body.enabled_clients ?? [])],
    isDomainConnection: body.is_domain_connection ?? false,
    realms: body.realms ?? [body.name],
    metadata: mergeMetadata({}, body.metadata ?? {}),
    options: {
      ...readNewOptions(strategy, body.options ?? {}),
      [SETTINGS]: mergeExtra({}, readSettings(body)),
    },
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
    options: {
      ...(options === undefined
        ? connection.options
        : { ...keptSecret(connection), ...readOptions(connection.strategy, options ?? {}) }),
      [SETTINGS]: mergeExtra(settingsOf(connection), readSettings(body)),
    },
  };
}

/** Nobody is ever told the secret, so a change that names none leaves it as it is. */
function keptSecret({ strategy, options }: Connection): JsonObject {
  const { client_secret: secret } = options;
  return strategy === 'oidc' && typeof secret === 'string' ? { client_secret: secret } : {};
}

export function toWireConnection(connection: Connection): JsonObject {
  const settings = settingsOf(connection);
  const { metadata } = connection;
  const { [SETTINGS]: _settings, ...kept } = connection.options;
  const { client_secret: _secret, ...withoutSecret } = kept;
  const options = connection.strategy === 'oidc' ? withoutSecret : kept;
  return {
    id: connection.id,
    options,
    strategy: connection.strategy,
    name: connection.name,
    ...(connection.displayName === undefined ? {} : { display_name: connection.displayName }),
    is_domain_connection: connection.isDomainConnection,
    ...(settings.show_as_button === undefined ? {} : { show_as_button: settings.show_as_button }),
    authentication: settings.authentication ?? { active: true },
    connected_accounts: settings.connected_accounts ?? { active: false },
    enabled_clients: connection.enabledClients,
    realms: connection.realms,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}
