/** Shape of an entry of `ERRORS`. `blame` decides the log level and whether the text may leave the process. */
export interface ErrorSpec {
  readonly status: number;
  readonly blame: 'caller' | 'operator' | 'author';
}

/** Every failure that a caller can see. Codes are never renamed or reused; rows in `docs/errors.md`. */
export const ERRORS = {
  invalid_body: { status: 400, blame: 'caller' },
  invalid_query_string: { status: 400, blame: 'caller' },
  invalid_uri: { status: 400, blame: 'caller' },
  payload_too_large: { status: 413, blame: 'caller' },
  unsupported_media_type: { status: 415, blame: 'caller' },
  insufficient_scope: { status: 403, blame: 'caller' },
  invalid_token: { status: 401, blame: 'caller' },
  not_found: { status: 404, blame: 'caller' },
  tenant_not_found: { status: 404, blame: 'caller' },
  tenant_exists: { status: 409, blame: 'caller' },
  conflict: { status: 409, blame: 'caller' },
  user_exists: { status: 409, blame: 'caller' },
  action_name_conflict: { status: 409, blame: 'caller' },
  action_bound: { status: 409, blame: 'caller' },
  module_name_conflict: { status: 409, blame: 'caller' },
  module_in_use: { status: 412, blame: 'caller' },
  module_version_limit: { status: 412, blame: 'caller' },
  action_not_built: { status: 400, blame: 'caller' },
  action_not_deployed: { status: 400, blame: 'caller' },
  limit_reached: { status: 400, blame: 'caller' },
  signup_disabled: { status: 400, blame: 'caller' },
  signup_refused: { status: 400, blame: 'caller' },
  password_too_weak: { status: 400, blame: 'caller' },
  password_leaked: { status: 400, blame: 'caller' },
  wrong_credentials: { status: 403, blame: 'caller' },
  account_blocked: { status: 403, blame: 'caller' },
  too_many_attempts: { status: 429, blame: 'caller' },
  transaction_invalid: { status: 400, blame: 'caller' },
  too_many_runs: { status: 429, blame: 'caller' },
  action_failed: { status: 500, blame: 'author' },
  database_unavailable: { status: 503, blame: 'operator' },
  sandbox_too_weak: { status: 409, blame: 'operator' },
  sandbox_unavailable: { status: 503, blame: 'operator' },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * A failure that a caller sees.
 *
 * `message` is public. `detail` goes to the operator's log only. Neither holds secrets, tokens,
 * passwords, codes or guest output.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { detail?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = ERRORS[code].status;
    this.detail = options.detail;
  }
}
