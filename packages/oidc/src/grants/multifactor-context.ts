import type { Multifactor, MultifactorContext } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied } from '../dialect/dialect-error.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { createDirectLoginContext } from './direct-login-context.ts';

/** In whose name second factors are judged at the token endpoint. */
export async function createMultifactorContext(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<MultifactorContext> {
  const context = await createDirectLoginContext(ctx, scope);
  const { language } = context.request;
  return { ...context, ...(language === undefined ? {} : { languages: [language] }) };
}

/** Rejects where there are no second factors: a login that needs one ends. */
export function getMultifactor({ multifactor }: IssuerScope): Multifactor {
  if (multifactor === undefined) throw accessDenied('This server offers no second factors.');
  return multifactor;
}
