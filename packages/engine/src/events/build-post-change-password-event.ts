import type { PostChangePasswordEvent } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { PostChangePasswordFacts } from './facts.ts';
import { buildConnection, buildTenant } from './parts/context.ts';
import { buildRequest } from './parts/request.ts';
import { buildCorrelation } from './parts/transaction.ts';
import { toEventJson } from './to-event-json.ts';

/** The `event` of post-change-password, without `secrets`: each action gets its own. */
export function buildPostChangePasswordEvent(facts: PostChangePasswordFacts): JsonObject {
  const { user } = facts;
  const event: Omit<PostChangePasswordEvent, 'secrets'> = withoutUndefined({
    connection: buildConnection(facts.connection),
    request: buildRequest(facts.request),
    tenant: buildTenant(facts.tenant),
    transaction: buildCorrelation(facts.correlationId),
    // Seven members, not the profile: this trigger is told who it was, and no more.
    user: withoutUndefined({
      user_id: user.userId,
      email: user.email,
      email_verified: user.emailVerified,
      username: user.username,
      phone_number: user.phoneNumber,
      phone_verified: user.phoneVerified,
      last_password_reset: user.lastPasswordReset?.toISOString(),
    }),
  });
  return toEventJson(event);
}
