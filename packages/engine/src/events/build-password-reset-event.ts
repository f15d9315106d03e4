import type { PasswordResetPostChallengeEvent } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import { buildClient, buildConnection, buildTenant } from './parts/context.ts';
import { buildRequestWithBody } from './parts/request.ts';
import { localeOf } from './parts/transaction.ts';
import { buildIdentities, buildUser } from './parts/user.ts';
import { toEventJson } from './to-event-json.ts';
import type { PasswordResetFacts } from './trigger-facts.ts';

/** The `event` of password-reset-post-challenge, without `secrets`: each action gets its own. */
export function buildPasswordResetPostChallengeEvent(facts: PasswordResetFacts): JsonObject {
  const { user, request } = facts;
  const event: Omit<PasswordResetPostChallengeEvent, 'secrets'> = withoutUndefined({
    authentication: { methods: facts.authenticationMethods.map((method) => ({ ...method })) },
    authorization: { roles: [...facts.roles] },
    client: buildClient(facts.client),
    connection: buildConnection(facts.connection),
    prompt: facts.prompt,
    request: { ...buildRequestWithBody(request), query: { ...request.query } },
    stats: { logins_count: user.loginsCount },
    tenant: buildTenant(facts.tenant),
    transaction: withoutUndefined({
      correlation_id: facts.correlationId,
      locale: facts.locale ?? localeOf(facts.tenant, request),
      login_hint: facts.loginHint,
      state: facts.state,
      ui_locales: [...(facts.uiLocales ?? [])],
    }),
    user: {
      ...buildUser(user),
      identities: buildIdentities(user),
      enrolledFactors: (facts.enrolledFactors ?? []).map((factor) => ({ ...factor })),
    },
  });
  return toEventJson(event);
}
