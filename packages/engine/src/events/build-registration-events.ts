import type { PostUserRegistrationEvent, PreUserRegistrationEvent } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { RegistrationFacts } from './facts.ts';
import { buildClient, buildConnection, buildTenant } from './parts/context.ts';
import { buildRequest, buildRequestWithBody } from './parts/request.ts';
import {
  buildPostUserRegistrationTransaction,
  buildPreUserRegistrationTransaction,
} from './parts/transaction.ts';
import { buildRegisteringUser, buildUser } from './parts/user.ts';
import { toEventJson } from './to-event-json.ts';

/** The `event` of pre-user-registration, without `secrets`: each action gets its own. */
export function buildPreUserRegistrationEvent(facts: RegistrationFacts): JsonObject {
  const event: Omit<PreUserRegistrationEvent, 'secrets'> = withoutUndefined({
    client: facts.client && buildClient(facts.client),
    connection: buildConnection(facts.connection),
    request: buildRequestWithBody(facts.request),
    tenant: buildTenant(facts.tenant),
    transaction: buildPreUserRegistrationTransaction(facts),
    user: buildRegisteringUser(facts.user),
  });
  return toEventJson(event);
}

/** The `event` of post-user-registration, without `secrets`. Throws when the user has no id yet. */
export function buildPostUserRegistrationEvent(facts: RegistrationFacts): JsonObject {
  const { userId, createdAt, updatedAt } = facts.user;
  if (userId === undefined || createdAt === undefined || updatedAt === undefined) {
    throw new Error('The event of post-user-registration needs a user that was stored');
  }
  const event: Omit<PostUserRegistrationEvent, 'secrets'> = withoutUndefined({
    connection: buildConnection(facts.connection),
    request: buildRequest(facts.request),
    tenant: buildTenant(facts.tenant),
    transaction: buildPostUserRegistrationTransaction(facts),
    user: { ...buildUser({ ...facts.user, userId, createdAt, updatedAt }) },
  });
  return toEventJson(event);
}
