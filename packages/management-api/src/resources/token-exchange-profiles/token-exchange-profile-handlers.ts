import {
  ACTION_LIMITS,
  type CreateTokenExchangeProfileBody,
  type MANAGEMENT_OPERATIONS,
  type WireTokenExchangeProfile,
} from '@tessera/api-contract';
import {
  AppError,
  createTokenExchangeProfileId,
  type RandomBytes,
  type TenantStore,
  type TokenExchangeProfile,
} from '@tessera/model';
import { isUuid } from '../../actions/create-uuid.ts';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { WireError } from '../../http/wire-error.ts';

type ProfileOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listTokenExchangeProfiles'
  | 'createTokenExchangeProfile'
  | 'getTokenExchangeProfile'
  | 'updateTokenExchangeProfile'
  | 'deleteTokenExchangeProfile'
>;

const TRIGGER = 'custom-token-exchange';
const TAKEN = {
  message: 'Token exchange profile with the same subject_token_type already exists',
  errorCode: 'subject_token_type_conflict',
};
/** Items of a page when the query names no number. */
const DEFAULT_TAKE = 50;

export function tokenExchangeProfileHandlers(services: {
  readonly randomBytes: RandomBytes;
}): OperationHandlers<ProfileOperations> {
  return {
    listTokenExchangeProfiles: async ({ store, query }) => {
      const paging = { take: DEFAULT_TAKE, ...query };
      const { items, total } = await store.tokenExchangeProfiles.list(toPageQuery(paging));
      const page = { items: items.map(toWireProfile), total };
      return { status: 200, body: toListBody('token_exchange_profiles', page, { query: paging }) };
    },
    createTokenExchangeProfile: async ({ store, body }) => ({
      status: 201,
      body: toWireProfile(await createProfile(services.randomBytes, store, body)),
    }),
    getTokenExchangeProfile: async ({ store, params }) => {
      const profile = await store.tokenExchangeProfiles.find(params.id);
      if (profile === undefined) throw profileNotFound();
      return { status: 200, body: toWireProfile(profile) };
    },
    updateTokenExchangeProfile: async ({ store, params, body }) => {
      const change = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.subject_token_type === undefined
          ? {}
          : { subjectTokenType: body.subject_token_type }),
      };
      const work = store.tokenExchangeProfiles.update(params.id, change);
      const profile = await orConflict(work, TAKEN);
      if (profile === undefined) throw profileNotFound();
      return { status: 200, body: toWireProfile(profile) };
    },
    deleteTokenExchangeProfile: async ({ store, params }) => {
      await store.tokenExchangeProfiles.delete(params.id);
      return { status: 204 };
    },
  };
}

const profileNotFound = () => notFound('Token exchange profile not found.');

async function createProfile(
  randomBytes: RandomBytes,
  store: TenantStore,
  body: CreateTokenExchangeProfileBody,
): Promise<TokenExchangeProfile> {
  await checkAction(store, body.action_id);
  return await store.transaction(async (tx) => {
    const work = tx.tokenExchangeProfiles.create({
      id: createTokenExchangeProfileId(randomBytes),
      name: body.name,
      type: body.type,
      subjectTokenType: body.subject_token_type,
      actionId: body.action_id,
    });
    const profile = await orConflict(work, TAKEN);
    const limit = ACTION_LIMITS.tokenExchangeProfilesPerTenant;
    if ((await tx.tokenExchangeProfiles.count()) > limit) {
      throw new AppError(
        'limit_reached',
        `The tenant has reached its limit of ${limit} token exchange profiles.`,
      );
    }
    return profile;
  });
}

/** Refuses an action that could never judge a subject token. */
async function checkAction(store: TenantStore, id: string): Promise<void> {
  const action = isUuid(id) ? await store.actions.find(id) : undefined;
  const refuse = (reason: string) =>
    new WireError('invalid_body', `Payload validation error: '${reason}' on property action_id.`, {
      errorCode: 'invalid_body',
    });
  if (action === undefined) throw refuse('The action does not exist');
  if (!action.supportedTriggers.some((trigger) => trigger.id === TRIGGER)) {
    throw refuse(`The action "${action.name}" does not support the trigger ${TRIGGER}`);
  }
}

const toWireProfile = (profile: TokenExchangeProfile): WireTokenExchangeProfile => ({
  id: profile.id,
  name: profile.name,
  type: profile.type,
  subject_token_type: profile.subjectTokenType,
  action_id: profile.actionId,
  created_at: profile.createdAt.toISOString(),
  updated_at: profile.updatedAt.toISOString(),
});
