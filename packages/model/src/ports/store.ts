import type { Tenant, TenantSettings } from '../entities/tenant.ts';
import type {
  ActionRepository,
  ArtifactRepository,
  BindingRepository,
} from './action-repositories.ts';
import type {
  ClientGrantRepository,
  ClientRepository,
  ConnectionRepository,
  ResourceServerRepository,
} from './client-repositories.ts';
import type {
  AuthenticatorRepository,
  TicketRepository,
  UserDeviceRepository,
} from './credential-repositories.ts';
import type { CustomTextRepository } from './custom-text-repository.ts';
import type { FormRepository } from './form-repository.ts';
import type { GroupRepository } from './group-repository.ts';
import type { ExecutionRepository, LogRepository } from './log-repositories.ts';
import type {
  EmailTemplateRepository,
  MessageProviderRepository,
  OutboxRepository,
  PhoneTemplateRepository,
} from './message-repositories.ts';
import type { ModuleRepository } from './module-repository.ts';
import type { OidcModelRepository } from './oidc-model-repository.ts';
import type {
  LoginBlockRepository,
  ManagementJobRepository,
  PasswordHistoryRepository,
} from './password-repositories.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import type { TokenExchangeProfileRepository } from './token-exchange-repository.ts';
import type { RoleRepository, SigningKeyRepository, UserRepository } from './user-repositories.ts';

/** Everything of one tenant. No method can reach another tenant's rows: the tenant is fixed here. */
export interface TenantStore {
  readonly tenantId: string;
  readonly clients: ClientRepository;
  readonly resourceServers: ResourceServerRepository;
  readonly clientGrants: ClientGrantRepository;
  readonly connections: ConnectionRepository;
  readonly users: UserRepository;
  readonly roles: RoleRepository;
  readonly groups: GroupRepository;
  readonly signingKeys: SigningKeyRepository;
  readonly actions: ActionRepository;
  readonly bindings: BindingRepository;
  readonly modules: ModuleRepository;
  readonly tokenExchangeProfiles: TokenExchangeProfileRepository;
  readonly artifacts: ArtifactRepository;
  readonly executions: ExecutionRepository;
  readonly logs: LogRepository;
  readonly oidcModels: OidcModelRepository;
  readonly forms: FormRepository;
  readonly customTexts: CustomTextRepository;
  readonly tickets: TicketRepository;
  readonly passwordHistory: PasswordHistoryRepository;
  readonly loginBlocks: LoginBlockRepository;
  readonly managementJobs: ManagementJobRepository;
  readonly outbox: OutboxRepository;
  readonly emailTemplates: EmailTemplateRepository;
  readonly phoneTemplates: PhoneTemplateRepository;
  readonly messageProviders: MessageProviderRepository;
  readonly authenticators: AuthenticatorRepository;
  readonly userDevices: UserDeviceRepository;
  /**
   * Runs `work` in one transaction: all of its writes through `tx` happen, or none.
   * Not nestable. `tx.sql` lets a job be enqueued in the same transaction.
   */
  transaction<T>(
    work: (tx: TenantStore & { readonly sql: SqlTransaction }) => Promise<T>,
  ): Promise<T>;
}

export interface TenantRepository {
  /** Rejects with `tenant_exists` when the name is taken. */
  create(tenant: Omit<Tenant, 'createdAt'>): Promise<Tenant>;
  find(id: string): Promise<Tenant | undefined>;
  findByName(name: string): Promise<Tenant | undefined>;
  findDefault(): Promise<Tenant | undefined>;
  /** In order of creation. */
  list(): Promise<readonly Tenant[]>;
  /** `patch` may depend on the settings as they are; nobody changes them in between. */
  updateSettings(
    id: string,
    patch: Partial<TenantSettings> | ((settings: TenantSettings) => Partial<TenantSettings>),
  ): Promise<Tenant | undefined>;
  /** Deletes the tenant and every row it owns. False when there is none. */
  delete(id: string): Promise<boolean>;
}

/** What changed, told to every replica. `kind` is the repository's name, e.g. `clients`. */
export interface StoreChange {
  readonly tenantId: string;
  readonly kind:
    | 'tenants'
    | 'clients'
    | 'resourceServers'
    | 'clientGrants'
    | 'connections'
    | 'signingKeys'
    | 'bindings'
    | 'customTexts'
    | 'roles';
}

/** Every fact that outlives the process. */
export interface Store {
  readonly tenants: TenantRepository;
  tenant(tenantId: string): TenantStore;
  /** Brute-force and rate counters shared by all replicas. */
  readonly rateLimits: RateLimitStore;
  /** Calls `listener` for changes made by any replica, this one included. Returns the way to stop. */
  onChange(listener: (change: StoreChange) => void): () => void;
  /** Rejects with `database_unavailable` when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface RateLimitStore {
  /**
   * Counts one event for `key` in a window of `windowSeconds` and tells how many there were,
   * this one included. Exact under concurrency. Keys are hashed before they are stored.
   */
  consume(
    key: string,
    windowSeconds: number,
  ): Promise<{ readonly count: number; readonly resetsInMs: number }>;
  /** Reads without counting. */
  count(key: string): Promise<number>;
  /** Forgets `key`. */
  reset(key: string): Promise<void>;
}
