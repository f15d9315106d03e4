/** Limits of e-mail verification, each with what happens beyond it. */
export const VERIFICATION_LIMITS = {
  /** Lifetime of a link, s, where neither template nor management API says another. */
  linkSeconds: 432_000,
  /** Lifetime of a code, s. */
  codeSeconds: 600,
  codeLength: 6,
  /** Wrong codes, then the code is void. */
  codeAttempts: 5,
  /** Codes to one address of a user in `codeWindowSeconds`; then `TooManyAttemptsError`. */
  codesPerUser: 5,
  codeWindowSeconds: 3600,
} as const;
