/** @import { CustomEmailProviderAPI, CustomEmailProviderEvent } from '@tessera/action-types' */

/**
 * Sends e-mails through a service of your own. JavaScript, checked like the TypeScript beside it.
 *
 * @param {CustomEmailProviderEvent} event
 * @param {CustomEmailProviderAPI} api
 */
exports.onExecuteCustomEmailProvider = async (event, api) => {
  const { to, subject, html, text } = event.notification;
  if (to.endsWith('.invalid')) {
    api.notification.drop('the address cannot exist');
    return;
  }
  const response = await fetch(event.secrets.ENDPOINT ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to, subject, html, text }),
  });
  if (response.status === 429) api.notification.retry('the service is busy');
  else if (!response.ok) throw new Error(`The service answered ${response.status}`);
};
