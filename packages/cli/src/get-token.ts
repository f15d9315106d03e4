import { CliError, UnavailableError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import type { Settings } from './settings.ts';

/** Where to ask, and as whom. */
export interface Caller {
  readonly settings: Settings;
  readonly connection: Connection;
}

/** Gets an access token by the client-credentials grant; `path` is that of the API, e.g. `/api/v2/`. */
export async function getToken(path: string, { settings, connection }: Caller): Promise<string> {
  const { clientId, clientSecret } = settings.credentials();
  const answer = await connection.fetch(`${settings.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `${settings.url}${path}`,
    }),
  });
  const { access_token: token, error_description: reason } = await readJson(answer);
  if (typeof token === 'string') return token;
  const message = `the server gave no token for ${path}: ${reason ?? answer.status}.`;
  throw answer.status >= 500 ? new UnavailableError(message) : new CliError(message);
}

/** The JSON object of an answer, whatever its status. */
export async function readJson(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await answer.json()) as Record<string, unknown>;
  } catch (cause) {
    const message = `what answers is no Tessera server (status ${answer.status}). Set TESSERA_URL to where it is.`;
    throw answer.status >= 500
      ? new UnavailableError(message, { cause })
      : new CliError(message, { cause });
  }
}
