import type { Accounts } from '@tessera/accounts';

/** The account services that the users' routes need: they hash, run triggers and write the tenant log. */
export type UserAccounts = Pick<Accounts, 'createUser' | 'updateUser'>;
