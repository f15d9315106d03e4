import {
  buildPostLoginEvent,
  type PostLoginFacts,
  type PromptFacts,
  type RiskAssessment,
} from '@tessera/engine';
import type { JsonObject, RequestFacts, ResourceServer, TenantStore, User } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { Authentication } from '../provider/session-extension.ts';
import { findEnrolledFactors } from './available-factors.ts';

/** Roles that an event names at most. */
const MAX_ROLES = 100;

/** What the flow knows of itself; the rest of the event is looked up here. */
export interface PostLoginCircumstances {
  readonly user: User;
  readonly request: RequestFacts;
  readonly authentication: Authentication;
  /** Absent where a program logs the person in: there is no browser to keep one. */
  readonly session?: NonNullable<PostLoginFacts['session']>;
  readonly transaction: PostLoginFacts['transaction'];
  readonly refreshToken?: NonNullable<PostLoginFacts['refreshToken']>;
  /** What came back from a form. */
  readonly prompt?: PromptFacts;
  readonly riskAssessment?: RiskAssessment;
  /** Where the request does not know its API yet. */
  readonly api?: ResourceServer;
}

/** The event of a post-login run. Rejects when the application or connection has been deleted meanwhile. */
export async function createPostLoginEvent(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  circumstances: PostLoginCircumstances,
): Promise<JsonObject> {
  const { store, requests } = scope;
  const { user, authentication, refreshToken, prompt, riskAssessment } = circumstances;
  const { context, api = circumstances.api } = requests.of(ctx);
  const [client, connection, roles, enrolledFactors] = await Promise.all([
    store.clients.find(ctx.oidc.client?.clientId ?? ''),
    store.connections.find(authentication.connectionId),
    roleNames(store, user.userId),
    findEnrolledFactors(ctx, scope, user),
  ]);
  if (client === undefined) throw new Error('the application of this login no longer exists');
  if (connection === undefined) throw new Error('the connection of this login no longer exists');
  return buildPostLoginEvent({
    tenant: context.tenant,
    client,
    connection,
    user,
    request: circumstances.request,
    roles,
    authenticationMethods: authentication.authenticationMethods,
    enrolledFactors,
    ...(prompt === undefined ? {} : { prompt }),
    ...(riskAssessment === undefined ? {} : { riskAssessment }),
    ...(api === undefined ? {} : { resourceServer: api }),
    ...(circumstances.session === undefined ? {} : { session: circumstances.session }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    transaction: circumstances.transaction,
  });
}

async function roleNames(store: TenantStore, userId: string): Promise<string[]> {
  const { items } = await store.roles.listForUser(userId, { page: 0, perPage: MAX_ROLES });
  return items.map(({ name }) => name);
}
