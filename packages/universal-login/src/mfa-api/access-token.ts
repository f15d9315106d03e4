import type { MultifactorContext, User } from '@tessera/model';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { MfaError } from './mfa-error.ts';

/** A person's token for their own factors; the protocol issues it to those who have passed one. */
interface FactorsToken {
  readonly user: User;
  readonly clientId: string | undefined;
}

type FactorsScope = 'read:authenticators' | 'remove:authenticators';

/** Seconds by which the clocks of replicas may differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

const claimsSchema = z.looseObject({
  sub: z.string(),
  azp: z.string().optional(),
  scope: z.string().default(''),
});

/** True for what looks like a JWT; an `mfa_token` has no dots. */
export const isAccessToken = (token: string): boolean => token.split('.').length === 3;

/** Checks signature, issuer, audience (`<base URL>mfa/`), time and scope. Rejects with 401 or 403. */
export async function readAccessToken(
  { store, baseUrl }: MultifactorContext,
  token: string,
  scope: FactorsScope,
): Promise<FactorsToken> {
  const claims = await verify({ store, baseUrl }, token);
  if (!claims.scope.split(' ').includes(scope)) {
    throw new MfaError(403, 'insufficient_scope', `Insufficient scope, expected: ${scope}`);
  }
  const user = await store.users.find(claims.sub);
  if (!user || user.blocked) throw invalidToken();
  return { user, clientId: claims.azp };
}

const invalidToken = () => new MfaError(401, 'invalid_token', 'The access token is not valid.');

async function verify(
  { store, baseUrl }: Pick<MultifactorContext, 'store' | 'baseUrl'>,
  token: string,
): Promise<z.infer<typeof claimsSchema>> {
  const keys = await store.signingKeys.list();
  const usable = keys.filter(({ state }) => state !== 'revoked');
  const getKey = createLocalJWKSet({
    keys: usable.map(({ publicJwk, kid, alg }) => ({ kty: 'RSA', ...publicJwk, kid, alg })),
  });
  try {
    const { payload } = await jwtVerify(token, getKey, {
      issuer: baseUrl,
      audience: `${baseUrl}mfa/`,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return claimsSchema.parse(payload);
  } catch (error) {
    if (error instanceof MfaError) throw error;
    // Whatever is wrong with the token, its holder learns no more than that.
    throw invalidToken();
  }
}
