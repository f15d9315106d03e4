/** Why a request ends in an error page, in words for the person in front of it. */
export interface PageProblem {
  readonly status: number;
  readonly heading: string;
  readonly description: string;
  /** What to do about it. */
  readonly advice?: string;
  /** Where to try again, on this origin. */
  readonly retryUrl?: string;
}

/** Thrown by routes; the error handler shows it. */
export class PageProblemError extends Error {
  readonly problem: PageProblem;

  constructor(problem: PageProblem) {
    super(problem.heading);
    this.name = 'PageProblemError';
    this.problem = problem;
  }
}

const BACK = 'Please go back to the application and log in again.';

/** The `state` is unknown, expired or used: bookmarked pages, the back button, long lunches. */
export const TRANSACTION_UNKNOWN: PageProblem = {
  status: 400,
  heading: 'This login has expired',
  description: 'The page was open for too long, was used already, or its address is incomplete.',
  advice: BACK,
};

export const NO_CONNECTION: PageProblem = {
  status: 400,
  heading: 'Login is not set up',
  description: 'This application has no connection that people could log in with.',
  advice: 'Please tell the people who run the application.',
};

export const SIGN_UP_DISABLED: PageProblem = {
  status: 400,
  heading: 'Signup is closed',
  description: 'New accounts cannot be created here.',
  advice: BACK,
};

export const INTERNAL_ERROR: PageProblem = {
  status: 500,
  heading: 'Something went wrong',
  description: 'This is our fault, not yours. We have taken note of it.',
  advice: 'Please try again in a moment.',
};

export const UNAVAILABLE: PageProblem = {
  status: 503,
  heading: 'Back in a moment',
  description: 'The service is not available right now.',
  advice: 'Please try again in a moment.',
};

/** The form was not shown by us to this browser, or the browser keeps no cookies. */
export function forgedForm(retryUrl: string): PageProblem {
  return {
    status: 403,
    heading: 'Please send the form again',
    description: 'We could not make sure that this form was sent from our page in this browser.',
    advice: 'If this happens again, please allow cookies for this site.',
    retryUrl,
  };
}
