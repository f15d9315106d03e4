import { isJsonObject } from '../json/clone-json.ts';
import { isStorableText } from '../json/storable-text.ts';
import { SESSION_METADATA_TEXT_MAX_CHARACTERS } from '../limits.ts';
import type { Rule } from './rules.ts';
import { boolean, hasOnly, oneOf } from './simple-rules.ts';

/** Latest time that a `Date` can hold. */
const LATEST_MS = 8.64e15;

/** A time; passed ones too, which end what they are set for. */
export const epochMs: Rule<number> = {
  demand: 'must be a time in milliseconds since 1970',
  accepts: (value): value is number =>
    typeof value === 'number' && value >= 0 && value <= LATEST_MS,
};

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= SESSION_METADATA_TEXT_MAX_CHARACTERS &&
  isStorableText(value);

/** Key of the metadata of a session or refresh token. */
export const sessionMetadataKey: Rule<string> = {
  demand: `must be a non-empty string of at most ${SESSION_METADATA_TEXT_MAX_CHARACTERS} characters and not "__proto__"`,
  accepts: (value): value is string => isShortText(value) && value !== '' && value !== '__proto__',
};

/** Value of that metadata; may be empty. */
export const sessionMetadataValue: Rule<string> = {
  demand: `must be a string of at most ${SESSION_METADATA_TEXT_MAX_CHARACTERS} characters`,
  accepts: isShortText,
};

export const cookieMode = oneOf('persistent', 'non-persistent');

/** Options of a recorded `session.revoke`. */
export const revokeOptions: Rule<{ readonly preserveRefreshTokens: boolean }> = {
  demand: 'must be an object with "preserveRefreshTokens"',
  accepts: (value): value is { readonly preserveRefreshTokens: boolean } =>
    isJsonObject(value) &&
    hasOnly(value, ['preserveRefreshTokens']) &&
    boolean.accepts(value.preserveRefreshTokens),
};

export const multifactorProvider = oneOf('none', 'any', 'guardian', 'google-authenticator', 'duo');

/** Options of a recorded `multifactor.enable`. */
export const multifactorOptions: Rule<{ readonly allowRememberBrowser: boolean }> = {
  demand: 'must be an object with "allowRememberBrowser"',
  accepts: (value): value is { readonly allowRememberBrowser: boolean } =>
    isJsonObject(value) &&
    hasOnly(value, ['allowRememberBrowser']) &&
    boolean.accepts(value.allowRememberBrowser),
};
