import type { AuthenticationMethod, MultifactorRequest, RiskAssessment } from '@tessera/engine';
import type { MfaSettings } from '@tessera/model';

/** Asks for a second factor as `acr_values`, and is the `acr` of a login that had one. */
export const MULTI_FACTOR_ACR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/** `amr` and `acr` of an ID token. */
export interface AuthenticationClaims {
  readonly amr?: string[];
  readonly acr?: string;
}

/** What decides whether a login needs a second factor once its Actions have run. */
export interface MultifactorCircumstances {
  readonly policy: NonNullable<MfaSettings['policy']>;
  /** `api.multifactor.enable`. */
  readonly requested: MultifactorRequest | undefined;
  readonly acrValues: readonly string[];
  /** Factors of earlier logins of this session. */
  readonly earlier: readonly AuthenticationMethod[];
  /** Factors that were passed in this login. */
  readonly passed: readonly AuthenticationMethod[];
  /** The person has a second factor remembered in this browser. */
  readonly isRemembered: boolean;
  readonly risk: RiskAssessment | undefined;
}

/**
 * The second factor that a login still needs; undefined when it needs none.
 *
 * One that was passed in this login answers for everything. One of an earlier login of the session
 * answers for the tenant's policy and for `acr_values`, but not for an Action, which sees it in
 * `event.authentication.methods` and asks all the same. A remembered browser answers where the asking
 * side offers that: the policy `always`, and Actions with `allowRememberBrowser`.
 */
export function findDueMultifactor(
  circumstances: MultifactorCircumstances,
): MultifactorRequest | undefined {
  const { requested, isRemembered } = circumstances;
  if (hasMultifactor(circumstances.passed)) return undefined;
  const asked = [];
  if (requested !== undefined && !(requested.allowRememberBrowser && isRemembered)) {
    asked.push(requested);
  }
  if (!hasMultifactor(circumstances.earlier)) {
    if (circumstances.acrValues.includes(MULTI_FACTOR_ACR)) asked.push(NOT_REMEMBERED);
    const policy = findPolicyRequest(circumstances);
    if (policy !== undefined) asked.push(policy);
  }
  const [first] = asked;
  if (first === undefined) return undefined;
  return {
    // Who asks for a certain provider gets it; the others take any factor.
    provider: first.provider,
    allowRememberBrowser: asked.every(({ allowRememberBrowser }) => allowRememberBrowser),
  };
}

const NOT_REMEMBERED: MultifactorRequest = { provider: 'any', allowRememberBrowser: false };

function findPolicyRequest({
  policy,
  isRemembered,
  risk,
}: MultifactorCircumstances): MultifactorRequest | undefined {
  switch (policy) {
    case 'never':
      return undefined;
    case 'always':
      return isRemembered ? undefined : { provider: 'any', allowRememberBrowser: true };
    case 'adaptive':
      // What makes a login suspicious cannot be outweighed by a cookie.
      return risk?.confidence === 'low' ? NOT_REMEMBERED : undefined;
  }
}

export function hasMultifactor(methods: readonly AuthenticationMethod[]): boolean {
  return methods.some(({ name }) => name === 'mfa');
}

/** What ID tokens say of how the person authenticated; nothing without a second factor. */
export function authenticationClaims(
  methods: readonly AuthenticationMethod[],
): AuthenticationClaims {
  return hasMultifactor(methods) ? { amr: ['mfa'], acr: MULTI_FACTOR_ACR } : {};
}
