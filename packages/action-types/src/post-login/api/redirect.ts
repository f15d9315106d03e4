import type { RedirectAPI } from '../../shared/redirect-api.ts';

/** Sends the person to another site in the middle of the login. */
export interface LoginRedirectAPI<Api> extends RedirectAPI<Api> {
  /** False where no browser can be sent: `prompt=none`, refresh tokens, password grants. */
  canRedirect(): boolean;
}
