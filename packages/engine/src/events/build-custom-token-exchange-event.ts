import type { CustomTokenExchangeEvent } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import { buildClient, buildTenant } from './parts/context.ts';
import { buildRequestWithBody } from './parts/request.ts';
import { buildPostLoginUser } from './parts/user.ts';
import { toEventJson } from './to-event-json.ts';
import type { CustomTokenExchangeFacts } from './trigger-facts.ts';

/** The `event` of custom-token-exchange, without `secrets`: each action gets its own. */
export function buildCustomTokenExchangeEvent(facts: CustomTokenExchangeFacts): JsonObject {
  const event: Omit<CustomTokenExchangeEvent, 'secrets'> = {
    client: buildClient(facts.client),
    request: buildRequestWithBody(facts.request),
    resource_server: { identifier: facts.resourceServer.identifier },
    tenant: buildTenant(facts.tenant),
    transaction: withoutUndefined({
      actor_token: facts.actorToken,
      actor_token_type: facts.actorTokenType,
      actor_token_user: facts.actorTokenUser && buildPostLoginUser(facts.actorTokenUser),
      requested_scopes: [...facts.requestedScopes],
      requested_token_type: facts.requestedTokenType ?? null,
      subject_token: facts.subjectToken,
      subject_token_type: facts.subjectTokenType,
    }),
  };
  return toEventJson(event);
}
