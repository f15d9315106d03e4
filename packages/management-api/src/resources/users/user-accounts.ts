import type { Accounts } from '@tessera/accounts';

/** The account services that routes about users need: they hash, run triggers and write the tenant log. */
export type UserAccounts = Pick<
  Accounts,
  'createUser' | 'updateUser' | 'passwordResets' | 'emailVerifications' | 'loginBlocks'
>;
