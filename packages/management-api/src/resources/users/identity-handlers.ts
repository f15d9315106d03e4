import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  AppError,
  type Clock,
  type RequestContext,
  type TenantStore,
  toProfileData,
  type User,
} from '@tessera/model';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';

type IdentityOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'linkUserIdentity' | 'unlinkUserIdentity'
>;

const userNotFound = () => notFound('The user does not exist.', 'inexistent_user');
const refused = (message: string) =>
  new WireError('invalid_body', message, { errorCode: 'invalid_body' });

/** Linking of accounts: what another user logs in with becomes a further identity of a user. */
export function userIdentityHandlers(services: {
  readonly clock: Clock;
}): OperationHandlers<IdentityOperations> {
  return {
    linkUserIdentity: async ({ store, context, params, body }) => {
      const secondaryId =
        body.link_with === undefined
          ? await findSecondary(store, body)
          : await readIdToken(store, context, { token: body.link_with, now: services.clock.now() });
      try {
        const user = await store.users.link(params.id, secondaryId);
        return { status: 201, body: toIdentities(user) };
      } catch (error) {
        if (error instanceof AppError && error.code === 'not_found') throw userNotFound();
        if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
        throw refused('Main account and specified identity are the same');
      }
    },
    unlinkUserIdentity: async ({ store, params }) => {
      const { id, provider, user_id: userId } = params;
      if ((await store.users.find(id)) === undefined) throw userNotFound();
      const user = await store.users.unlink(id, { provider, userId });
      if (user === undefined) {
        throw refused('The user has no such identity, or it is the main one, which stays.');
      }
      return { status: 200, body: toIdentities(user) };
    },
  };
}

/** Ids are given with or without their provider. A connection that is named must be the user's. */
async function findSecondary(
  store: TenantStore,
  given: {
    readonly provider?: string | undefined;
    readonly user_id?: string | undefined;
    readonly connection_id?: string | undefined;
  },
): Promise<string> {
  const { provider = '', user_id: id = '', connection_id: connectionId } = given;
  const userId = id.startsWith(`${provider}|`) ? id : `${provider}|${id}`;
  const user = await store.users.find(userId);
  const linkedTo = user === undefined ? await store.users.findPrimary(userId) : undefined;
  if (linkedTo !== undefined) {
    throw new WireError('conflict', 'Specified identity already exists.', {
      errorCode: 'identity_conflict',
    });
  }
  const connection =
    connectionId === undefined ? undefined : await store.connections.find(connectionId);
  const isElsewhere =
    connectionId !== undefined && user?.identities[0]?.connection !== connection?.name;
  if (user === undefined || isElsewhere) throw userNotFound();
  return user.userId;
}

/** Whom an ID token of this tenant is of. Access tokens prove nothing about who holds them. */
async function readIdToken(
  store: TenantStore,
  { baseUrl }: RequestContext,
  { token, now }: { readonly token: string; readonly now: Date },
): Promise<string> {
  // Keys are revoked because somebody else may have them.
  const usable = (await store.signingKeys.list()).filter(({ state }) => state !== 'revoked');
  const keys = usable.map(({ publicJwk, kid, alg }) => ({ kty: 'RSA', ...publicJwk, kid, alg }));
  const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), {
    issuer: baseUrl,
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'iat', 'sub', 'aud'],
    currentDate: now,
  }).catch((cause: unknown) => {
    throw invalidIdToken(cause);
  });
  const { aud, sub = '' } = payload;
  const isForClient = typeof aud === 'string' && (await store.clients.find(aud)) !== undefined;
  if (!isForClient || 'azp' in payload) throw invalidIdToken(undefined);
  return sub;
}

const invalidIdToken = (cause: unknown) =>
  new WireError('invalid_body', 'link_with is no valid ID token of this tenant', {
    errorCode: 'invalid_token',
    cause,
  });

/** As recorded: the main identity shows the user's own profile. */
function toIdentities({ identities, ...user }: User) {
  return identities.map(({ connection, userId, provider, isSocial, profileData }, at) => ({
    profileData: at === 0 ? toProfileData(user) : (profileData ?? {}),
    connection,
    user_id: userId,
    provider,
    isSocial,
  }));
}
