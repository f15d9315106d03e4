import type { ChallengeAPI } from '../../shared/challenge-api.ts';

/** A factor that the person is to set up. */
export interface EnrollmentFactor {
  readonly type:
    | 'otp'
    | 'phone'
    | 'push'
    | 'push-notification'
    | 'webauthn-platform'
    | 'webauthn-roaming'
    | 'recovery-code';
  /** As of `ChallengeFactor`. */
  readonly options?: { readonly [option: string]: unknown };
}

/** Factors, step by step, and who the person is. */
export interface AuthenticationAPI<Api> extends ChallengeAPI<Api> {
  /**
   * Suspends the login after this action until the person has set up the factor, or one of the
   * `additionalFactors` that they may choose instead (at most 20). Factors that the tenant has not
   * enabled are passed over; when none is left the login fails.
   */
  enrollWith(
    factor: EnrollmentFactor,
    options?: { readonly additionalFactors?: readonly EnrollmentFactor[] },
  ): Api;
  /**
   * Like `enrollWith`; the person chooses among the factors first.
   *
   * @param factors 1 to 20.
   */
  enrollWithAny(factors: readonly EnrollmentFactor[]): Api;
  /**
   * Notes that the person completed a factor at an external provider. Only in
   * `onContinuePostLogin`; elsewhere it throws.
   *
   * @param providerUrl Becomes the `name` in `event.authentication.methods`.
   */
  recordMethod(providerUrl: string): Api;
  /**
   * Goes on as another user, among whose identities is the one that authenticated; otherwise the
   * login fails. At most once per transaction, a second call throws.
   */
  setPrimaryUser(primaryUserId: string): Api;
}
