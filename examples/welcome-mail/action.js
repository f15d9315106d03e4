const ses = require('node-ses');

/**
 * Sends a mail to whoever signed up and waits until the service has taken it.
 *
 * Secrets: SES_KEY, SES_SECRET.
 *
 * @param {Event} event
 */
exports.onExecutePostUserRegistration = async (event) => {
  const client = ses.createClient({ key: event.secrets.SES_KEY, secret: event.secrets.SES_SECRET });
  await new Promise((resolve, reject) => {
    client.sendEmail(
      {
        to: event.user.email,
        from: 'hello@example.com',
        subject: 'Welcome',
        message: 'Nice to have you here.',
        altText: 'Nice to have you here.',
      },
      (error) => (error ? reject(new Error(String(error.Message ?? error.Code))) : resolve()),
    );
  });
};
