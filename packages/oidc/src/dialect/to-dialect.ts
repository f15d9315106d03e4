import { errors } from 'oidc-provider';
import { DEVICE_GRANT } from '../device/device-grant.ts';
import { describeFault, type Fault } from '../http/describe-fault.ts';
import { BodyTooLargeError } from '../http/read-body.ts';
import { DialectError } from './dialect-error.ts';

/** Says an error of oidc-provider the way the hosted service does. */
export function toDialect(error: Error, grantType: unknown): Fault {
  if (error instanceof DialectError) return unchanged(error);
  if (error instanceof errors.InvalidClientAuth) {
    return { status: 401, error: 'access_denied', description: 'Unauthorized' };
  }
  if (error instanceof errors.InvalidGrant) {
    return { status: 403, error: 'invalid_grant', description: grantText(error, grantType) };
  }
  if (error instanceof errors.AuthorizationPending) {
    const description = 'User has yet to authorize device code.';
    return { status: 403, error: 'authorization_pending', description };
  }
  if (error instanceof errors.ExpiredToken) {
    return { status: 403, error: 'expired_token', description: 'The device_code is expired.' };
  }
  if (error instanceof errors.AccessDenied && grantType === DEVICE_GRANT) {
    return { ...unchanged(error), status: 403 };
  }
  if (error instanceof errors.UnsupportedGrantType) {
    return { ...unchanged(error), description: 'Grant type not supported' };
  }
  if (error instanceof errors.InvalidRequest) return ofRequest(error, grantType);
  if (error instanceof errors.OIDCProviderError && error.expose) return unchanged(error);
  return describeFault(error);
}

function unchanged(error: errors.OIDCProviderError): Fault {
  return {
    status: error.statusCode,
    error: error.error,
    description: error.error_description ?? error.error,
  };
}

/** Never says why a refresh token is refused: whoever tries stolen ones learns nothing. */
function grantText({ error_detail: detail = '' }: errors.OIDCProviderError, grantType: unknown) {
  if (grantType === DEVICE_GRANT) return 'Invalid or expired device code.';
  if (grantType === 'refresh_token') return 'Unknown or invalid refresh token.';
  if (/code_verifier|code_challenge/.test(detail)) return 'Failed to verify code verifier';
  if (detail.includes('redirect_uri mismatch')) {
    return 'The redirect_uri does not match the one of the authorization request.';
  }
  return 'Invalid authorization code';
}

function ofRequest(error: errors.InvalidRequest, grantType: unknown): Fault {
  const description = error.error_description ?? '';
  if (error.error_detail === 'request entity too large') {
    return describeFault(new BodyTooLargeError());
  }
  if (description === 'requested grant type is not allowed for this client') {
    return {
      status: 403,
      error: 'unauthorized_client',
      description: `Grant type '${String(grantType)}' not allowed for the client.`,
    };
  }
  if (description === 'no client authentication mechanism provided') {
    return { ...unchanged(error), description: 'Missing required parameter: client_id' };
  }
  const missing = /^missing required parameters? (.+)$/.exec(description)?.[1];
  return missing === undefined
    ? unchanged(error)
    : {
        ...unchanged(error),
        description: `Missing required parameter: ${missing.replaceAll("'", '')}`,
      };
}
