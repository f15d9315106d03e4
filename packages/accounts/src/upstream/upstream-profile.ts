import type { ProvisionedProfile } from '@tessera/model';
import type { FieldProblem } from '../account-errors.ts';
import { type ProfileInput, parseProfile } from '../account-input.ts';
import type { DatabaseOptions } from '../database-options.ts';

/** Claims that each member of the profile is taken from, unless the connection maps it otherwise. */
const CLAIM_OF = {
  email: 'email',
  name: 'name',
  nickname: 'nickname',
  givenName: 'given_name',
  familyName: 'family_name',
  picture: 'picture',
} as const satisfies { readonly [K in keyof ProfileInput]?: string };

const EXPRESSION = /^\$\{context\.(?:tokenset|userinfo)\.([\w.-]{1,128})\}$/;

/**
 * The profile that the claims of a provider make. A claim that cannot be stored is left out: it must not
 * keep its person from logging in. An address counts as verified only when the provider says so itself.
 */
export function toProfile(
  claims: Readonly<Record<string, unknown>>,
  attributes: Readonly<Record<string, string>>,
  options: DatabaseOptions,
): ProvisionedProfile {
  const profile: Record<string, unknown> = {};
  for (const [member, claim] of Object.entries(CLAIM_OF)) {
    const mapped = EXPRESSION.exec(attributes[claim] ?? '')?.[1];
    const value = claims[mapped ?? claim];
    if (typeof value !== 'string' || value.trim() === '') continue;
    const problems: FieldProblem[] = [];
    const parsed = parseProfile({ [member]: value }, options, problems);
    if (problems.length === 0) Object.assign(profile, parsed);
  }
  if (profile.email !== undefined) {
    const mapped = EXPRESSION.exec(attributes.email_verified ?? '')?.[1];
    profile.emailVerified = claims[mapped ?? 'email_verified'] === true;
  }
  return profile;
}
