import type {
  ActionRunner,
  Clock,
  ContextOf,
  JobQueue,
  Logger,
  RandomBytes,
  Store,
  Tenant,
} from '@tessera/model';
import type { UserAccounts } from './resources/users/user-accounts.ts';

/** What `managementApi` is built from. */
export interface ManagementApiOptions {
  readonly store: Store;
  readonly accounts: UserAccounts;
  readonly jobs: JobQueue;
  readonly runner: ActionRunner;
  readonly contextOf: ContextOf;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** Rejects when this server may not host a further tenant. Without it, it may. */
  readonly checkFurtherTenant?: () => void;
  /** Public base URL of a tenant with a trailing slash, whether the tenant exists or not. */
  readonly baseUrlOf: (tenant: Pick<Tenant, 'name' | 'isDefault'>) => string;
}
