/** Limits of this package, each with what happens beyond it. */
export const LIMITS = {
  /** Longest password in bytes of UTF-8; longer ones are refused before any hashing. */
  passwordBytes: 4096,
  /** Longest e-mail address, as SMTP can carry it (RFC 5321, section 4.5.3.1.3). */
  emailLength: 254,
  usernameLength: 128,
  /** Longest thing a person may type as identifier; longer ones cannot exist. */
  identifierLength: 320,
  /** `given_name` and `family_name`. */
  partOfNameLength: 150,
  /** `name` and `nickname`. */
  nameLength: 300,
  pictureLength: 2048,
  userIdLength: 255,
  /** Members of `user_metadata` that a person may send at signup. */
  signUpMetadataKeys: 10,
  signUpMetadataKeyLength: 100,
  signUpMetadataValueLength: 500,
  /** JSON of `user_metadata` and of `app_metadata`, each, in bytes. Events must stay below 1 MB. */
  metadataBytes: 131_072,
  /** Depth of nested metadata; deeper input is refused instead of walked. */
  metadataDepth: 32,
  /** Text from an action or a person that goes into a log entry. */
  logTextLength: 1024,

  /** Failed logins into one account from one address, then that address is refused. */
  failuresPerAccountAndAddress: 10,
  /** Failed logins into one account from all addresses together; the owner's last address is exempt. */
  failuresPerAccount: 100,
  /** Window of the two above. Shorter invites guessing, longer locks out people who forgot. */
  accountWindowSeconds: 3600,
  /** Failed logins from one address into any accounts in a calendar day (UTC). */
  failuresPerAddress: 100,
  addressWindowSeconds: 86_400,
  /** Signups from one address, successful or not. */
  signUpsPerAddress: 50,
  signUpWindowSeconds: 60,

  /** Digits of a passwordless code where the connection says nothing else. */
  passwordlessCodeLength: 6,
  /** How long a passwordless code or link is good where the connection says nothing else. */
  passwordlessSeconds: 180,
  /** However long a connection says: a code or link older than this is void. */
  longestPasswordlessSeconds: 86_400,
  /** Guesses at one code; then it is void, and a new one has to be asked for. */
  passwordlessGuesses: 3,
  /** How long the form that sent the right code may be sent again. */
  passwordlessRepeatSeconds: 60,
  /** Codes and links that one address on the network may have sent, per window. */
  passwordlessStartsPerAddress: 50,
  /** Codes and links to one person, per window: mail bombs, and 30 guesses an hour at most. */
  passwordlessStartsPerPerson: 10,
  passwordlessWindowSeconds: 3600,
  /** Where only known people get in, asking for a code takes at least this long, sent or not. */
  passwordlessFloorMs: 250,
  /** How long a device may take to answer a passkey's challenge. */
  passkeySeconds: 300,
  /** Characters of a device's answer; longer ones are refused unread. */
  passkeyAnswerLength: 32_768,
  passkeysPerUser: 20,
  /** Characters of the parameters that a link carries on to `/authorize`. */
  authParamsLength: 4096,

  /**
   * Password hashes computed at once. libuv has four threads; one stays free for files and DNS.
   * Each takes `memoryKiB`.
   */
  concurrentHashes: 3,
  /** Hashes that wait for their turn; beyond, callers are asked to come back. About eight seconds of work. */
  waitingHashes: 1000,
} as const;
