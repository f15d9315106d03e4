/** Longest text of a provider that is passed on. */
const MAX_DETAIL_LENGTH = 500;

/** Codes of OAuth that an application may be told as the provider said them. */
const FORWARDED: ReadonlySet<string> = new Set([
  'access_denied',
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
  'temporarily_unavailable',
]);

/** A login at an upstream provider that did not come about. */
export class UpstreamError extends Error {
  /** `refused`: the provider, or the person there, said no. `failed`: its answer cannot be used. */
  readonly kind: 'refused' | 'failed';
  /** What happened, for the log; what the provider said, for the application, when it refused. */
  readonly detail: string;
  /** OAuth error code for the application. */
  readonly code: string;

  constructor(
    detail: string,
    options: {
      readonly kind?: UpstreamError['kind'];
      readonly cause?: unknown;
      readonly code?: string;
    } = {},
  ) {
    const text = detail
      .replaceAll(/\p{Cc}/gu, ' ')
      .slice(0, MAX_DETAIL_LENGTH)
      .toWellFormed();
    super(text, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'UpstreamError';
    this.kind = options.kind ?? 'failed';
    this.detail = text;
    this.code = FORWARDED.has(options.code ?? '') ? (options.code ?? '') : 'access_denied';
  }
}
