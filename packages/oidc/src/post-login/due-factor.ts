import type { TriggerEffects } from '@tessera/engine';
import type { User } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { needsFactorForMfaApi } from '../provider/mfa-api.ts';
import { findAvailableFactors } from './available-factors.ts';
import { chooseDueStep, type FactorStep } from './choose-factors.ts';
import { isFactorRemembered } from './known-browser.ts';
import {
  findDueMultifactor,
  MULTI_FACTOR_ACR,
  type MultifactorCircumstances,
} from './multifactor-policy.ts';
import type { PendingLogin } from './pending-login.ts';

/** What is left to do for a second factor once the Actions of a login have run. */
export type DueFactor =
  | { readonly kind: 'none' }
  | { readonly kind: 'step'; readonly step: FactorStep }
  /** One is due, but neither is it set up nor can it be. */
  | { readonly kind: 'impossible'; readonly description: string };

/** Finds out whether a login needs a second factor, and which. `user` is whose tokens there will be. */
export async function findDueFactor(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  due: {
    readonly login: PendingLogin;
    readonly user: User;
    readonly effects: TriggerEffects | undefined;
  },
): Promise<DueFactor> {
  const { login, user, effects } = due;
  const { mfa } = scope.requests.of(ctx).context.tenant.settings;
  const circumstances: MultifactorCircumstances = {
    policy: mfa?.policy ?? 'never',
    requested: effects?.multifactor,
    acrValues: [
      ...acrValuesOf(ctx),
      ...(needsFactorForMfaApi(ctx, scope) ? [MULTI_FACTOR_ACR] : []),
    ],
    earlier: login.authentication.authenticationMethods,
    passed: login.progress.passed,
    isRemembered: false,
    risk: login.progress.risk,
  };
  // Browsers are looked up for logins that would need a factor otherwise.
  if (findDueMultifactor(circumstances) === undefined) return { kind: 'none' };
  const isRemembered = await isFactorRemembered(ctx, scope, user);
  const request = findDueMultifactor({ ...circumstances, isRemembered });
  if (request === undefined) return { kind: 'none' };
  const step = chooseDueStep(request, await findAvailableFactors(ctx, scope, user));
  if (step !== undefined) return { kind: 'step', step };
  return {
    kind: 'impossible',
    description:
      request.provider === 'any'
        ? 'The login needs a second factor, but the tenant has enabled none.'
        : `An action asked for a second factor of "${request.provider}" (api.multifactor.enable), of which the tenant has enabled none.`,
  };
}

function acrValuesOf({ oidc }: KoaContextWithOIDC): readonly string[] {
  const values = oidc.params?.acr_values;
  return typeof values === 'string' ? values.split(' ') : [];
}
