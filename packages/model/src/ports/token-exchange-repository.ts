import type { TokenExchangeProfile } from '../entities/token-exchange-profile.ts';
import type { Page, PageQuery } from './page.ts';

/** Profiles of the custom token exchange. */
export interface TokenExchangeProfileRepository {
  /** Rejects with `conflict` when the subject token type is taken. */
  create(
    profile: Omit<TokenExchangeProfile, 'createdAt' | 'updatedAt'>,
  ): Promise<TokenExchangeProfile>;
  find(id: string): Promise<TokenExchangeProfile | undefined>;
  /** The profile that a token exchange with this subject token type runs. */
  findBySubjectTokenType(subjectTokenType: string): Promise<TokenExchangeProfile | undefined>;
  /** In order of creation. */
  list(query: PageQuery): Promise<Page<TokenExchangeProfile>>;
  listForAction(actionId: string): Promise<readonly TokenExchangeProfile[]>;
  count(): Promise<number>;
  /** Rejects with `conflict` when the subject token type is taken. */
  update(
    id: string,
    patch: Partial<Pick<TokenExchangeProfile, 'name' | 'subjectTokenType'>>,
  ): Promise<TokenExchangeProfile | undefined>;
  delete(id: string): Promise<boolean>;
}
