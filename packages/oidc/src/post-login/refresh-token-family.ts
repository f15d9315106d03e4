import type { TriggerEffects } from '@tessera/engine';
import type { JsonObject } from '@tessera/model';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { createRequestFacts } from '../http/request-facts.ts';
import {
  type GrantExtension,
  type RefreshTokenFamily,
  setExtension,
} from '../provider/grant-extension.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { afterUse } from './asked-lifetime.ts';
import { usedBy } from './session-facts.ts';

/** That a token was used again so soon is not worth a write, ms. */
const NOTE_STEP_MS = 60_000;

/**
 * Keeps what a refresh changed for the tokens of its login: what Actions asked of them, and that they
 * were used (`isNoted`; only Actions are told). Rejects when the login was revoked in the meantime.
 */
export async function keepRefreshTokenFamily(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  use: {
    readonly grantId: string;
    readonly extension: GrantExtension;
    readonly effects: TriggerEffects | undefined;
    readonly isNoted: boolean;
  },
): Promise<void> {
  const { grantId, extension, effects } = use;
  const { oidcModels } = scope.store;
  const isFresh =
    use.isNoted &&
    scope.clock.now().getTime() - Date.parse(extension.refreshToken?.lastExchangedAt ?? '') <
      NOTE_STEP_MS;
  const known = extension.refreshToken?.asked;
  const isChanged =
    JSON.stringify(known) !== JSON.stringify(afterUse(known, effects?.refreshToken));
  if (!isChanged && (isFresh || !use.isNoted)) return;
  const { Grant: grant } = ctx.oidc.entities;
  // Read again: Actions took their time, and another refresh may have shortened it meanwhile.
  const stored = await oidcModels.find('Grant', grantId);
  if (grant === undefined || stored === undefined) throw revoked();
  const latest = stored.payload.extension as unknown as GrantExtension;
  const changed = { ...latest, refreshToken: nextFamily(ctx, scope, { latest, effects }) };
  const isKept = await oidcModels.replace(
    'Grant',
    { id: grantId },
    {
      payload: { ...stored.payload, extension: changed as unknown as JsonObject },
      expiresInSeconds: grant.remainingTTL,
    },
  );
  if (!isKept) throw revoked();
  setExtension(grant, changed);
}

function nextFamily(
  ctx: KoaContextWithOIDC,
  { requests, clock }: IssuerScope,
  use: { readonly latest: GrantExtension; readonly effects: TriggerEffects | undefined },
): RefreshTokenFamily {
  const { refreshToken: family } = use.latest;
  const asked = afterUse(family?.asked, use.effects?.refreshToken);
  const request = createRequestFacts(ctx, requests.of(ctx).context, {});
  return {
    device: usedBy(family?.device, request),
    lastExchangedAt: clock.now().toISOString(),
    ...(asked === undefined ? {} : { asked }),
  };
}

function revoked(): Error {
  return new errors.InvalidGrant('the grant was revoked during the refresh');
}
