import type {
  Client,
  Connection,
  JsonObject,
  OutboxMessage,
  Tenant,
  TenantStore,
  User,
} from '@tessera/model';
import type { StoredContent, StoredPhoneMessage } from '../stored-content.ts';
import { chooseMessageLanguage, type MessageLanguage } from './default-texts.ts';

/** Everything that a message is made of, read when it is sent. */
export interface RenderingFacts<Content extends StoredContent = StoredContent> {
  readonly tenant: Tenant;
  readonly store: TenantStore;
  readonly message: OutboxMessage;
  readonly content: Content;
  readonly language: MessageLanguage;
  readonly user?: User;
  readonly client?: Client;
  readonly connection?: Connection;
}

/**
 * Reads what a message refers to; of a linked account the user to whom it is linked. A user who is gone
 * meanwhile gets no message: then undefined.
 */
export async function loadRenderingFacts<Content extends StoredContent>(given: {
  readonly tenant: Tenant;
  readonly store: TenantStore;
  readonly message: OutboxMessage;
  readonly content: Content;
}): Promise<RenderingFacts<Content> | undefined> {
  const { tenant, store, message, content } = given;
  const { userId } = message;
  const { clientId, connectionId } = content;
  const [user, client, connection] = await Promise.all([
    userId === undefined ? undefined : store.users.findPrimary(userId),
    clientId === undefined ? undefined : store.clients.find(clientId),
    connectionId === undefined ? undefined : store.connections.find(connectionId),
  ]);
  if (userId !== undefined && user === undefined) return undefined;
  return {
    ...given,
    language: chooseMessageLanguage(content.languages, tenant.settings.enabledLocales),
    ...(user && { user }),
    ...(client && { client }),
    ...(connection && { connection }),
  };
}

/** Characters of a tenant's name in a message: a phone message must keep room for its code. */
const MAX_NAME = 100;

/** Colour of buttons where the tenant has none. */
const DEFAULT_COLOR = '#1f4b44';

/** What a template may read, by the hosted service's names. Values of the caller win. */
export function buildVariables(facts: RenderingFacts): JsonObject {
  const { tenant, content, client, connection, language } = facts;
  const { supportEmail, supportUrl } = tenant.settings;
  return withoutUndefined({
    tenant: tenant.name,
    friendly_name: nameOf(tenant),
    support_email: supportEmail,
    support_url: supportUrl,
    branding: brandingOf(tenant),
    application: client && {
      name: client.name,
      clientID: client.clientId,
      client_metadata: client.metadata,
    },
    connection: connection && { name: connection.name },
    user: describeUser(facts),
    language,
    request_language: content.languages[0],
    // Templates for passwordless logins and enrolments say `link`, the others `url`.
    url: content.variables.link,
    link: content.variables.url,
    ...(content.kind === 'phone' ? describePhone(facts, content) : {}),
    ...content.variables,
  });
}

const nameOf = ({ name, settings }: Tenant): string =>
  (settings.friendlyName ?? name).slice(0, MAX_NAME);

/** What only texts of phone messages know, by the names of the hosted service's templates for them. */
function describePhone(
  { tenant, client }: RenderingFacts,
  { code, via, languages }: StoredPhoneMessage,
): JsonObject {
  return withoutUndefined({
    tenant: { name: tenant.name, friendly_name: nameOf(tenant) },
    client: client && { client_id: client.clientId, name: client.name },
    requestInfo: withoutUndefined({ lang: languages[0] }),
    message_type: via,
    code,
    // Spoken digit by digit: a voice reads 123456 as a number.
    code_spoken: code?.split('').join(', '),
  });
}

function brandingOf({ settings }: Tenant): JsonObject {
  const { branding, pictureUrl } = settings;
  const primary = branding?.primaryColor ?? DEFAULT_COLOR;
  return withoutUndefined({
    logo_url: branding?.logoUrl ?? pictureUrl,
    colors: { primary, on_primary: readableOn(primary) },
  });
}

/** Black or white, whichever is easier to read on a colour (WCAG's relative luminance). */
function readableOn(color: string): string {
  const channels = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = channels;
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? '#000000' : '#ffffff';
}

function describeUser({ user, message, content }: RenderingFacts): JsonObject {
  const { ip, geoip } = content.request ?? {};
  return withoutUndefined({
    // Where nobody has the address, it is all that is known.
    ...(message.channel === 'email' ? { email: message.to } : { phone_number: message.to }),
    ...(user && {
      ...describeProfile(user),
      ...(message.channel === 'email' ? { email: message.to } : {}),
    }),
    source_ip: ip,
    city: geoip?.cityName,
    country: geoip?.countryName,
  });
}

function describeProfile(user: User): JsonObject {
  return withoutUndefined({
    user_id: user.userId,
    email: user.email,
    email_verified: user.emailVerified,
    username: user.username,
    phone_number: user.phoneNumber,
    name: user.name,
    nickname: user.nickname,
    given_name: user.givenName,
    family_name: user.familyName,
    picture: user.picture,
    user_metadata: user.userMetadata,
    app_metadata: user.appMetadata,
  });
}

function withoutUndefined(object: Readonly<Record<string, JsonObject[string] | undefined>>) {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as JsonObject;
}
