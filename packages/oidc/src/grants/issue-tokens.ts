import { createAlphanumericId } from '@tessera/model';
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { AuthenticationClaims } from '../post-login/multifactor-policy.ts';
import { type GrantExtension, setExtension } from '../provider/grant-extension.ts';
import { GRANT_ID_LENGTH } from '../provider/grants.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { DirectLogin } from './direct-login.ts';
import type { RequestedAccess } from './requested-api.ts';

/** A login at the token endpoint that nothing stands against any more. */
export interface IssuedLogin {
  readonly gty: DirectLogin['gty'];
  readonly access: RequestedAccess;
  /** What travels with the tokens. */
  readonly extension: GrantExtension;
  /** What the ID token says of how the person authenticated. */
  readonly authentication: AuthenticationClaims;
}

/** Body of a successful answer (RFC 6749, section 5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: string;
  /** Of a token exchange. */
  readonly issued_token_type?: string;
  /** After the earlier one was used. */
  readonly recovery_code?: string;
}

/**
 * Issues the tokens of a login, under a grant of its own, so that its refresh tokens are one family.
 * With oidc-provider's public classes only. The request's account is whom they are of.
 */
export async function issueTokens(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: IssuedLogin,
): Promise<TokenAnswer> {
  const { client, account, provider } = ctx.oidc;
  if (client === undefined || account === undefined) throw new Error('a login of nobody');
  const grant = await saveGrant(ctx, scope, login);
  const of = { accountId: account.accountId, client, grantId: grant.jti, gty: login.gty };
  const { api, scopes } = login.access;
  const token = new provider.AccessToken({ ...of, expiresWithSession: false });
  if (api !== undefined) token.resourceServer = api.resourceServer;
  const granted =
    api === undefined
      ? grant.getOIDCScopeFiltered([...scopes])
      : grant.getResourceScopeFiltered(api.indicator, [...scopes]);
  if (granted !== '') token.scope = granted;
  ctx.oidc.entity('AccessToken', token);
  const accessToken = await token.save();
  const refreshToken = await issueRefreshToken(ctx, login, of);
  const idToken = scopes.includes('openid') ? await issueIdToken(ctx, grant, login) : undefined;
  return {
    access_token: accessToken,
    ...(idToken === undefined ? {} : { id_token: idToken }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...(token.scope === undefined ? {} : { scope: token.scope }),
    expires_in: token.expiration,
    token_type: token.tokenType,
  };
}

async function saveGrant(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  { access, extension }: IssuedLogin,
): Promise<Grant> {
  const { client, account, provider } = ctx.oidc;
  if (client === undefined || account === undefined) throw new Error('a login of nobody');
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.jti = createAlphanumericId(scope.randomBytes, GRANT_ID_LENGTH);
  const ofProtocol = [...ctx.oidc.requestParamOIDCScopes].filter((name) =>
    access.scopes.includes(name),
  );
  if (ofProtocol.length > 0) grant.addOIDCScope(ofProtocol);
  if (access.api !== undefined) {
    const { indicator, resourceServer } = access.api;
    const ofApi = access.scopes.filter((name) => resourceServer.scopes.has(name));
    if (ofApi.length > 0) grant.addResourceScope(indicator, ofApi);
  }
  setExtension(grant, extension);
  await grant.save();
  ctx.oidc.entity('Grant', grant);
  return grant;
}

async function issueRefreshToken(
  ctx: KoaContextWithOIDC,
  { access, extension, authentication }: IssuedLogin,
  of: ConstructorParameters<KoaContextWithOIDC['oidc']['provider']['AccessToken']>[0],
): Promise<string | undefined> {
  if (!access.scopes.includes('offline_access')) return undefined;
  const token = new ctx.oidc.provider.RefreshToken({
    ...of,
    scope: access.scopes.join(' '),
    authTime: extension.authenticatedAt,
    rotations: 0,
    expiresWithSession: false,
    ...(access.api === undefined ? {} : { resource: access.api.indicator }),
    ...authentication,
  });
  ctx.oidc.entity('RefreshToken', token);
  return await token.save();
}

async function issueIdToken(
  ctx: KoaContextWithOIDC,
  grant: Grant,
  { access, extension, authentication }: IssuedLogin,
): Promise<string> {
  const { account, provider } = ctx.oidc;
  const scopes = grant.getOIDCScopeFiltered([...access.scopes]);
  const claims = await account?.claims('id_token', scopes, {}, []);
  const token = new provider.IdToken(
    {
      ...claims,
      auth_time: extension.authenticatedAt,
      ...authentication,
    },
    { ctx },
  );
  // Public members that the types leave out: which of the claims the scopes open.
  Object.assign(token, { scope: scopes, mask: {}, rejected: [] });
  for (const [name, value] of Object.entries(authentication)) token.set(name, value);
  return await token.issue({ use: 'idtoken' });
}
