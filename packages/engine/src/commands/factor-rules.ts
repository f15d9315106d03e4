import type { ChallengeFactor, EnrollmentFactor } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { jsonLength } from '../json/byte-budget.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { FACTOR_OPTIONS_MAX_BYTES, FACTORS_MAX } from '../limits.ts';
import { json, type Rule } from './rules.ts';
import { hasOnly, oneOf } from './simple-rules.ts';

/** Types of factors, for the sentence that refuses another. */
export const challengeFactorType = oneOf(
  'otp',
  'email',
  'phone',
  'push-notification',
  'webauthn-platform',
  'webauthn-roaming',
  'recovery-code',
);

export const enrollmentFactorType = oneOf(
  'otp',
  'phone',
  'push',
  'push-notification',
  'webauthn-platform',
  'webauthn-roaming',
  'recovery-code',
);

/** Options of a factor. */
export const factorOptions: Rule<JsonObject> = {
  demand: `must be an object of at most ${FACTOR_OPTIONS_MAX_BYTES} bytes as JSON; of a phone, "preferredMethod" is sms, voice or both`,
  accepts: (value): value is JsonObject =>
    isJsonObject(value) && json.accepts(value) && jsonLength(value) <= FACTOR_OPTIONS_MAX_BYTES,
};

const PHONE_METHODS: readonly unknown[] = ['sms', 'voice', 'both', undefined];

/** Whether a factor's options are of its kind. */
export function fitsFactor(type: string, options: unknown): boolean {
  if (options === undefined) return true;
  if (!factorOptions.accepts(options)) return false;
  return type !== 'phone' || PHONE_METHODS.includes(options.preferredMethod);
}

function factorOf<T extends { readonly type: string }>(type: Rule<T['type']>): Rule<T> {
  return {
    demand: 'must be a factor',
    accepts: (value): value is T =>
      isJsonObject(value) &&
      hasOnly(value, ['type'], ['options']) &&
      type.accepts(value.type) &&
      fitsFactor(value.type, value.options),
  };
}

function listOf<T>(factor: Rule<T>, minimum: number): Rule<readonly T[]> {
  return {
    demand: `must be an array of ${minimum} to ${FACTORS_MAX} factors`,
    accepts: (value): value is readonly T[] =>
      Array.isArray(value) &&
      value.length >= minimum &&
      value.length <= FACTORS_MAX &&
      value.every((entry) => factor.accepts(entry)),
  };
}

function withAdditional<T>(factor: Rule<T>): Rule<{ readonly additionalFactors: readonly T[] }> {
  const list = listOf(factor, 0);
  return {
    demand: 'must be an object with a list of additional factors',
    accepts: (value): value is { readonly additionalFactors: readonly T[] } =>
      isJsonObject(value) &&
      hasOnly(value, ['additionalFactors']) &&
      list.accepts(value.additionalFactors),
  };
}

/** A factor as it is recorded, lists of it, and the options of `...With`. */
const challenge = factorOf<ChallengeFactor>(challengeFactorType);
const enrollment = factorOf<EnrollmentFactor>(enrollmentFactorType);

export const CHALLENGE_RULES = {
  factor: challenge,
  factors: listOf(challenge, 1),
  options: withAdditional(challenge),
};

export const ENROLLMENT_RULES = {
  factor: enrollment,
  factors: listOf(enrollment, 1),
  options: withAdditional(enrollment),
};
