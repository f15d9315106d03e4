import type { KoaContextWithOIDC } from 'oidc-provider';
import { grantErrors } from './grant-errors.ts';

/** The text of a parameter that the grant needs; oidc-provider has refused repeated ones. */
export function requireParameter(ctx: KoaContextWithOIDC, name: string): string {
  const value = findParameter(ctx, name);
  if (value === undefined) throw grantErrors.missingParameter(name);
  return value;
}

export function findParameter(ctx: KoaContextWithOIDC, name: string): string | undefined {
  const value = ctx.oidc.params?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
