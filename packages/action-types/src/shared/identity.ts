/** One way in which the person can log in. */
export interface EventIdentity {
  readonly connection?: string;
  /** Strategy of the connection. */
  readonly provider?: string;
  /** Id at the provider, without the `provider|` prefix. */
  readonly user_id?: string;
  readonly isSocial?: boolean;
  /** Profile of a linked account. */
  readonly profileData?: { [member: string]: string };
  readonly [member: string]: unknown;
}

/** A second factor that the person has set up. */
export interface EventEnrolledFactor {
  /** `otp`, `phone`, `email`, `push-notification`, `webauthn-roaming`, `webauthn-platform`, ... */
  readonly type: string;
  readonly options?: { [option: string]: unknown };
}
