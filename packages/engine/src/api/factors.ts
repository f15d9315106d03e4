import type { JsonObject } from '@tessera/model';
import { factorOptions, fitsFactor } from '../commands/factor-rules.ts';
import type { Rule } from '../commands/rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { FACTORS_MAX } from '../limits.ts';
import {
  type ArgumentPlace,
  readArgument,
  readObject,
  readOptions,
  wrongArgument,
} from './read-argument.ts';

/** A factor with a type of some list. */
interface Factor<Type extends string> {
  readonly type: Type;
  readonly options?: JsonObject;
}

/** Reads one factor; members that no factor has are left out. */
export function readFactor<Type extends string>(
  factor: unknown,
  types: Rule<Type>,
  place: ArgumentPlace,
): Factor<Type> {
  const [method, argument] = place;
  const given = readObject(factor, place);
  const type = readArgument(given.type, types, [method, `${argument}.type`]);
  if (given.options === undefined) return { type };
  if (!isJsonObject(given.options) || !fitsFactor(type, given.options)) {
    throw wrongArgument([method, `${argument}.options`], factorOptions.demand, given.options);
  }
  return { type, options: given.options };
}

/** Reads a list of factors. */
export function readFactors<Type extends string>(
  factors: unknown,
  types: Rule<Type>,
  place: ArgumentPlace,
): readonly Factor<Type>[] {
  if (!Array.isArray(factors) || factors.length === 0 || factors.length > FACTORS_MAX) {
    throw wrongArgument(place, `must be an array of 1 to ${FACTORS_MAX} factors`, factors);
  }
  return factors.map((factor) => readFactor(factor, types, place));
}

/** Reads `{additionalFactors}`; an empty list is the same as none. */
export function readAdditionalFactors<Type extends string>(
  options: unknown,
  types: Rule<Type>,
  method: string,
): { readonly additionalFactors: readonly Factor<Type>[] } {
  const { additionalFactors } = readOptions(options, [method, 'options']);
  const isEmpty = Array.isArray(additionalFactors) && additionalFactors.length === 0;
  if (additionalFactors === undefined || isEmpty) return { additionalFactors: [] };
  const place = [method, 'options.additionalFactors'] as const;
  return { additionalFactors: readFactors(additionalFactors, types, place) };
}
