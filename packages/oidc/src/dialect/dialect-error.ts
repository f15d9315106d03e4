import { errors } from 'oidc-provider';

/** An error in the words and with the status of the hosted service's dialect. */
export class DialectError extends errors.CustomOIDCProviderError {
  constructor(status: number, error: string, description: string) {
    super(error, description);
    this.status = status;
    this.statusCode = status;
    // Its text is meant for the application, whatever the status.
    this.expose = true;
  }
}

/** The client or the person may not do this: 403 `access_denied`. */
export function accessDenied(description: string): DialectError {
  return new DialectError(403, 'access_denied', description);
}
