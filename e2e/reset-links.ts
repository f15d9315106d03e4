import { eventually, type TestServer } from '@tessera/testkit';

/** Asks the authentication API for a link to a new password, and takes it from the outbox. */
export async function askForResetLink(
  server: TestServer,
  asked: { readonly clientId: string; readonly connection: string; readonly email: string },
): Promise<string> {
  const { clientId, connection, email } = asked;
  const answer = await server.fetch(`${server.url}/dbconnections/change_password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: clientId, connection, email }),
  });
  const said = await answer.text();
  if (said !== "We've just sent you an email to reset your password.") throw new Error(said);
  const path = `outbox?status=kept&template=reset_email&to=${encodeURIComponent(email)}`;
  const message = await eventually('message', async () => {
    const { messages } = await server.management.ok('GET', `${path}&include_totals=true`);
    return messages[0];
  });
  const { content } = await server.management.ok('GET', `outbox/${message.id}`);
  const url = /https?:\/\/\S+\/u\/reset-verify\?ticket=[\w-]+/.exec(JSON.stringify(content))?.[0];
  if (url === undefined) throw new Error(`no link in ${JSON.stringify(content)}`);
  return url;
}
