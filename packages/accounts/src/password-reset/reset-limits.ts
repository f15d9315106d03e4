/** Limits of password resets, each with what happens beyond it. */
export const RESET_LIMITS = {
  /** Lifetime of a link, s, where neither template nor management API says another; as the hosted service has it. */
  linkSeconds: 432_000,
  /** Lifetime of a code, s. */
  codeSeconds: 300,
  /** Wrong codes, then the code is void: a guess hits with 1 : 200 000. */
  codeAttempts: 5,
  codeLength: 6,
  /** From the link to the new password, s; the link may be followed again while it lives. */
  sessionSeconds: 3600,
  /** Requests for one identifier per window; further ones are answered alike and send nothing. */
  requestsPerIdentifier: 10,
  /** Requests from one address per window; further ones are refused. */
  requestsPerAddress: 50,
  requestWindowSeconds: 3600,
  /** Longest `ttl_sec` of a ticket, s: 30 days. */
  maxTicketSeconds: 2_592_000,
} as const;
