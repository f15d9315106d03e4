import type { FactorsAccess, FactorsScope, Multifactor, MultifactorContext } from '@tessera/model';
import { MfaError } from './mfa-error.ts';

/** True for what looks like a JWT; an `mfa_token` has no dots. */
export const isAccessToken = (token: string): boolean => token.split('.').length === 3;

export const invalidAccessToken = () =>
  new MfaError(401, 'invalid_token', 'The access token is not valid.');

/** Reads a person's token for their own factors. Rejects with 401, and with 403 without the scope. */
export async function requireAccess(
  multifactor: Multifactor,
  mfa: MultifactorContext,
  wanted: { readonly token: string; readonly scope: FactorsScope },
): Promise<FactorsAccess> {
  const access = await multifactor.readAccessToken(mfa, wanted.token);
  if (access === undefined) throw invalidAccessToken();
  if (!access.scopes.includes(wanted.scope)) {
    throw new MfaError(403, 'insufficient_scope', `Insufficient scope, expected: ${wanted.scope}`);
  }
  return access;
}
