import type { TextValues } from './i18n/translator.ts';

/**
 * Why a request ends in an error page, in words for the person in front of it. `texts` is the
 * beginning of its keys: `<texts>.heading`, `<texts>.description`, and `<texts>.advice` if there is one.
 */
export interface PageProblem {
  readonly status: number;
  readonly texts: string;
  readonly values?: TextValues;
  /** Where to try again, on this origin. */
  readonly retryUrl?: string;
}

/** Thrown by routes; the error handler shows it. */
export class PageProblemError extends Error {
  readonly problem: PageProblem;

  constructor(problem: PageProblem) {
    super(problem.texts);
    this.name = 'PageProblemError';
    this.problem = problem;
  }
}

/** The `state` is unknown, expired or used: bookmarked pages, the back button, long lunches. */
export const TRANSACTION_UNKNOWN: PageProblem = { status: 400, texts: 'errors.login-expired' };

export const NO_CONNECTION: PageProblem = { status: 400, texts: 'errors.no-connection' };

export const SIGN_UP_DISABLED: PageProblem = { status: 400, texts: 'errors.signup-closed' };

export const FORM_CHANGED: PageProblem = { status: 400, texts: 'errors.form-changed' };

export const INTERNAL_ERROR: PageProblem = { status: 500, texts: 'errors.internal' };

export const UNAVAILABLE: PageProblem = { status: 503, texts: 'errors.unavailable' };

/** The form was not shown by us to this browser, or the browser keeps no cookies. */
export function forgedForm(retryUrl: string): PageProblem {
  return { status: 403, texts: 'errors.forged-form', retryUrl };
}
