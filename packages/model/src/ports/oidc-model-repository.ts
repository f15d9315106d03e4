import type { NewLogEntry } from '../entities/log-entry.ts';
import type { JsonObject } from '../json.ts';

/** One stored artefact of the protocol: a code, session, interaction, grant or token. */
export interface OidcModel {
  readonly payload: JsonObject;
  readonly consumedAt?: Date;
}

/** An artefact to store, in place of what is stored under its model and id. */
export interface OidcModelUpsert {
  readonly model: string;
  readonly id: string;
  readonly payload: JsonObject;
  readonly expiresInSeconds: number | undefined;
}

/**
 * Storage behind oidc-provider's adapter. `id`s are bearer secrets: callers pass them raw, the
 * repository stores a SHA-256 of them only. Expired rows are never returned.
 */
export interface OidcModelRepository {
  upsert(
    model: string,
    id: string,
    payload: JsonObject,
    expiresInSeconds: number | undefined,
  ): Promise<void>;
  /**
   * Stores all of them and appends the entries to the tenant log, in one commit: all or nothing. Of
   * several with the same model and id the last counts.
   */
  write(upserts: readonly OidcModelUpsert[], logEntries: readonly NewLogEntry[]): Promise<void>;
  find(model: string, id: string): Promise<OidcModel | undefined>;
  findByUid(model: string, uid: string): Promise<OidcModel | undefined>;
  findByUserCode(model: string, userCode: string): Promise<OidcModel | undefined>;
  /** Oldest first, at most 1,000; of one user or of all. */
  list(model: string, accountId?: string): Promise<readonly OidcModel[]>;
  /** Compare-and-set: true for exactly one of any number of concurrent callers. */
  consume(model: string, id: string): Promise<boolean>;
  destroy(model: string, id: string): Promise<void>;
  /** Destroys everything that was issued under the grant. */
  revokeByGrantId(grantId: string): Promise<void>;
  /** Destroys all sessions, grants and refresh tokens of a user. */
  revokeByAccountId(accountId: string): Promise<void>;
  /**
   * Overwrites what is stored, its end included. False when there is nothing (any more): unlike
   * `upsert` it does not bring back what was revoked in the meantime.
   */
  replace(
    model: string,
    at: { readonly id: string } | { readonly uid: string },
    artefact: { readonly payload: JsonObject; readonly expiresInSeconds: number },
  ): Promise<boolean>;
  destroyByUid(model: string, uid: string): Promise<void>;
  /** Destroys those grants of a user that `matches` picks, with everything that was issued under them. */
  revokeGrants(accountId: string, matches: (grant: JsonObject) => boolean): Promise<void>;
  deleteExpired(now: Date): Promise<number>;
}
