import type { TriggerPipeline } from '@tessera/engine';
import type {
  Clock,
  DirectLogins,
  Logger,
  Multifactor,
  PageRenderer,
  RandomBytes,
  RateLimitStore,
  TenantStore,
  UserProvisioning,
} from '@tessera/model';
import type { RequestStates } from '../request-state.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** What all parts of one provider share: one tenant under one issuer URL. */
export interface IssuerScope {
  readonly tenantId: string;
  /** Base URL of the tenant with a trailing slash; `iss` of every token. */
  readonly issuer: string;
  /** Host of the issuer, without port. */
  readonly hostname: string;
  readonly store: TenantStore;
  readonly pipeline: TriggerPipeline;
  readonly pages: PageRenderer;
  /** Absent: there are no second factors. */
  readonly multifactor: Multifactor | undefined;
  /** The operator's list. */
  readonly untrustedAddresses: readonly string[];
  /** Absent: no logins with passwords and codes at the token endpoint. */
  readonly directLogins: DirectLogins | undefined;
  readonly provisioning: UserProvisioning;
  readonly rateLimits: RateLimitStore;
  /** See `OidcOptions`. */
  readonly loginPagesPerAddress: number;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  readonly keys: IssuerKeys;
  readonly requests: RequestStates;
}
