import type { JsonObject } from '../json.ts';

/** An API: a protected resource that access tokens are issued for. */
export interface ResourceServer {
  /** 24 hex digits. */
  readonly id: string;
  /** The `audience`; unique in the tenant, never changed. Need not be a URL. */
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly { readonly value: string; readonly description?: string }[];
  readonly signingAlg: 'RS256' | 'HS256';
  /** Secret for HS256 tokens. Decrypted in memory only. */
  readonly signingSecret?: string;
  readonly tokenLifetimeSeconds: number;
  readonly tokenLifetimeForWebSeconds: number;
  readonly tokenDialect:
    | 'access_token'
    | 'access_token_authz'
    | 'rfc9068_profile'
    | 'rfc9068_profile_authz';
  readonly allowOfflineAccess: boolean;
  readonly skipConsentForVerifiableFirstPartyClients: boolean;
  /** RBAC: the token carries only scopes that the user holds as permissions. */
  readonly enforcePolicies: boolean;
  /** The management API of the tenant: cannot be deleted, its scopes come from the contract. */
  readonly isSystem: boolean;
  /** Accepted members of the management API without a meaning of their own here. */
  readonly extra: JsonObject;
}
export type NewResourceServer = ResourceServer;
export type ResourceServerPatch = Partial<Omit<ResourceServer, 'id' | 'identifier' | 'isSystem'>>;

/** Lets a client request an audience with some scopes by the client-credentials grant. */
export interface ClientGrant {
  /** `cgr_` and 16 letters and digits. */
  readonly id: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: readonly string[];
  /** Accepted members of the management API without a meaning of their own here. */
  readonly extra: JsonObject;
}
