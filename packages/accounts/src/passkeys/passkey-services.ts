import type { Connection } from '@tessera/model';
import type { AccountsOptions } from '../account-context.ts';
import type { LoginLimits } from '../login-limits.ts';

/** What logins with passkeys run on. */
export type PasskeyServices = AccountsOptions & { readonly loginLimits: LoginLimits };

/** Where a ceremony takes place. */
export interface PasskeyPlace {
  readonly connection: Connection;
  /** What the ceremony belongs to, e.g. the login's `state`: its challenges are nothing to another. */
  readonly binding: string;
}
