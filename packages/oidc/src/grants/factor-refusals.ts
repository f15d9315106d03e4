import type { FactorVerdict } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { DialectError } from '../dialect/dialect-error.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** How often a program may ask whether the person has answered on their device, s. */
const POLL_INTERVAL_SECONDS = 5;

/** Why a factor was not passed. `wrong` is what the grant says of a wrong code. */
export async function refusalOf(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  refused: {
    readonly verdict: Exclude<FactorVerdict, { kind: 'passed' }>;
    readonly token: string;
    readonly wrong: string;
  },
): Promise<DialectError> {
  switch (refused.verdict.kind) {
    case 'wrong':
      return new DialectError(403, 'invalid_grant', refused.wrong);
    case 'rejected':
      return new DialectError(403, 'invalid_grant', 'MFA Authorization rejected.');
    case 'too-many-attempts':
      ctx.set('retry-after', String(refused.verdict.retryAfterSeconds));
      return new DialectError(
        429,
        'too_many_attempts',
        'There were too many wrong codes. Please wait a while and try again.',
      );
    case 'pending': {
      const key = `mfa-poll:${scope.tenantId}:${refused.token}`;
      const { count } = await scope.rateLimits.consume(key, POLL_INTERVAL_SECONDS);
      return count > 1
        ? new DialectError(
            429,
            'slow_down',
            `You are polling faster than allowed. Wait ${POLL_INTERVAL_SECONDS} seconds between requests.`,
          )
        : new DialectError(
            400,
            'authorization_pending',
            'Authorization pending: please repeat the request in a few seconds.',
          );
    }
  }
}

/** Says the same of tokens that never were, of other applications' and of those that are used up. */
export function tokenGone(): DialectError {
  return new DialectError(403, 'expired_token', 'mfa_token is expired or invalid');
}
