import { defineScreen, type Screen } from '../screen.ts';

/** Data of the error page. */
export interface ErrorData {
  readonly heading: string;
  readonly description: string;
  readonly advice: string | null;
  readonly retryUrl: string | null;
  readonly code: string | null;
  readonly traceId: string | null;
}

export const ERROR_SCREEN = defineScreen<ErrorData>({
  name: 'system/error',
  title: 'errors.internal.heading',
  forms: 'none',
  samples: {
    expired: {
      data: (t) => ({
        heading: t.text('errors.login-expired.heading'),
        description: t.text('errors.login-expired.description'),
        advice: t.text('errors.login-expired.advice'),
        retryUrl: null,
        code: null,
        traceId: null,
      }),
    },
    full: {
      data: (t) => ({
        heading: t.text('errors.internal.heading'),
        description: t.text('errors.internal.description'),
        advice: t.text('errors.internal.advice'),
        retryUrl: '/u/login',
        code: 'server_error',
        traceId: 'tr_0123456789abcdef',
      }),
    },
  },
});

/** Takes the browser on; see `sendOn`. */
export const CONTINUE_SCREEN = defineScreen<{ readonly url: string }>({
  name: 'system/continue',
  title: 'system.continue-title',
  forms: 'none',
  samples: {},
});

export const LOGGED_OUT_SCREEN = defineScreen<object>({
  name: 'system/logged-out',
  title: 'system.logged-out-title',
  forms: 'any',
  samples: { plain: { data: () => ({}) } },
});

/** `formHtml` is inserted as it is; it comes from the protocol, not from a person. */
export const CONFIRM_LOGOUT_SCREEN = defineScreen<{ readonly formHtml: string }>({
  name: 'system/confirm-logout',
  title: 'system.confirm-logout-title',
  forms: 'any',
  samples: {
    plain: {
      data: () => ({ formHtml: '<form id="op.logoutForm" method="post" action="/x"></form>' }),
    },
  },
});

export const SYSTEM_SCREENS: readonly Screen<object>[] = [
  ERROR_SCREEN,
  CONTINUE_SCREEN,
  LOGGED_OUT_SCREEN,
  CONFIRM_LOGOUT_SCREEN,
];
