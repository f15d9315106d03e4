import type { JsonObject } from '../json.ts';
import type { EgressRules } from './action.ts';
import type {
  AttackProtection,
  Branding,
  MfaSettings,
  PromptSettings,
  RiskSettings,
} from './settings.ts';

/** A tenant: one isolated set of applications, users, Actions and signing keys. */
export interface Tenant {
  /** Opaque, never reused; the first column of every tenant-scoped table. */
  readonly id: string;
  /** Subdomain label: lower-case letters, digits and inner hyphens, 3 to 63 characters. */
  readonly name: string;
  /** The default tenant answers at the base host itself. Exactly one tenant is the default. */
  readonly isDefault: boolean;
  readonly settings: TenantSettings;
  readonly createdAt: Date;
}

/** Tenant-wide settings. Lifetimes are in seconds. */
export interface TenantSettings {
  readonly friendlyName?: string;
  readonly pictureUrl?: string;
  readonly supportEmail?: string;
  readonly supportUrl?: string;
  /** Identifier of the API that `/authorize` and the token endpoint use when no `audience` is given. */
  readonly defaultAudience?: string;
  /** Connection used by grants that name none. */
  readonly defaultDirectory?: string;
  /** Absolute lifetime of the SSO session (default 7 days). */
  readonly sessionLifetimeSeconds: number;
  /** Inactivity lifetime of the SSO session (default 3 days). */
  readonly idleSessionLifetimeSeconds: number;
  /** URLs that `/v2/logout` may return to when no `client_id` is given. */
  readonly allowedLogoutUrls: readonly string[];
  /** Wall-clock budget of one trigger run, all its Actions together (default 20 s). */
  readonly actionTimeoutMs: number;
  /** The operator's limits for this tenant's Actions; what is absent is as the server has it. */
  readonly actionLimits?: Partial<ActionLimits>;
  /** The operator's rules for this tenant's Actions: `allow` lifts bans as the server's own rules do. */
  readonly egress?: EgressRules;
  readonly branding?: Branding;
  /** Languages of pages and mails, best first (BCP 47); default `en`. */
  readonly enabledLocales?: readonly string[];
  readonly prompts?: PromptSettings;
  readonly mfa?: MfaSettings;
  readonly risk?: RiskSettings;
  readonly attackProtection?: AttackProtection;
  /** Accepted members of the management API without a meaning of their own here. */
  readonly extra: JsonObject;
}

/** Limits of a tenant's Actions that an operator may set per tenant. The time of a run is `actionTimeoutMs`. */
export interface ActionLimits {
  /** JavaScript heap of the tenant's process, MB. */
  readonly heapMb: number;
  /** Private memory of the tenant's process, MB. */
  readonly memoryMb: number;
  /** Runs under way or waiting at once, in one replica; one more is refused. */
  readonly concurrentRuns: number;
  /** Console output kept per Action and run, bytes. */
  readonly consoleBytes: number;
  /** Outbound connections that one run may open. */
  readonly requestsPerRun: number;
  /** Bytes that one run may send and receive, together. */
  readonly networkBytesPerRun: number;
  /** Unpacked size of one action's installed dependencies, MB. */
  readonly dependenciesMb: number;
}

/** What a new tenant starts with. */
export const DEFAULT_TENANT_SETTINGS: TenantSettings = {
  sessionLifetimeSeconds: 7 * 86_400,
  idleSessionLifetimeSeconds: 3 * 86_400,
  allowedLogoutUrls: [],
  actionTimeoutMs: 20_000,
  extra: {},
};

/** A key that signs a tenant's tokens. At any time exactly one key of a tenant is `current`. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256';
  readonly state: 'current' | 'next' | 'previous' | 'revoked';
  /** Public JWK, as published at `/.well-known/jwks.json`. */
  readonly publicJwk: JsonObject;
  /** Private JWK. In memory only; at rest it is encrypted with the master key. */
  readonly privateJwk: JsonObject;
  readonly createdAt: Date;
}
