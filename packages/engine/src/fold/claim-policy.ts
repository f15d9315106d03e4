import { isReservedClaim } from '../chain/apply-to-event.ts';

/** Claims of the profile (OpenID Connect Core 1.0, section 5.1): known to everybody, so not private. */
const PROFILE_CLAIMS: ReadonlySet<string> = new Set([
  'name',
  'family_name',
  'given_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'updated_at',
  'email',
  'email_verified',
  'address',
  'phone_number',
  'phone_number_verified',
]);

/** A claim that an action wants to set. */
export interface WantedClaim {
  readonly name: string;
  readonly token: 'idToken' | 'accessToken';
  /** See `TriggerRun.namespacedClaimsOnly`. */
  readonly namespacedClaimsOnly: boolean;
}

/** Why a claim is not added, for the author to read. Undefined when it is. */
export function findClaimObjection(claim: WantedClaim): string | undefined {
  const { name, token } = claim;
  if (isReservedClaim(name)) {
    return `api.${token}.setCustomClaim: the name "${name}" is reserved; the claim was not added`;
  }
  const isRestricted = claim.namespacedClaimsOnly && token === 'accessToken';
  if (isRestricted && !/^https?:\/\//i.test(name) && !PROFILE_CLAIMS.has(name)) {
    return `api.${token}.setCustomClaim: "${name}" is not namespaced, as claims for this API must be; the claim was not added`;
  }
  return undefined;
}
