import type { OidcModel } from '@tessera/model';
import { type Adapter, errors } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { fromStored, toStored } from './stored-payload.ts';

/** An expired device code is kept for so long, to be told from one that never was. */
const KEPT_SECONDS = 600;

/**
 * Keeps one kind of oidc-provider's models in the tenant's repository.
 *
 * `consume` is a compare-and-set: of any number of parallel exchanges of one code or one rotating
 * refresh token exactly one succeeds, on whatever replica they arrive.
 */
export function createModelAdapter(model: string, scope: IssuerScope): Adapter {
  const { issuer } = scope;
  const models = scope.store.oidcModels;

  return {
    async upsert(id, payload, expiresInSeconds) {
      const isKept = model === 'DeviceCode' && expiresInSeconds !== undefined;
      const kept = isKept ? expiresInSeconds + KEPT_SECONDS : expiresInSeconds;
      await models.upsert(model, id, toStored(model, payload), kept);
    },
    async find(id) {
      const stored = await models.find(model, id);
      if (stored === undefined) return undefined;
      const shown = (await isWithinLeeway(model, stored, scope))
        ? withoutConsumption(stored)
        : stored;
      return fromStored(shown, { model, id, issuer });
    },
    async findByUid(uid) {
      const stored = await models.findByUid(model, uid);
      return stored && fromStored(stored, { model, issuer });
    },
    async findByUserCode(userCode) {
      const stored = await models.findByUserCode(model, userCode);
      return stored && fromStored(stored, { model, issuer });
    },
    async consume(id) {
      if (await models.consume(model, id)) return;
      const stored = await models.find(model, id);
      if (stored !== undefined && (await isWithinLeeway(model, stored, scope))) return;
      await refuseReuse(model, stored, scope);
    },
    async destroy(id) {
      // Resuming destroys the interaction first of all: whoever loses this race resumes nothing.
      if (model === 'Interaction' && !(await models.consume(model, id))) {
        throw new errors.SessionNotFound('interaction already used');
      }
      await models.destroy(model, id);
    },
    async revokeByGrantId(grantId) {
      // oidc-provider asks every kind of token in turn; the repository revokes them all at once.
      if (model === 'AccessToken') await models.revokeByGrantId(grantId);
    },
  };
}

/** A rotated refresh token is still good for a moment, for clients that lost the answer. */
async function isWithinLeeway(
  model: string,
  stored: OidcModel,
  { store, clock }: IssuerScope,
): Promise<boolean> {
  const { clientId } = stored.payload;
  if (model !== 'RefreshToken' || stored.consumedAt === undefined) return false;
  if (typeof clientId !== 'string') return false;
  const client = await store.clients.find(clientId);
  const leewayMs = (client?.refreshToken.leewaySeconds ?? 0) * 1000;
  return clock.now().getTime() - stored.consumedAt.getTime() < leewayMs;
}

function withoutConsumption({ payload }: OidcModel): OidcModel {
  return { payload };
}

/** Someone else was first: what was issued to them dies too, for one of the two is a thief (RFC 9700, section 2.2.2). */
async function refuseReuse(
  model: string,
  stored: OidcModel | undefined,
  { store }: IssuerScope,
): Promise<never> {
  if (model === 'PushedAuthorizationRequest') {
    throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');
  }
  const grantId = stored?.payload.grantId;
  if (typeof grantId === 'string') {
    await store.oidcModels.revokeByGrantId(grantId);
    await store.oidcModels.destroy('Grant', grantId);
  }
  throw new errors.InvalidGrant(
    model === 'RefreshToken' ? 'refresh token already used' : 'authorization code already consumed',
  );
}
