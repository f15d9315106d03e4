/**
 * Decides by continent: users elsewhere than where the service is offered are turned away, the
 * decision is left for the Actions after this one.
 *
 * Secrets: CONTINENTS, comma-separated codes (`EU,NA`).
 *
 * @param {Event} event
 * @param {PostLoginAPI} api
 */
exports.onExecutePostLogin = async (event, api) => {
  const continent = event.request.geoip?.continentCode ?? 'unknown';
  const allowed = event.secrets.CONTINENTS.split(',');
  api.transaction.setMetadata('continent', continent);
  if (continent !== 'unknown' && !allowed.includes(continent)) {
    api.access.deny(`This service is not offered in ${continent}.`);
  }
};
