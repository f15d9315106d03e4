import type { DeviceFacts } from '@tessera/engine';
import type { JsonObject } from '@tessera/model';
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { AskedLifetime } from '../post-login/asked-lifetime.ts';
import type { TokenEffects } from '../post-login/token-effects.ts';
import type { IssuerScope } from './issuer-scope.ts';
import type { Authentication } from './session-extension.ts';

/**
 * What travels on a grant from the login to every token of it. There is one grant per authorization,
 * and it is loaded at each exchange anyway, so this costs no operation of its own.
 */
export interface GrantExtension {
  /** Absent when no Action ran. */
  readonly effects?: TokenEffects;
  /** Id of the session, the same for all applications of a session: the `sid` claim. Absent without a browser. */
  readonly sid?: string;
  readonly transactionId: string;
  readonly authentication: Authentication;
  /** Seconds since the epoch. */
  readonly authenticatedAt: number;
  /** Who acts for the person, after a token exchange: the `act` claim. */
  readonly actor?: JsonObject;
  /** The refresh tokens of this login; they are one family. */
  readonly refreshToken?: RefreshTokenFamily;
}

/** What is kept of all refresh tokens of a login. */
export interface RefreshTokenFamily {
  /** What Actions asked of them. */
  readonly asked?: AskedLifetime;
  readonly device?: DeviceFacts;
  /** ISO 8601. */
  readonly lastExchangedAt?: string;
}

interface ExtendedGrant {
  extension?: GrantExtension;
}

/** Undefined until post-login is done with the authorization. */
export function extensionOf(grant: Grant | undefined): GrantExtension | undefined {
  return (grant as ExtendedGrant | undefined)?.extension;
}

export function setExtension(grant: Grant, extension: GrantExtension): void {
  (grant as ExtendedGrant).extension = extension;
}

/** Effects for the tokens of this request: of its own run, else of the login. */
export function effectsFor(
  ctx: KoaContextWithOIDC,
  { requests }: IssuerScope,
): TokenEffects | undefined {
  return requests.of(ctx).effects ?? extensionOf(ctx.oidc.entities.Grant)?.effects;
}

/** The `act` claim of all tokens of a login in which someone acts for the person (RFC 8693, section 4.1). */
export function actorOf(ctx: KoaContextWithOIDC): { readonly act: JsonObject } | undefined {
  const actor = extensionOf(ctx.oidc.entities.Grant)?.actor;
  return actor && { act: actor };
}
