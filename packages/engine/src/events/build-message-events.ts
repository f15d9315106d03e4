import type {
  CustomEmailProviderEvent,
  CustomPhoneProviderEvent,
  EventBrandedTenant,
  SendPhoneMessageEvent,
} from '@tessera/action-types';
import type { JsonObject, Tenant } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import { buildClient, buildConnection, buildTenant } from './parts/context.ts';
import { buildRequest } from './parts/request.ts';
import { buildCorrelation } from './parts/transaction.ts';
import { buildIdentities, buildUser } from './parts/user.ts';
import { toEventJson } from './to-event-json.ts';
import type {
  CustomEmailProviderFacts,
  CustomPhoneProviderFacts,
  SendPhoneMessageFacts,
} from './trigger-facts.ts';

/** The `event` of send-phone-message, without `secrets`: each action gets its own. */
export function buildSendPhoneMessageEvent(facts: SendPhoneMessageFacts): JsonObject {
  const event: Omit<SendPhoneMessageEvent, 'secrets'> = withoutUndefined({
    client: facts.client && buildClient(facts.client),
    message_options: { ...facts.message },
    request: buildRequest(facts.request),
    tenant: buildTenant(facts.tenant),
    transaction: buildCorrelation(facts.correlationId),
    user: { ...buildUser(facts.user), identities: buildIdentities(facts.user) },
  });
  return toEventJson(event);
}

/** The `event` of custom-email-provider, without `secrets`: each action gets its own. */
export function buildCustomEmailProviderEvent(facts: CustomEmailProviderFacts): JsonObject {
  const event: Omit<CustomEmailProviderEvent, 'secrets'> = withoutUndefined({
    client: buildClient(facts.client),
    connection: facts.connection && buildConnection(facts.connection),
    notification: { ...facts.notification },
    request: buildCausingRequest(facts),
    tenant: buildBrandedTenant(facts.tenant),
    transaction: buildCorrelation(facts.correlationId),
    user: buildAddressee(facts),
  });
  return toEventJson(event);
}

/** The `event` of custom-phone-provider, without `secrets`: each action gets its own. */
export function buildCustomPhoneProviderEvent(facts: CustomPhoneProviderFacts): JsonObject {
  const event: Omit<CustomPhoneProviderEvent, 'secrets'> = withoutUndefined({
    client: buildClient(facts.client),
    connection: facts.connection && buildConnection(facts.connection),
    notification: { ...facts.notification },
    request: buildRequest(facts.request),
    tenant: buildBrandedTenant(facts.tenant),
    transaction: buildCorrelation(facts.correlationId),
    user: { ...buildUser(facts.user), identities: buildIdentities(facts.user) },
  });
  return toEventJson(event);
}

function buildBrandedTenant(tenant: Tenant): EventBrandedTenant {
  const { friendlyName, pictureUrl, supportEmail, supportUrl } = tenant.settings;
  return withoutUndefined({
    ...buildTenant(tenant),
    friendly_name: friendlyName,
    logo_url: pictureUrl,
    support_email: supportEmail,
    support_url: supportUrl,
  });
}

function buildCausingRequest({
  request,
}: CustomEmailProviderFacts): CustomEmailProviderEvent['request'] {
  if (request === undefined) return {};
  const texts = Object.entries(request.query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return withoutUndefined({
    geoip: { ...request.geoip },
    hostname: request.hostname,
    ip: request.ip,
    query: Object.fromEntries(texts),
    user_agent: request.userAgent,
  });
}

/** The profile without phone number and dates: this trigger is not told them. */
function buildAddressee({ user }: CustomEmailProviderFacts): CustomEmailProviderEvent['user'] {
  const {
    phone_number: _number,
    phone_verified: _verified,
    created_at: _created,
    updated_at: _updated,
    last_password_reset: _reset,
    ...addressee
  } = buildUser(user);
  return addressee;
}
