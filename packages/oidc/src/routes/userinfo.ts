import { errors as joseErrors, jwtVerify } from 'jose';
import type { AccessToken } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import { readForm } from '../http/read-body.ts';
import { claimsFor } from '../provider/claims.ts';
import { extensionOf } from '../provider/grant-extension.ts';
import type { ProviderContext } from '../provider/provider-context.ts';
import { userinfoAudience } from '../provider/requested-audience.ts';
import { type OwnRoute, type RouteParts, refuseOtherMethods } from './own-route.ts';

/** What an access token that opens userinfo says. */
interface OpenedToken {
  readonly userId: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  /** Claims that Actions set on the ID token of the login; known for opaque tokens only. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/**
 * `/userinfo` (OpenID Connect Core, section 5.3), for opaque tokens and for JWTs that name it in
 * their `aud`. oidc-provider's own takes no JWTs.
 */
export const userinfoRoute: OwnRoute = async (ctx, parts) => {
  ctx.vary('Origin');
  if (ctx.method === 'OPTIONS') return answerPreflight(ctx);
  if (refuseOtherMethods(ctx, 'GET', 'POST')) return;
  ctx.set('cache-control', 'no-store');
  const token = await readToken(ctx);
  const opened = token === undefined ? undefined : await openToken(token, parts);
  const user = opened && (await parts.scope.store.users.find(opened.userId));
  if (opened === undefined || user === undefined || user.blocked) return refuse(ctx);
  if (!opened.scopes.has('openid')) return refuseScope(ctx);
  if (!(await allowOrigin(ctx, opened.clientId, parts))) return refuseOrigin(ctx);
  ctx.body = { ...claimsFor(user, opened.scopes), ...opened.claims, sub: user.userId };
};

async function readToken(ctx: ProviderContext): Promise<string | undefined> {
  const header = /^Bearer +([\w.~+/=-]+)$/i.exec(ctx.get('authorization'))?.[1];
  if (header !== undefined || ctx.method !== 'POST') return header;
  return (await readForm(ctx.req)).access_token;
}

async function openToken(token: string, parts: RouteParts): Promise<OpenedToken | undefined> {
  return token.includes('.') ? await openJwt(token, parts) : await openOpaque(token, parts);
}

async function openOpaque(
  value: string,
  { provider }: RouteParts,
): Promise<OpenedToken | undefined> {
  const token = await provider.AccessToken.find(value);
  if (token === undefined || token.aud !== undefined || token.clientId === undefined) return;
  const grant = await provider.Grant.find(token.grantId);
  if (grant?.accountId !== token.accountId) return undefined;
  const claims = extensionOf(grant)?.effects?.idTokenClaims;
  return {
    userId: token.accountId,
    clientId: token.clientId,
    scopes: new Set(finalScope(token).split(' ')),
    ...(claims === undefined ? {} : { claims }),
  };
}

/** Actions change the scope after the token's own was stored. */
function finalScope({ extra, scope }: AccessToken): string {
  return typeof extra?.scope === 'string' ? extra.scope : (scope ?? '');
}

async function openJwt(
  token: string,
  { scope, publicKeys }: RouteParts,
): Promise<OpenedToken | undefined> {
  try {
    const { payload } = await jwtVerify(token, publicKeys, {
      issuer: scope.issuer,
      audience: userinfoAudience(scope.issuer),
      algorithms: ['RS256'],
      currentDate: scope.clock.now(),
    });
    const { sub, scope: scopes } = payload;
    const clientId = payload.azp ?? payload.client_id;
    if (sub === undefined || typeof scopes !== 'string' || typeof clientId !== 'string') return;
    return { userId: sub, clientId, scopes: new Set(scopes.split(' ')) };
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return undefined;
    throw error;
  }
}

async function allowOrigin(
  ctx: ProviderContext,
  clientId: string,
  { provider }: RouteParts,
): Promise<boolean> {
  const origin = ctx.get('origin');
  if (origin === '') return true;
  const client = await provider.Client.find(clientId);
  if (client === undefined || !policyOf(client).origins.includes(origin)) return false;
  ctx.set('access-control-allow-origin', origin);
  return true;
}

/** A preflight names no application; the request itself is judged. */
function answerPreflight(ctx: ProviderContext): void {
  ctx.status = 204;
  ctx.set('access-control-allow-origin', ctx.get('origin') || '*');
  ctx.set('access-control-allow-methods', 'GET, POST');
  ctx.set('access-control-allow-headers', 'authorization, content-type');
  ctx.set('access-control-max-age', '3600');
}

function refuse(ctx: ProviderContext): void {
  answer(ctx, 401, 'invalid_token', 'The access token is invalid or has expired');
}

function refuseScope(ctx: ProviderContext): void {
  answer(ctx, 403, 'insufficient_scope', 'The access token lacks the scope openid');
}

function refuseOrigin(ctx: ProviderContext): void {
  answer(ctx, 403, 'invalid_request', 'The origin is not allowed for the application');
}

function answer(ctx: ProviderContext, status: number, error: string, description: string): void {
  ctx.status = status;
  if (status !== 403 || error === 'insufficient_scope') {
    ctx.set('www-authenticate', `Bearer error="${error}", error_description="${description}"`);
  }
  ctx.body = { error, error_description: description };
}
