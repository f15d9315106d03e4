/** A factor that the person completed in this session. */
export interface EventAuthenticationMethod {
  /**
   * `pwd`, `federated`, `passkey`, `sms`, `email`, `mfa`, ..., or the URL of a provider that an
   * action recorded.
   */
  readonly name: string;
  /** ISO 8601. */
  readonly timestamp: string;
  /** Kind of second factor, with `name: 'mfa'`. */
  readonly type?: string;
}
