import type { MultifactorRequest } from '@tessera/engine';
import type { LoginStepCause, SecondFactorType, StepFactor, UsableFactor } from '@tessera/model';

/** What a page is told to do with second factors. */
export type FactorStep = Extract<LoginStepCause, { readonly factors: readonly StepFactor[] }>;

/** What a person and their tenant have of second factors, strongest first. */
export interface AvailableFactors {
  readonly enabled: readonly SecondFactorType[];
  readonly usable: readonly UsableFactor[];
}

/** Factors that each provider of `api.multifactor.enable` stands for. There is no Duo here. */
const PROVIDERS: Readonly<
  Record<Exclude<MultifactorRequest['provider'], 'any'>, readonly string[]>
> = {
  guardian: ['push-notification', 'otp', 'phone', 'recovery-code'],
  'google-authenticator': ['otp', 'recovery-code'],
  duo: [],
};

/** Set up by the way: codes with the first other factor, addresses with the account. */
const NOT_ENROLLED_BY_ITSELF: readonly string[] = ['recovery-code', 'email'];

/**
 * The step for a second factor that policy, `acr_values` or `api.multifactor.enable` ask for: a challenge
 * with what the person has, else setting one up. Undefined when the tenant has enabled none.
 */
export function chooseDueStep(
  { provider, allowRememberBrowser }: MultifactorRequest,
  { enabled, usable }: AvailableFactors,
): FactorStep | undefined {
  const isOfProvider = (type: string) => provider === 'any' || PROVIDERS[provider].includes(type);
  const challenge = challengeWith(typesOf(usable).filter(isOfProvider));
  if (challenge !== undefined) return { ...challenge, allowRememberBrowser };
  const factors = enabled
    .filter((type) => isOfProvider(type) && !NOT_ENROLLED_BY_ITSELF.includes(type))
    .map((type) => ({ type }));
  if (factors.length === 0) return undefined;
  return { kind: 'enrollment', factors, additionalFactors: [], allowRememberBrowser };
}

/** The strongest at once, the others for choice. */
function challengeWith(types: readonly string[]): FactorStep | undefined {
  const [first, ...others] = types.map((type) => ({ type }));
  if (first === undefined) return undefined;
  return {
    kind: 'challenge',
    factors: [first],
    additionalFactors: others,
    allowRememberBrowser: false,
  };
}

/** The challenge that an Action asks for, with what the person has of it; undefined when that is nothing. */
export function chooseChallenge(
  asked: Pick<FactorStep, 'factors' | 'additionalFactors'>,
  { usable }: AvailableFactors,
): FactorStep | undefined {
  return chooseFrom({ ...asked, kind: 'challenge' }, typesOf(usable));
}

/** The enrollment that an Action asks for, with what the tenant has enabled of it. */
export function chooseEnrollment(
  asked: Pick<FactorStep, 'factors' | 'additionalFactors'>,
  { enabled }: AvailableFactors,
): FactorStep | undefined {
  return chooseFrom({ ...asked, kind: 'enrollment' }, enabled);
}

function chooseFrom(
  asked: Pick<FactorStep, 'kind' | 'factors' | 'additionalFactors'>,
  available: readonly string[],
): FactorStep | undefined {
  const keep = (factors: readonly StepFactor[]) =>
    factors.map(withOneName).filter(({ type }) => available.includes(type));
  const factors = keep(asked.factors);
  const additionalFactors = keep(asked.additionalFactors);
  if (factors.length + additionalFactors.length === 0) return undefined;
  return { kind: asked.kind, factors, additionalFactors, allowRememberBrowser: false };
}

/** Enrollments call push notifications `push` too. */
function withOneName(factor: StepFactor): StepFactor {
  return factor.type === 'push' ? { ...factor, type: 'push-notification' } : factor;
}

/** A person may have two phones; a step names the type once. */
function typesOf(usable: readonly UsableFactor[]): readonly SecondFactorType[] {
  return [...new Set(usable.map(({ type }) => type))];
}
