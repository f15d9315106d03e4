/** Paths of the protocol, relative to the issuer. oidc-provider calls these names. */
export const PROVIDER_ROUTES = {
  authorization: '/authorize',
  token: '/oauth/token',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  revocation: '/oauth/revoke',
  pushed_authorization_request: '/oauth/par',
  end_session: '/oidc/logout',
  device_authorization: '/oauth/device/code',
  code_verification: '/activate',
} as const;

/** Routes of our own, served before oidc-provider's router. */
export const OWN_ROUTES = {
  userinfo: '/userinfo',
  continue: '/continue',
  activate: '/activate',
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
  return EXACT.has(path) || isResumePath(path);
}

/** True for paths where a login resumes, in the browser that began it. */
export function isResumePath(path: string): boolean {
  const { authorization, code_verification: activation } = PROVIDER_ROUTES;
  return path.startsWith(`${authorization}/`) || path.startsWith(`${activation}/`);
}
