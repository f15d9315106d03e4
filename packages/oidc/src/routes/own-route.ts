import type { JWTVerifyGetKey } from 'jose';
import type Provider from 'oidc-provider';
import type { BrowserBinding } from '../browser-binding.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { ProviderContext } from '../provider/provider-context.ts';

/** What routes of our own work with. */
export interface RouteParts {
  readonly provider: Provider;
  readonly scope: IssuerScope;
  readonly browsers: BrowserBinding;
  /** The tenant's public keys, to verify its own JWTs with. */
  readonly publicKeys: JWTVerifyGetKey;
}

/** Answers a request; `next` hands it to oidc-provider instead. */
export type OwnRoute = (
  ctx: ProviderContext,
  parts: RouteParts,
  next: () => Promise<unknown>,
) => Promise<void>;

/** The text value of a query parameter; undefined when it is absent or repeated. */
export function queryText(ctx: ProviderContext, name: string): string | undefined {
  const value = ctx.query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Sends the browser on with a GET, whatever the method was. */
export function redirectTo(ctx: ProviderContext, url: string): void {
  ctx.set('cache-control', 'no-store');
  ctx.redirect(url);
  ctx.status = 303;
}

/** Answers a method that the route does not have; true when it did. */
export function refuseOtherMethods(ctx: ProviderContext, ...allowed: readonly string[]): boolean {
  if (allowed.includes(ctx.method)) return false;
  ctx.status = 405;
  ctx.set('allow', allowed.join(', '));
  return true;
}
