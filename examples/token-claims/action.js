/**
 * Adds two claims to each token.
 *
 * @param {Event} event
 * @param {PostLoginAPI} api
 */
exports.onExecutePostLogin = async (event, api) => {
  api.accessToken.setCustomClaim('email', event.user.email);
  api.accessToken.setCustomClaim('emailVerified', event.user.email_verified);
  api.idToken.setCustomClaim('secretIdentity', 'Zorro');
  api.idToken.setCustomClaim('userAuth0Identities', event.user.identities);
};
