/** Complaints about what the person entered. */
export interface ValidationAPI<Api> {
  /**
   * Stops the flow with a message that the person sees on the form.
   *
   * @param errorCode For the tenant log, e.g. `invalid_invitation`.
   */
  error(errorCode: string, errorMessage: string): Api;
}
