import type { Dictionary } from './json.ts';

/** The profile of a registered person; the members that every trigger has. */
export interface EventUser {
  /** Unique in the tenant, e.g. `auth0|5f7c8ec7c33c6c004bbafe82`. */
  readonly user_id: string;
  readonly email?: string;
  readonly email_verified: boolean;
  readonly username?: string;
  readonly phone_number?: string;
  readonly phone_verified?: boolean;
  readonly name?: string;
  readonly nickname?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  /** Address of a portrait. */
  readonly picture?: string;
  /** What the person may do: plans, permissions, flags. The person cannot change it. */
  readonly app_metadata: Dictionary;
  /** What the person prefers; does not decide about access. */
  readonly user_metadata: Dictionary;
  /** ISO 8601. */
  readonly created_at: string;
  /** ISO 8601. */
  readonly updated_at: string;
  /** ISO 8601; absent until the first change. */
  readonly last_password_reset?: string;
}
