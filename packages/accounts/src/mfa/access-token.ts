import type { FactorsAccess, MultifactorContext, User } from '@tessera/model';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import type { MultifactorOptions } from './multifactor-services.ts';

/** Seconds by which the clocks of replicas may differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

const claimsSchema = z.looseObject({
  sub: z.string(),
  azp: z.string(),
  iat: z.number(),
  exp: z.number(),
  scope: z.string().default(''),
});
type Claims = z.infer<typeof claimsSchema>;

/**
 * See `Multifactor.readAccessToken`. Checks signature, issuer, audience and time, and that the person may
 * still log in with what they logged in with.
 */
export async function readAccessToken(
  { clock }: Pick<MultifactorOptions, 'clock'>,
  context: MultifactorContext,
  token: string,
): Promise<FactorsAccess | undefined> {
  const claims = await verify(context, token, clock.now());
  const user = claims && (await context.store.users.find(claims.sub));
  if (!claims || !user || user.blocked || isPasswordNewer(user, claims)) return undefined;
  return {
    user,
    clientId: claims.azp,
    scopes: claims.scope.split(' '),
    expiresAt: new Date(claims.exp * 1000),
  };
}

/** A new password ends what the old one began. */
function isPasswordNewer({ lastPasswordReset }: User, { iat }: Claims): boolean {
  if (lastPasswordReset === undefined) return false;
  return (iat + CLOCK_TOLERANCE_SECONDS) * 1000 < lastPasswordReset.getTime();
}

/** Undefined whatever is wrong with the token: its holder learns no more than that. */
async function verify(
  { store, baseUrl }: MultifactorContext,
  token: string,
  currentDate: Date,
): Promise<Claims | undefined> {
  const keys = await store.signingKeys.list();
  const usable = keys.filter(({ state }) => state !== 'revoked');
  const getKey = createLocalJWKSet({
    keys: usable.map(({ publicJwk, kid, alg }) => ({ kty: 'RSA', ...publicJwk, kid, alg })),
  });
  const verified = await jwtVerify(token, getKey, {
    issuer: baseUrl,
    audience: `${baseUrl}mfa/`,
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'iat', 'sub', 'azp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate,
  }).catch(() => undefined);
  return claimsSchema.safeParse(verified?.payload).data;
}
