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
  readonly options?: { readonly [option: string]: unknown };
}

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
  readonly options?: { readonly [option: string]: unknown };
}

/** Factors, step by step, and who the person is. */
export interface AuthenticationAPI<Api> {
  /** Suspends the login after this action until the person has passed the factor. */
  challengeWith(
    factor: ChallengeFactor,
    options?: { readonly additionalFactors?: readonly ChallengeFactor[] },
  ): Api;
  /** Like `challengeWith`; the person chooses among the factors. */
  challengeWithAny(factors: readonly ChallengeFactor[]): Api;
  /** Suspends the login after this action until the person has set up the factor. */
  enrollWith(
    factor: EnrollmentFactor,
    options?: { readonly additionalFactors?: readonly EnrollmentFactor[] },
  ): Api;
  /** Like `enrollWith`; the person chooses among the factors. */
  enrollWithAny(factors: readonly EnrollmentFactor[]): Api;
  /**
   * Notes that the person completed a factor at an external provider. Only in
   * `onContinuePostLogin`.
   *
   * @param providerUrl Becomes the `name` in `event.authentication.methods`.
   */
  recordMethod(providerUrl: string): Api;
  /**
   * Goes on as another user, among whose identities is the one that authenticated. At most once
   * per transaction.
   */
  setPrimaryUser(primaryUserId: string): Api;
}
