/** Paths of the protocol, relative to the issuer. oidc-provider calls these names. */
export const PROVIDER_ROUTES = {
  authorization: '/authorize',
  token: '/oauth/token',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  revocation: '/oauth/revoke',
  pushed_authorization_request: '/oauth/par',
  end_session: '/oidc/logout',
} as const;

/** Routes of our own, served before oidc-provider's router. */
export const OWN_ROUTES = {
  userinfo: '/userinfo',
  continue: '/continue',
  consent: '/u/consent',
  logout: '/v2/logout',
  oidcLogout: '/oidc/logout',
} as const;

/** Pages of `universal-login` that the protocol sends browsers to. */
export const PAGES = {
  login: '/u/login',
  signup: '/u/signup',
  mfa: '/u/mfa',
  form: '/u/form',
} as const;

const EXACT: ReadonlySet<string> = new Set([
  ...Object.values(PROVIDER_ROUTES),
  ...Object.values(OWN_ROUTES),
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  `${PROVIDER_ROUTES.end_session}/confirm`,
  `${PROVIDER_ROUTES.end_session}/success`,
]);

/** True for paths that belong to the protocol. */
export function isProtocolPath(path: string): boolean {
  return EXACT.has(path) || path.startsWith(`${PROVIDER_ROUTES.authorization}/`);
}
