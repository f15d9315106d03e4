import type { Connection, JsonObject } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import type { LoginLimits } from '../login-limits.ts';
import type { PasswordHasher } from '../password-hasher.ts';

/** What logins with codes and links run on. */
export type PasswordlessServices = AccountsOptions & {
  readonly hasher: PasswordHasher;
  readonly loginLimits: LoginLimits;
};

/** The application for which a code or link is; without one there is none. */
export type PasswordlessContext = AccountContext & Required<Pick<AccountContext, 'client'>>;

/** A person who wants a code or a link. */
export interface PasswordlessStart {
  /** Of strategy `email` or `sms`. */
  readonly connection: Connection;
  /** E-mail address or phone number, as typed. */
  readonly address: string;
  /** Links go by e-mail only. */
  readonly send: 'code' | 'link';
  /** Parameters of the authorization that a link begins. */
  readonly authParams?: Readonly<Record<string, string>>;
  /** Languages of the person, best first. */
  readonly languages?: readonly string[];
  /** What was asked for, for the log; without secrets. */
  readonly logged?: JsonObject;
}
