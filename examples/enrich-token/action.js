const axios = require('axios');

/**
 * Puts what a backend knows about the user into both tokens.
 *
 * Secrets: TOKEN_URL, CLIENT_ID and CLIENT_SECRET of a machine-to-machine application that is
 * authorised for AUDIENCE, and BACKEND_URL, to which the user's id is appended.
 *
 * @param {Event} event
 * @param {PostLoginAPI} api
 */
exports.onExecutePostLogin = async (event, api) => {
  const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, AUDIENCE, BACKEND_URL } = event.secrets;

  const token = await axios.post(TOKEN_URL, {
    grant_type: 'client_credentials',
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    audience: AUDIENCE,
  });

  const answer = await axios.get(BACKEND_URL + encodeURIComponent(event.user.user_id), {
    headers: { authorization: `Bearer ${token.data.access_token}` },
  });

  api.accessToken.setCustomClaim('https://example.com/backend', answer.data);
  api.idToken.setCustomClaim('https://example.com/backend', answer.data);
};
