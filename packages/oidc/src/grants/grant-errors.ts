import { AppError } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied, DialectError } from '../dialect/dialect-error.ts';

/** Refusals of the grants that log a person in, word for word what SDKs and people search for. */
export const grantErrors = {
  missingParameter: (name: string): DialectError =>
    new DialectError(400, 'invalid_request', `Missing required parameter: ${name}`),
  noDefaultDirectory: (): DialectError =>
    new DialectError(
      403,
      'unauthorized_client',
      "Authorization server not configured with default connection. Name one in the tenant's setting default_directory, or use the grant type http://auth0.com/oauth/grant-type/password-realm.",
    ),
  /** Says the same of connections that do not exist and of those that the application may not use. */
  unknownRealm: (realm: string): DialectError =>
    new DialectError(
      403,
      'unauthorized_client',
      `The connection ${JSON.stringify(realm.slice(0, 64))} does not exist, cannot be used with this grant type, or is not enabled for the application.`,
    ),
  consentRequired: (): DialectError =>
    new DialectError(403, 'consent_required', 'Consent required'),
  blocked: (): DialectError => new DialectError(403, 'unauthorized', 'user is blocked'),
  interactionRequired: (description: string): DialectError =>
    new DialectError(403, 'interaction_required', description),
};

/** Tells what `DirectLogins` rejected with, in the dialect; throws everything else as it is. */
export function refuseLogin(ctx: KoaContextWithOIDC, error: unknown): never {
  if (error instanceof AppError && 'retryAfterSeconds' in error) {
    ctx.set('retry-after', String(error.retryAfterSeconds));
  }
  throw toGrantError(error);
}

function toGrantError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  switch (error.code) {
    case 'wrong_credentials':
      return new DialectError(403, 'invalid_grant', error.message);
    case 'password_leaked':
      return new DialectError(401, 'password_leaked', error.message);
    case 'account_blocked':
      return grantErrors.blocked();
    case 'too_many_attempts':
      return new DialectError(429, 'too_many_attempts', error.message);
    case 'invalid_body':
      return new DialectError(400, 'invalid_request', error.message);
    case 'signup_disabled':
    case 'signup_refused':
      return accessDenied(error.message);
    default:
      return error;
  }
}
