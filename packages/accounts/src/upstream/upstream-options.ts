import type { Connection } from '@tessera/model';
import { z } from 'zod';

/** What the options of an upstream connection mean. */
export interface UpstreamOptions {
  /** Of the provider: its issuer, or the address of its discovery document. */
  readonly server: URL;
  readonly clientId: string;
  /** Absent: the application is public at the provider, and only PKCE protects the code. */
  readonly clientSecret?: string;
  readonly scope: string;
  /** `${context.tokenset.<claim>}` by member of the profile. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The profile follows the provider at every login, or stays as it was at the first. */
  readonly updates: 'on_each_login' | 'on_first_login' | 'never_on_login';
}

const optionsSchema = z.object({
  issuer: z.string().nullish(),
  discovery_url: z.string().nullish(),
  client_id: z.string().min(1),
  client_secret: z.string().nullish(),
  scope: z.string().nullish(),
  set_user_root_attributes: z.enum(['on_each_login', 'on_first_login', 'never_on_login']).nullish(),
  attribute_map: z
    .object({
      mapping_mode: z.enum(['basic_profile', 'bind_all', 'use_map']).nullish(),
      attributes: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});

const DEFAULT_SCOPE = 'openid profile email';

/** Reads the options of a connection. Throws when the management API would have refused them. */
export function parseUpstreamOptions(connection: Connection): UpstreamOptions {
  const parsed = optionsSchema.safeParse(connection.options);
  const server = URL.parse(parsed.data?.discovery_url ?? parsed.data?.issuer ?? '');
  if (!parsed.success || server === null) {
    throw new Error(`Options of connection "${connection.name}" are not valid`, {
      cause: parsed.error,
    });
  }
  const options = parsed.data;
  const { mapping_mode: mode, attributes } = options.attribute_map ?? {};
  const texts = Object.entries(attributes ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    server,
    clientId: options.client_id,
    ...(options.client_secret ? { clientSecret: options.client_secret } : {}),
    scope: withOpenid(options.scope ?? DEFAULT_SCOPE),
    attributes: mode === 'use_map' ? Object.fromEntries(texts) : {},
    updates: options.set_user_root_attributes ?? 'on_each_login',
  };
}

function withOpenid(scope: string): string {
  return scope.split(' ').includes('openid') ? scope : `openid ${scope}`;
}
