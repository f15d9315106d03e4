import type {
  Accounts,
  Passkeys,
  Passwordless,
  PushDevices,
  UpstreamLogins,
} from '@tessera/accounts';
import type {
  Clock,
  ContextOf,
  Logger,
  LoginSteps,
  LoginTransactions,
  Multifactor,
  RandomBytes,
  Store,
} from '@tessera/model';
import type { BotChallenge } from './bot-gate/bot-challenge.ts';

/** What `universalLogin` is built from. */
export interface UniversalLoginOptions {
  readonly accounts: Accounts;
  readonly passwordless: Passwordless;
  readonly passkeys: Passkeys;
  readonly upstreamLogins: UpstreamLogins;
  readonly store: Store;
  readonly transactions: LoginTransactions;
  /** Flows that pages of second factors and forms serve; password resets are added by the package itself. */
  readonly steps: readonly LoginSteps[];
  readonly multifactor: Multifactor;
  readonly pushDevices: PushDevices;
  /** What browsers are asked that may be programs. Default: a small sum. */
  readonly botChallenge?: BotChallenge;
  readonly contextOf: ContextOf;
  /** Key of the CSRF tokens: 32 random bytes or more, the same on every replica. */
  readonly secret: Uint8Array;
  /** True when the pages are served over TLS: the cookie is then `__Host-` and `Secure`. */
  readonly secureCookies: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}
