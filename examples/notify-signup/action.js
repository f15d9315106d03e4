const axios = require('axios');

/**
 * Tells another system that a user has signed up. Runs after the response to the person, is tried
 * again when it fails, and so may reach an endpoint that was down for a while.
 *
 * Secrets: ENDPOINT.
 *
 * @param {Event} event
 */
exports.onExecutePostUserRegistration = async (event) => {
  const answer = await axios.post(event.secrets.ENDPOINT, { userId: event.user.user_id });
  console.log(`the other system answered ${answer.status}`);
};
