import type { PostLoginEvent } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { PostLoginFacts } from './facts.ts';
import { buildClient, buildConnection, buildTenant } from './parts/context.ts';
import { buildRequestWithBody } from './parts/request.ts';
import { buildRefreshToken, buildSession } from './parts/session.ts';
import { buildPostLoginTransaction } from './parts/transaction.ts';
import { buildPostLoginUser } from './parts/user.ts';
import { toEventJson } from './to-event-json.ts';

/** The `event` of post-login, without `secrets`: each action gets its own. */
export function buildPostLoginEvent(facts: PostLoginFacts): JsonObject {
  const event: Omit<PostLoginEvent, 'secrets' | 'refresh_token'> = withoutUndefined({
    authentication: withoutUndefined({
      methods: facts.authenticationMethods.map((method) => ({ ...method })),
      riskAssessment: facts.riskAssessment,
    }),
    authorization: { roles: [...facts.roles] },
    client: buildClient(facts.client),
    connection: buildConnection(facts.connection),
    prompt: facts.prompt,
    request: { ...buildRequestWithBody(facts.request), query: { ...facts.request.query } },
    resource_server: facts.resourceServer && { identifier: facts.resourceServer.identifier },
    session: buildSession(facts),
    stats: { logins_count: facts.user.loginsCount },
    tenant: buildTenant(facts.tenant),
    transaction: buildPostLoginTransaction(facts.transaction),
    user: buildPostLoginUser(facts.user, facts.enrolledFactors),
  });
  return toEventJson({ ...event, refresh_token: buildRefreshToken(facts) });
}
