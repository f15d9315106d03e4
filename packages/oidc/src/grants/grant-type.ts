import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { TokenAnswer } from './issue-tokens.ts';
import type { FactorRequired } from './require-factor.ts';

/** A grant type of ours at the token endpoint. */
export interface GrantType {
  /** Value of `grant_type`. */
  readonly name: string;
  /** Parameters that the grant reads; oidc-provider drops all others. */
  readonly parameters: readonly string[];
  /** Codes of the tenant log; of `success` and `failure` the text that both begin with. */
  readonly log: { readonly success: string; readonly failure: string; readonly what: string };
  /** Rejects with an error in the dialect. */
  answer(ctx: KoaContextWithOIDC, scope: IssuerScope): Promise<TokenAnswer | FactorRequired>;
}
