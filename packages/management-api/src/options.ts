import type {
  ActionLimits,
  ActionRunner,
  Clock,
  ContextOf,
  JobQueue,
  Logger,
  Messages,
  Multifactor,
  RandomBytes,
  Store,
  Tenant,
} from '@tessera/model';
import type { LiveLogStreams } from './resources/actions/live-log-streams.ts';
import type { FindPageTemplateProblem } from './resources/branding/branding-handlers.ts';
import type { FindTemplateProblem } from './resources/messages/check-template.ts';
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
  readonly messages: Messages;
  /** Second factors: tickets to set them up, recovery codes. */
  readonly multifactor: Multifactor;
  /** Says what is wrong with the Liquid of a message's template. */
  readonly findTemplateProblem: FindTemplateProblem;
  /** Says what is wrong with the template around a tenant's pages. */
  readonly findPageTemplateProblem: FindPageTemplateProblem;
  /** Live logs, for whoever ends them at shutdown. Default: ones of its own. */
  readonly liveLogs?: LiveLogStreams;
  /** Rejects when this server may not host a further tenant. Without it, it may. */
  readonly checkFurtherTenant?: () => void;
  /** Limits of Actions where a tenant has none of its own. */
  readonly actionLimits: ActionLimits;
  /** Called before the answer when a tenant's limits or rules were changed here. */
  readonly onTenantSettings?: (tenant: Tenant) => void;
  /** Public base URL of a tenant with a trailing slash, whether the tenant exists or not. */
  readonly baseUrlOf: (tenant: Pick<Tenant, 'name' | 'isDefault'>) => string;
}
