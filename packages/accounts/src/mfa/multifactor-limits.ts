/** Limits of second factors, each with what happens beyond it. */
export const MULTIFACTOR_LIMITS = {
  /** Wrong proofs of one user, all factors together; then none is looked at until the window ends. */
  wrongProofsPerUser: 10,
  /** One million codes at ten tries an hour: guessing takes years. Longer locks out people who mistype. */
  wrongProofWindowSeconds: 3600,
  /** Tries at one code that was sent; then it is void. */
  triesPerCode: 5,
  /** Codes and questions sent to one user by all ways together; messages cost money, questions patience. */
  messagesPerUser: 10,
  messageWindowSeconds: 3600,
  /** Digits of a code that is sent, and of one-time password apps. */
  codeDigits: 6,
  /** Life of a code that was sent, of a question to a device, and of an enrollment. */
  codeSeconds: 300,
  pushSeconds: 300,
  webauthnSeconds: 300,
  enrollmentSeconds: 900,
  /** Steps of 30 s that a one-time password may be early or late. */
  passwordSteps: 1,
  /** Bytes of a new shared secret: RFC 4226, section 4, recommends 160 bits. */
  secretBytes: 20,
  /** Letters and digits of a recovery code: 124 bits. */
  recoveryCodeLength: 24,
  /** Authenticators of one user, unconfirmed ones included; one more is refused. */
  authenticatorsPerUser: 30,
  /** Name of a device or key. */
  nameLength: 100,
  /** Signed message of a device. */
  deviceTokenBytes: 4096,
  /** A device's clock may be wrong by this much. */
  deviceClockSeconds: 120,
} as const;
