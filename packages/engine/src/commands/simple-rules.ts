import type { Rule } from './rules.ts';

/** True or false. */
export const boolean: Rule<boolean> = {
  demand: 'must be a boolean',
  accepts: (value): value is boolean => typeof value === 'boolean',
};

/** A number of any sign; a time in epoch milliseconds too. */
export const finiteNumber: Rule<number> = {
  demand: 'must be a finite number',
  accepts: (value): value is number => Number.isFinite(value),
};

/** A list of texts. */
export const strings: Rule<readonly string[]> = {
  demand: 'must be an array of strings',
  accepts: (value): value is readonly string[] =>
    Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
};

/** One of some words. */
export function oneOf<const T extends string>(...words: readonly T[]): Rule<T> {
  return {
    demand: `must be one of ${words.join(', ')}`,
    accepts: (value): value is T => words.some((word) => word === value),
  };
}

/** Whether an object has the required members, and besides them none but the optional ones. */
export function hasOnly(
  value: object,
  required: readonly string[],
  optional: readonly string[] = [],
): boolean {
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => required.includes(name) || optional.includes(name))
  );
}
