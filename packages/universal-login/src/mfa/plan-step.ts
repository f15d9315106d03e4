import type { SecondFactorType, StepFactor, UsableFactor } from '@tessera/model';
import type { PageRequest } from '../show-screen.ts';
import { findNote, type MfaSession } from './mfa-session.ts';
import {
  challengeOptionsUrl,
  challengeUrl,
  enrollmentOptionsUrl,
  enrollmentUrl,
} from './mfa-urls.ts';

/** What a step needs next. */
export type StepPlan =
  | {
      readonly kind: 'challenge';
      /** What is asked for at once (one) or offered first (several). */
      readonly factors: readonly UsableFactor[];
      /** All that may be chosen. */
      readonly all: readonly UsableFactor[];
      /** Passing it permits to set up another factor, and does not end the step. */
      readonly isProof: boolean;
    }
  | {
      readonly kind: 'enrollment';
      readonly types: readonly SecondFactorType[];
      readonly all: readonly SecondFactorType[];
    };

/**
 * Whoever has factors must pass one before they set up another: a password alone must not be enough to
 * get past the second factor by bringing a new one.
 */
export async function planStep(page: PageRequest, session: MfaSession): Promise<StepPlan> {
  const { multifactor } = page.options;
  const { step, mfa, user } = session;
  const { kind, factors, additionalFactors } = step.cause;
  const usable = await multifactor.listUsableFactors(mfa, user);
  if (kind === 'challenge') {
    const wished = pick(usable, factors);
    const others = pick(usable, additionalFactors).filter((factor) => !wished.includes(factor));
    return {
      kind: 'challenge',
      factors: wished.length > 0 ? wished : others,
      all: [...wished, ...others],
      isProof: false,
    };
  }
  const isProven =
    step.hasPassedFactor === true || (await findNote(session, 'proven')) !== undefined;
  if (!isProven && usable.length > 0) {
    return { kind: 'challenge', factors: usable, all: usable, isProof: true };
  }
  const enabled = multifactor.listEnabledTypes(mfa.tenant);
  const wished = enabled.filter((type) => factors.some((factor) => isOfType(factor, type)));
  const others = enabled.filter(
    (type) => !wished.includes(type) && additionalFactors.some((factor) => isOfType(factor, type)),
  );
  return {
    kind: 'enrollment',
    types: wished.length > 0 ? wished : others,
    all: [...wished, ...others],
  };
}

/** Where the plan begins; undefined when nothing can be done. */
export function firstUrl(plan: StepPlan, state: string): string | undefined {
  if (plan.kind === 'challenge') {
    const [only, another] = plan.factors;
    if (!only) return undefined;
    return another ? challengeOptionsUrl(state) : challengeUrl(only, state);
  }
  const [only, another] = plan.types;
  if (!only) return undefined;
  return another ? enrollmentOptionsUrl(state) : enrollmentUrl(only, state);
}

/** Usable factors in the order in which an Action named their types. */
function pick(
  usable: readonly UsableFactor[],
  wished: readonly StepFactor[],
): readonly UsableFactor[] {
  const picked = wished.flatMap((factor) =>
    usable.filter(({ type, options }) => {
      if (!isOfType(factor, type)) return false;
      const method = factor.options?.preferredMethod;
      return (
        type !== 'phone' ||
        method === undefined ||
        method === 'both' ||
        options?.preferredMethod === method
      );
    }),
  );
  return [...new Set(picked)];
}

/** `push` is the older name of `push-notification`. */
function isOfType(factor: StepFactor, type: SecondFactorType): boolean {
  return factor.type === type || (factor.type === 'push' && type === 'push-notification');
}
