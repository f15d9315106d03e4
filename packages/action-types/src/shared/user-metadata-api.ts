/**
 * Changes of the profile. All changes of a run are written as one update at its end, also when a
 * later action refuses the flow. Later actions of the run see them in `event.user` at once.
 */
export interface UserMetadataAPI<Api> {
  /**
   * Sets a member of `app_metadata`.
   *
   * @param value Any JSON value; `null` removes the member. At most 32 kB for all members together.
   */
  setAppMetadata(key: string, value: unknown): Api;
  /**
   * Sets a member of `user_metadata`.
   *
   * @param value Any JSON value; `null` removes the member. At most 32 kB for all members together.
   */
  setUserMetadata(key: string, value: unknown): Api;
}
