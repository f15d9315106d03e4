/** What becomes of the message. Without a call it counts as sent. The first call stands. */
export interface NotificationAPI<Api> {
  /**
   * The message is not to be sent, now or later. Later actions do not run.
   *
   * @param reason For the tenant log.
   */
  drop(reason: string): Api;
  /**
   * The message could not be sent; the platform runs the action again after a while, a few times.
   * Later actions do not run.
   *
   * @param reason For the tenant log.
   */
  retry(reason: string): Api;
}
