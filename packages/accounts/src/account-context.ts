import type { RegistrationFacts, TriggerPipeline } from '@tessera/engine';
import type {
  Client,
  Clock,
  JobQueue,
  Logger,
  Messages,
  Multifactor,
  RandomBytes,
  RateLimitStore,
  RequestFacts,
  Tenant,
  TenantStore,
} from '@tessera/model';
import type { BreachedPasswords } from './attack-protection/breached-passwords.ts';
import type { HashCost } from './password-hasher.ts';

/** What `createAccounts` is built from. */
export interface AccountsOptions {
  readonly pipeline: TriggerPipeline;
  readonly jobs: JobQueue;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  readonly messages: Messages;
  /** Tells Actions of factors, and whether a challenge is possible. Absent: nobody has any. */
  readonly multifactor?: Pick<Multifactor, 'listEnrolledFactors' | 'listUsableFactors'>;
  /** Default: none are known. */
  readonly breachedPasswords?: BreachedPasswords;
  /** Cost of new hashes; hashes of another cost are renewed at login. Default `DEFAULT_HASH_COST`. */
  readonly argon2?: HashCost;
}

/** In whose name and on which request an operation runs. */
export interface AccountContext {
  readonly tenant: Tenant;
  /** The store of that tenant. */
  readonly store: TenantStore;
  /** Public base URL of the tenant, with a trailing slash: where links in messages lead. */
  readonly baseUrl: string;
  /** The application the person uses; absent for the management API. */
  readonly client?: Client;
  readonly request: RequestFacts;
  /** The authorization request, when there is one; Actions see it as `event.transaction`. */
  readonly transaction?: RegistrationFacts['transaction'];
}
