/** A factor that the person is to be challenged with. */
export interface ChallengeFactor {
  readonly type:
    | 'otp'
    | 'email'
    | 'phone'
    | 'push-notification'
    | 'webauthn-platform'
    | 'webauthn-roaming'
    | 'recovery-code';
  /**
   * `phone`: `{ preferredMethod: 'sms' | 'voice' | 'both' }`. `push-notification`:
   * `{ otpFallback: boolean }`. The others have none. At most 1 kB.
   */
  readonly options?: { readonly [option: string]: unknown };
}

/**
 * Challenges with factors that the person has set up. Factors that the tenant has not enabled or the
 * person has not set up are passed over; when none is left the flow fails.
 *
 * Where no browser can be had (`prompt=none`, refresh tokens, password grants) the flow ends in
 * `interaction_required`. The first call that suspends stands; the record names those that came too
 * late.
 */
export interface ChallengeAPI<Api> {
  /**
   * Suspends the flow after this action until the person has passed the factor, or one of the
   * `additionalFactors` that they may choose instead (at most 20).
   */
  challengeWith(
    factor: ChallengeFactor,
    options?: { readonly additionalFactors?: readonly ChallengeFactor[] },
  ): Api;
  /**
   * Like `challengeWith`; the person chooses among the factors first.
   *
   * @param factors 1 to 20.
   */
  challengeWithAny(factors: readonly ChallengeFactor[]): Api;
}
