import type { CredentialsExchangeEvent } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { CredentialsExchangeFacts } from './facts.ts';
import { buildClient, buildTenant } from './parts/context.ts';
import { buildRequestWithBody } from './parts/request.ts';
import { toEventJson } from './to-event-json.ts';

/** The `event` of credentials-exchange, without `secrets`: each action gets its own. */
export function buildCredentialsExchangeEvent(facts: CredentialsExchangeFacts): JsonObject {
  const scopes = facts.grantedScopes ?? facts.requestedScopes;
  const event: Omit<CredentialsExchangeEvent, 'secrets'> = {
    accessToken: { customClaims: {}, scope: [...scopes] },
    client: buildClient(facts.client),
    request: buildRequestWithBody(facts.request),
    resource_server: { identifier: facts.resourceServer.identifier },
    tenant: buildTenant(facts.tenant),
    transaction: withoutUndefined({
      correlation_id: facts.correlationId,
      requested_scopes: [...facts.requestedScopes],
      target_scopes: [...scopes],
    }),
  };
  return toEventJson(event);
}
