/** Addresses of the pages, relative to the tenant's origin. */
export const loginUrl = (state: string): string => `/u/login?state=${encodeURIComponent(state)}`;
export const signUpUrl = (state: string): string => `/u/signup?state=${encodeURIComponent(state)}`;
/** The login page for those who chose it: it does not send them back to the signup page. */
export const chosenLoginUrl = (state: string): string => `${loginUrl(state)}&from=signup`;
const withState = (path: string, state: string): string =>
  `${path}?state=${encodeURIComponent(state)}`;
/** Asks who somebody is; the password has a page of its own. */
export const identifierUrl = (state: string): string => withState('/u/login/identifier', state);
/** Asks where a code may be sent. */
export const passwordlessUrl = (state: string, connectionName: string): string =>
  `${withState('/u/login/passwordless', state)}&connection=${encodeURIComponent(connectionName)}`;
/** Asks for a code that was sent. */
export const codeUrl = (state: string): string => withState('/u/login/code', state);
/** Where somebody begins who forgot a password. */
export const forgotPasswordUrl = (state: string, connectionName: string): string =>
  withState(`/u/reset-password/request/${encodeURIComponent(connectionName)}`, state);
/** Asks for the code that was sent to an address of whoever has just signed up. */
export const verificationCodeUrl = (state: string): string =>
  withState('/u/email-verification/code', state);
/** Offers a passkey to somebody who has logged in with a password. */
export const passkeyEnrollmentUrl = (state: string): string =>
  withState('/u/passkey-enrollment', state);
/** Sends people to the upstream provider of the connection that the application names. */
export const federatedUrl = (state: string): string => withState('/u/login/federated', state);
/** Where upstream providers send people back to; registered with them. */
export const UPSTREAM_CALLBACK = '/login/callback';
