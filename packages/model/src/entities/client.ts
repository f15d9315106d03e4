import type { JsonObject } from '../json.ts';

/** Kind of an application. */
export type ClientType = 'native' | 'spa' | 'regular_web' | 'non_interactive';

/** How a client authenticates at the token endpoint (RFC 7591, section 2). */
export type TokenEndpointAuthMethod = 'none' | 'client_secret_post' | 'client_secret_basic';

/** Refresh token policy of an application. Lifetimes are in seconds. */
export interface RefreshTokenPolicy {
  readonly rotationType: 'rotating' | 'non-rotating';
  readonly expirationType: 'expiring' | 'non-expiring';
  /** Seconds in which a rotated token is still accepted, for clients that lost the answer. */
  readonly leewaySeconds: number;
  readonly lifetimeSeconds: number;
  readonly idleLifetimeSeconds: number;
}

/** An application: an OAuth client of one tenant. */
export interface Client {
  /** 32 letters and digits. */
  readonly clientId: string;
  readonly name: string;
  readonly description?: string;
  readonly type?: ClientType;
  readonly isFirstParty: boolean;
  /** Decrypted in memory only. Absent for public clients never given one. */
  readonly clientSecret: string;
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  readonly grantTypes: readonly string[];
  readonly callbacks: readonly string[];
  readonly allowedLogoutUrls: readonly string[];
  readonly webOrigins: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly initiateLoginUri?: string;
  readonly logoUri?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly oidcConformant: boolean;
  readonly idTokenLifetimeSeconds: number;
  readonly idTokenAlg: 'RS256' | 'HS256';
  readonly refreshToken: RefreshTokenPolicy;
  readonly requirePushedAuthorizationRequests: boolean;
  /** Accepted members of the management API without a meaning of their own here. */
  readonly extra: JsonObject;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Input of `ClientRepository.create`; the repository adds the timestamps. */
export type NewClient = Omit<Client, 'createdAt' | 'updatedAt'>;
/** Fields a change may set; absent ones stay. */
export type ClientPatch = Partial<Omit<NewClient, 'clientId'>>;
