/** Claims of the access token that the flow ends in. */
export interface AccessTokenClaimsAPI<Api> {
  /**
   * Adds a claim. A name of `RESERVED_CLAIM_NAMES` is not added; the execution record says so.
   * Prefer a name that is a URL of yours: `https://example.com/plan`.
   *
   * @param value Any JSON value. At most 100 kB for all claims of both tokens together.
   */
  setCustomClaim(name: string, value: unknown): Api;
}
