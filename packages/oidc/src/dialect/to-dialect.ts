import { AppError, ERRORS } from '@tessera/model';
import { errors } from 'oidc-provider';
import { MAX_BODY_BYTES } from '../http/read-body.ts';
import { DialectError } from './dialect-error.ts';

/** An error answer of the token, revocation or PAR endpoint. */
export interface DialectAnswer {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

/** Says an error of oidc-provider the way the hosted service does. */
export function toDialect(error: Error, grantType: unknown): DialectAnswer {
  if (error instanceof DialectError) return unchanged(error);
  if (error instanceof AppError) return ofApplication(error);
  if (error instanceof errors.InvalidClientAuth) {
    return { status: 401, error: 'access_denied', description: 'Unauthorized' };
  }
  if (error instanceof errors.InvalidGrant) {
    return { status: 403, error: 'invalid_grant', description: grantText(error, grantType) };
  }
  if (error instanceof errors.UnsupportedGrantType) {
    return { ...unchanged(error), description: 'Grant type not supported' };
  }
  if (error instanceof errors.InvalidRequest) return ofRequest(error, grantType);
  if (error instanceof errors.OIDCProviderError && error.expose) return unchanged(error);
  return { status: 500, error: 'server_error', description: 'Something went wrong on our side.' };
}

function unchanged(error: errors.OIDCProviderError): DialectAnswer {
  return {
    status: error.statusCode,
    error: error.error,
    description: error.error_description ?? error.error,
  };
}

function ofApplication(error: AppError): DialectAnswer {
  return ERRORS[error.code].blame === 'operator'
    ? { status: error.status, error: 'temporarily_unavailable', description: error.message }
    : { status: 500, error: 'server_error', description: 'Something went wrong on our side.' };
}

/** Never says why a refresh token is refused: whoever tries stolen ones learns nothing. */
function grantText({ error_detail: detail = '' }: errors.OIDCProviderError, grantType: unknown) {
  if (grantType === 'refresh_token') return 'Unknown or invalid refresh token.';
  if (/code_verifier|code_challenge/.test(detail)) return 'Failed to verify code verifier';
  if (detail.includes('redirect_uri mismatch')) {
    return 'The redirect_uri does not match the one of the authorization request.';
  }
  return 'Invalid authorization code';
}

function ofRequest(error: errors.InvalidRequest, grantType: unknown): DialectAnswer {
  const description = error.error_description ?? '';
  if (error.error_detail === 'request entity too large') {
    return {
      status: 413,
      error: 'invalid_request',
      description: `The body exceeds ${MAX_BODY_BYTES / 1024} kB.`,
    };
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
