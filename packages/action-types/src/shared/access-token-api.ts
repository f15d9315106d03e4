/** Claims of the access token that the flow ends in. */
export interface AccessTokenClaimsAPI<Api> {
  /**
   * Adds a claim. A key of `RESERVED_CLAIM_NAMES` is not added; the execution record says so.
   * Prefer a key that is a URL of yours: `https://example.com/plan`.
   *
   * @param value Any JSON value. At most 100 kB for all claims of both tokens together.
   */
  setCustomClaim(key: string, value: unknown): Api;
}
