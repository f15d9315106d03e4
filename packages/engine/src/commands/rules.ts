import type { JsonValue } from '@tessera/model';
import { isJsonObject } from '../json/clone-json.ts';
import { demandOnJson } from '../json/snapshot-json.ts';
import { isStorableText } from '../json/storable-text.ts';
import {
  CODE_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
  REDIRECT_URL_MAX_CHARACTERS,
  SCOPE_MAX_CHARACTERS,
  TEXT_MAX_CHARACTERS,
  TRANSACTION_METADATA_KEY_MAX_CHARACTERS,
} from '../limits.ts';

/**
 * What an argument of `api` must be. The same rules hold where the action calls and where the host
 * reads the commands, because the host believes nothing that a guest says.
 */
export interface Rule<T> {
  /** Ends a sentence that begins with the name of the argument. */
  readonly demand: string;
  accepts(value: unknown): value is T;
}

function rule<T>(demand: string, accepts: (value: unknown) => boolean): Rule<T> {
  return { demand, accepts: accepts as (value: unknown) => value is T };
}

const isText = (value: unknown, maxCharacters: number): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= maxCharacters &&
  isStorableText(value);

/** `__proto__` is refused: whoever merges such a member by assignment changes a prototype instead. */
const isName = (value: unknown, maxCharacters: number): boolean =>
  isText(value, maxCharacters) && value !== '__proto__';

/** Name of a claim, or key of user or app metadata. */
export const memberName: Rule<string> = rule(
  `must be a non-empty string of at most ${NAME_MAX_CHARACTERS} characters and not "__proto__"`,
  (value) => isName(value, NAME_MAX_CHARACTERS),
);

/** Key of the transaction metadata. */
export const transactionMetadataKey: Rule<string> = rule(
  `must be a non-empty string of at most ${TRANSACTION_METADATA_KEY_MAX_CHARACTERS} characters and not "__proto__"`,
  (value) => isName(value, TRANSACTION_METADATA_KEY_MAX_CHARACTERS),
);

/** Value of the transaction metadata. */
export const transactionMetadataValue: Rule<string | number | boolean | null> = rule(
  'must be a string, a safe integer, a boolean or null',
  (value) =>
    value === null ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && isStorableText(value)) ||
    Number.isSafeInteger(value),
);

/** Reason or message. */
export const text: Rule<string> = rule(
  `must be a non-empty string of at most ${TEXT_MAX_CHARACTERS} characters`,
  (value) => isText(value, TEXT_MAX_CHARACTERS),
);

/** Any text that something is called by: ids, names of providers. */
export const identifier: Rule<string> = rule(
  `must be a non-empty string of at most ${NAME_MAX_CHARACTERS} characters`,
  (value) => isText(value, NAME_MAX_CHARACTERS),
);

/** Error code: the characters of RFC 6749, section 5.2. */
export const errorCode: Rule<string> = rule(
  `must be a non-empty string of at most ${CODE_MAX_CHARACTERS} printable ASCII characters without quotes and backslashes`,
  (value) => isText(value, CODE_MAX_CHARACTERS) && /^[ !#-[\]-~]+$/.test(value),
);

/** Scope: the characters of RFC 6749, section 3.3. */
export const scope: Rule<string> = rule(
  `must be a non-empty string of at most ${SCOPE_MAX_CHARACTERS} printable ASCII characters without spaces, quotes and backslashes`,
  (value) => isText(value, SCOPE_MAX_CHARACTERS) && /^[!#-[\]-~]+$/.test(value),
);

/** List of scopes. */
export const scopes: Rule<readonly string[]> = rule(
  'must be an array of scopes',
  (value) => Array.isArray(value) && value.every((entry) => scope.accepts(entry)),
);

/** Address that a browser is sent to: no `javascript:`, nothing relative, no spaces or controls. */
export const redirectUrl: Rule<string> = rule(
  `must be an absolute http: or https: URL of at most ${REDIRECT_URL_MAX_CHARACTERS} characters`,
  (value) =>
    isText(value, REDIRECT_URL_MAX_CHARACTERS) && /^https?:\/\/[^\s/?#\\]+[^\s\\]*$/i.test(value),
);

/** Text that may be empty. */
export const string: Rule<string> = rule('must be a string', (value) => typeof value === 'string');

/** JSON within the limit of depth. The byte limits depend on what else was set. */
export const json: Rule<JsonValue> = rule(
  'must be a JSON value',
  (value) => value !== undefined && demandOnJson(value as JsonValue) === undefined,
);

/** Options of a recorded redirect: the query, as text. */
export const redirectOptions: Rule<{ readonly query: Readonly<Record<string, string>> }> = rule(
  'must be an object with a query of strings',
  (value) =>
    isJsonObject(value) &&
    Object.keys(value).length === 1 &&
    isJsonObject(value.query) &&
    Object.entries(value.query).every(
      ([name, entry]) => isStorableText(name) && typeof entry === 'string' && isStorableText(entry),
    ),
);
