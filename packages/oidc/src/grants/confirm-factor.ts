import type { FactorProof } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { DialectError } from '../dialect/dialect-error.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { actFor } from './act-for.ts';
import { refusalOf, tokenGone } from './factor-refusals.ts';
import type { TokenAnswer } from './issue-tokens.ts';
import { createMultifactorContext, getMultifactor } from './multifactor-context.ts';

/**
 * Confirms a factor that `/mfa/associate` began for the holder of an access token of the audience `/mfa/`
 * (scope `enroll`), who sends that token as the `mfa_token`. No login waits: the answer is the same token,
 * so that confirming gives nobody more, or for longer, than they had.
 */
export async function confirmFactor(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  given: { readonly token: string; readonly proof: FactorProof; readonly wrong: string },
): Promise<TokenAnswer> {
  const { token, proof, wrong } = given;
  const multifactor = getMultifactor(scope);
  const context = await createMultifactorContext(ctx, scope);
  const access = await multifactor.readAccessToken(context, token);
  const isOwn = access?.clientId === ctx.oidc.client?.clientId;
  if (access === undefined || !isOwn || !access.scopes.includes('enroll')) throw tokenGone();
  // It would be used up, and nothing confirmed.
  if (proof.kind === 'recovery-code') {
    throw new DialectError(403, 'invalid_grant', 'This factor was not asked for.');
  }
  const { user, scopes, expiresAt } = access;
  await actFor(ctx, scope, user);
  const verdict = await multifactor.verify(context, { user, binding: token }, proof);
  if (verdict.kind !== 'passed') throw await refusalOf(ctx, scope, { verdict, token, wrong });
  // A code of a factor that they have had before.
  if (!verdict.isEnrollment) throw new DialectError(403, 'invalid_grant', wrong);
  const { recoveryCode } = verdict;
  const leftMs = expiresAt.getTime() - scope.clock.now().getTime();
  return {
    access_token: token,
    scope: scopes.join(' '),
    expires_in: Math.max(0, Math.floor(leftMs / 1000)),
    token_type: 'Bearer',
    ...(recoveryCode === undefined ? {} : { recovery_code: recoveryCode }),
  };
}
