import { MEMBERSHIP_NAMES_MAX, MEMBERSHIPS_MAX_TAKE, MEMBERSHIPS_READ_MAX } from '../limits.ts';
import { identifier, type Rule } from './rules.ts';

/** How many entries a slice holds. */
export const takeCount: Rule<number> = {
  demand: `must be an integer from 1 to ${MEMBERSHIPS_MAX_TAKE}`,
  accepts: (value): value is number =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MEMBERSHIPS_MAX_TAKE,
};

/** Where a slice begins: what the slice before named as next. */
export const listCursor: Rule<string> = {
  demand: 'must be the "next" of an earlier answer',
  accepts: (value): value is string =>
    typeof value === 'string' && /^\d{1,6}$/.test(value) && Number(value) <= MEMBERSHIPS_READ_MAX,
};

/** Ids or names to look for. */
export const membershipNames: Rule<readonly string[]> = {
  demand: `must be an array of at most ${MEMBERSHIP_NAMES_MAX} strings`,
  accepts: (value): value is readonly string[] =>
    Array.isArray(value) &&
    value.length <= MEMBERSHIP_NAMES_MAX &&
    value.every((entry) => identifier.accepts(entry)),
};
