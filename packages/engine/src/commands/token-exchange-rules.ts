import type {
  ActorParams,
  ConnectionUserAttributes,
  SetUserByConnectionOptions,
} from '@tessera/action-types';
import { jsonLength } from '../json/byte-budget.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { ACTOR_MAX_BYTES, ACTORS_MAX } from '../limits.ts';
import { identifier, json, type Rule } from './rules.ts';
import { boolean, hasOnly, oneOf } from './simple-rules.ts';

/** Members of a user's attributes, each with its rule. All but `user_id` may be left out. */
export const ATTRIBUTE_RULES: {
  readonly [Name in keyof ConnectionUserAttributes]-?: Rule<string> | Rule<boolean>;
} = {
  user_id: identifier,
  email: identifier,
  email_verified: boolean,
  family_name: identifier,
  given_name: identifier,
  name: identifier,
  nickname: identifier,
  phone_number: identifier,
  phone_verified: boolean,
  picture: identifier,
  username: identifier,
  verify_email: boolean,
};

/** A recorded user's attributes. */
export const userAttributes: Rule<ConnectionUserAttributes> = {
  demand: "must be an object of a user's attributes",
  accepts: (value): value is ConnectionUserAttributes =>
    isJsonObject(value) &&
    hasOnly(value, ['user_id'], Object.keys(ATTRIBUTE_RULES)) &&
    Object.entries(ATTRIBUTE_RULES).every(
      ([name, rule]) => value[name] === undefined || rule.accepts(value[name]),
    ),
};

export const creationBehavior = oneOf('create_if_not_exists', 'none');
export const updateBehavior = oneOf('none', 'replace');

/** Recorded options of `setUserByConnection`. */
export const setUserOptions: Rule<SetUserByConnectionOptions> = {
  demand: 'must be an object with "creationBehavior" and "updateBehavior"',
  accepts: (value): value is SetUserByConnectionOptions =>
    isJsonObject(value) &&
    hasOnly(value, ['creationBehavior', 'updateBehavior']) &&
    creationBehavior.accepts(value.creationBehavior) &&
    updateBehavior.accepts(value.updateBehavior),
};

/** Who acts, and on whose behalf. */
export const actor: Rule<ActorParams> = {
  demand: `must be an object with a "sub" at each level, at most ${ACTORS_MAX} levels and ${ACTOR_MAX_BYTES} bytes as JSON`,
  accepts: (value): value is ActorParams =>
    isJsonObject(value) &&
    json.accepts(value) &&
    isActor(value, ACTORS_MAX) &&
    jsonLength(value) <= ACTOR_MAX_BYTES,
};

function isActor(value: unknown, levels: number): boolean {
  if (levels === 0 || !isJsonObject(value) || !identifier.accepts(value.sub)) return false;
  return !Object.hasOwn(value, 'act') || isActor(value.act, levels - 1);
}
