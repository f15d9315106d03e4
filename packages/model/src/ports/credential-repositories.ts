import type {
  Authenticator,
  AuthenticatorPatch,
  NewAuthenticator,
} from '../entities/authenticator.ts';
import type { Ticket, TicketKind } from '../entities/ticket.ts';
import type { JsonObject } from '../json.ts';

/**
 * One-time secrets. `key` is what finds a ticket: the secret of a link itself, or, for short codes, what
 * the code was sent for; then the code's hash is in the payload and `attempt` limits guessing. Keys are
 * stored as keyed hashes only. Expired tickets are never returned.
 */
export interface TicketRepository {
  /** Replaces an earlier ticket of the same kind and key. */
  save(ticket: {
    readonly kind: TicketKind;
    readonly key: string;
    readonly userId?: string;
    readonly payload: JsonObject;
    readonly expiresAt: Date;
  }): Promise<void>;
  find(kind: TicketKind, key: string): Promise<Ticket | undefined>;
  /** Counts a guess, then returns the ticket: any number of concurrent guesses count one each. */
  attempt(kind: TicketKind, key: string): Promise<Ticket | undefined>;
  /** Takes the ticket: exactly one of any number of concurrent callers gets it. */
  consume(kind: TicketKind, key: string): Promise<Ticket | undefined>;
  /** Changes the payload of a ticket that is still there; false otherwise. */
  update(kind: TicketKind, key: string, payload: JsonObject): Promise<boolean>;
  /** Ends all tickets of a user, of one kind or of all. */
  revoke(userId: string, kind?: TicketKind): Promise<void>;
  deleteExpired(now: Date): Promise<number>;
}

/** Credentials of users besides their passwords. They end with their user. */
export interface AuthenticatorRepository {
  /** Rejects with `conflict` when the id or the WebAuthn credential exists already. */
  create(authenticator: NewAuthenticator): Promise<Authenticator>;
  find(id: string): Promise<Authenticator | undefined>;
  /** A WebAuthn credential of any user. */
  findByCredentialId(credentialId: string): Promise<Authenticator | undefined>;
  /** In order of creation, unconfirmed ones included. */
  listForUser(userId: string): Promise<readonly Authenticator[]>;
  /** `ifSecret`: only while the stored secret is still this one (compare-and-set for counters and codes). */
  update(
    id: string,
    patch: AuthenticatorPatch,
    ifSecret?: JsonObject,
  ): Promise<Authenticator | undefined>;
  delete(id: string): Promise<boolean>;
  deleteForUser(userId: string): Promise<number>;
}

/** A browser that a user has logged in with. */
export interface UserDevice {
  readonly userId: string;
  /** Random id in a cookie of the browser; stored as a keyed hash. */
  readonly deviceId: string;
  readonly ip?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly countryCode?: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** Until then the second factor is not asked for in this browser. */
  readonly mfaRememberedUntil?: Date;
}

export interface UserDeviceRepository {
  find(userId: string, deviceId: string): Promise<UserDevice | undefined>;
  /** The device used last, by any browser: where the person was. Its id is known to the browser alone. */
  findLatest(userId: string): Promise<Omit<UserDevice, 'deviceId'> | undefined>;
  /** Inserts or overwrites; `firstSeenAt` stays. Keeps the newest 50 of a user. */
  save(device: UserDevice): Promise<void>;
  /** Forgets remembered second factors (`DELETE` of a user's authenticators, `invalidate-remember-browser`). */
  forgetMfa(userId: string): Promise<void>;
  /** Forgets all browsers: the next login is from a new device. */
  deleteForUser(userId: string): Promise<void>;
  /** Forgets browsers that nobody has used since `before`; returns how many. */
  deleteOlderThan(before: Date): Promise<number>;
}
