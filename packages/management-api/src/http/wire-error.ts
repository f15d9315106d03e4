import { STATUS_CODES } from 'node:http';
import { WeakPasswordError } from '@tessera/accounts';
import type { ApiErrorBody } from '@tessera/api-contract';
import { AppError, type ErrorCode } from '@tessera/model';

/**
 * An `AppError` that also says which `errorCode` goes over the wire. Without one, none is sent: the
 * Actions service has none on most of its failures.
 */
export class WireError extends AppError {
  readonly errorCode: string | undefined;
  readonly attributes: Readonly<Record<string, string>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly errorCode?: string;
      readonly attributes?: Readonly<Record<string, string>>;
      readonly detail?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, message, options);
    this.name = 'WireError';
    this.errorCode = options.errorCode;
    this.attributes = options.attributes;
  }
}

/** The `errorCode` of failures that other packages throw. Those that are absent send none. */
const ERROR_CODES: Partial<Record<ErrorCode, string>> = {
  invalid_body: 'invalid_body',
  invalid_query_string: 'invalid_query_string',
  invalid_uri: 'invalid_uri',
  insufficient_scope: 'insufficient_scope',
  user_exists: 'auth0_idp_error',
  tenant_exists: 'tenant_exists',
  action_name_conflict: 'action_name_conflict',
  signup_refused: 'signup_refused',
  limit_reached: 'limit_reached',
  too_many_attempts: 'too_many_requests',
  account_blocked: 'account_blocked',
};

/** Texts that the hosted service uses for what other packages word in their own way. */
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  user_exists: 'The user already exists.',
  action_name_conflict: 'An action with that name already exists.',
};

function messageOf(error: AppError): string {
  if (error instanceof WireError) return error.message;
  if (error instanceof WeakPasswordError) return `${error.wire.name}: ${error.wire.text}`;
  return MESSAGES[error.code] ?? error.message;
}

/** The body of an answer that failed. */
export function toErrorBody(error: AppError): ApiErrorBody {
  const isWire = error instanceof WireError;
  const errorCode = isWire ? error.errorCode : ERROR_CODES[error.code];
  const attributes = isWire ? error.attributes : undefined;
  return {
    statusCode: error.status,
    error: STATUS_CODES[error.status] ?? 'Error',
    message: messageOf(error),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(attributes === undefined ? {} : { attributes: { ...attributes } }),
  };
}
