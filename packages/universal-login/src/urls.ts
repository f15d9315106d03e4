/** Addresses of the pages, relative to the tenant's origin. */
export const loginUrl = (state: string): string => `/u/login?state=${encodeURIComponent(state)}`;
export const signUpUrl = (state: string): string => `/u/signup?state=${encodeURIComponent(state)}`;
/** The login page for those who chose it: it does not send them back to the signup page. */
export const chosenLoginUrl = (state: string): string => `${loginUrl(state)}&from=signup`;
