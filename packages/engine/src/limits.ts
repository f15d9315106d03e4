/**
 * Every limit of what an action can ask for. Checked where the action calls (it gets an error that
 * names the limit) and again where the host reads the commands (the run fails).
 *
 * Together they keep a suspended run under 300 kB: claims 100 kB, transaction metadata 16 kB, scopes
 * 16 kB, session and refresh token metadata 25 kB each (in ASCII), the cause of the suspension 42 kB
 * (factors; a form has 16 kB, a redirect 8 kB), and about 100 bytes for each action that remains.
 */

const KILOBYTE = 1024;

/** Claims of both tokens, names and values, as JSON. */
export const CLAIMS_MAX_BYTES = 100 * KILOBYTE;
/** All members that a run sets in `user_metadata`, and the same for `app_metadata`, as JSON. */
export const USER_METADATA_MAX_BYTES = 32 * KILOBYTE;
/** One value of the transaction metadata, as JSON. */
export const TRANSACTION_METADATA_VALUE_MAX_BYTES = 8 * KILOBYTE;
/** The whole transaction metadata, as JSON. */
export const TRANSACTION_METADATA_MAX_BYTES = 16 * KILOBYTE;
export const TRANSACTION_METADATA_KEY_MAX_CHARACTERS = 64;

/** Scopes that a run adds, removes or sets, all together. */
export const SCOPES_MAX_BYTES = 16 * KILOBYTE;
/** One scope; what the management API allows too. */
export const SCOPE_MAX_CHARACTERS = 280;

/** Name of a claim or key of metadata. Names are often URLs. */
export const NAME_MAX_CHARACTERS = 1_000;
/** Error codes that an action chooses. */
export const CODE_MAX_CHARACTERS = 100;
/** Reasons and messages that an action chooses, and the public message of a failure. */
export const TEXT_MAX_CHARACTERS = 2_000;
/** Address of a redirect with its query; browsers and proxies cut longer ones. */
export const REDIRECT_URL_MAX_CHARACTERS = 8_192;
/** Nesting of a value. Deeper ones overflow the stack of whoever walks them. */
export const JSON_MAX_DEPTH = 100;

/** Keys of the metadata of a session, and of a refresh token. */
export const SESSION_METADATA_MAX_KEYS = 25;
/** A key, and a value, of that metadata. */
export const SESSION_METADATA_TEXT_MAX_CHARACTERS = 255;
/** Factors in one list of `authentication.challengeWith` and its like. */
export const FACTORS_MAX = 20;
/** Options of one factor, as JSON. */
export const FACTOR_OPTIONS_MAX_BYTES = KILOBYTE;
/** Fields and variables that a form starts with, together, as JSON. */
export const FORM_VALUES_MAX_BYTES = 16 * KILOBYTE;
/** Actors of a token exchange: the one who acts, and those inside each other in `act`. */
export const ACTORS_MAX = 5;
/** The whole actor, as JSON: it is in every token. */
export const ACTOR_MAX_BYTES = 4 * KILOBYTE;
/** Entries that one answer of `api.roles` or `api.groups` holds, unless the action asks for fewer or more. */
export const MEMBERSHIPS_DEFAULT_TAKE = 50;
export const MEMBERSHIPS_MAX_TAKE = 100;
/** Ids or names that one question of `api.roles` and `api.groups` holds. */
export const MEMBERSHIP_NAMES_MAX = 100;
/** Roles, or groups, of one user that are read for an answer; a user with more is refused one. */
export const MEMBERSHIPS_READ_MAX = 1_000;

/** Commands of one action; a loop that never ends is stopped here before memory is full. */
export const COMMANDS_MAX_PER_ACTION = 1_000;
/** Warnings about calls after the handler settled that one action leaves in the record. */
export const LATE_CALL_LINES_MAX = 20;

/** Time after its handler settled in which an asynchronous trigger's action may end requests that it did not await. */
export const BACKGROUND_WORK_MAX_MS = 5_000;

/** Default lifetime of a token for another site. */
export const REDIRECT_TOKEN_LIFETIME_SECONDS = 900;

/** Entries of `api.cache` for one trigger of one tenant. */
export const CACHE_MAX_ENTRIES = 20;
export const CACHE_KEY_MAX_BYTES = 64;
export const CACHE_VALUE_MAX_BYTES = 4 * KILOBYTE;
/** Keys and values of one trigger of one tenant together. */
export const CACHE_MAX_BYTES = 8 * KILOBYTE;
export const CACHE_DEFAULT_LIFETIME_MS = 15 * 60_000;
export const CACHE_MAX_LIFETIME_MS = 24 * 3_600_000;
/** Triggers of tenants that have a cache at one time: 40 MB at most. The least recently used goes. */
export const CACHE_MAX_SCOPES = 5_000;
