import { CliError } from '../cli-error.ts';
import type { Connection } from '../connect.ts';
import { getToken } from '../get-token.ts';
import type { Settings } from '../settings.ts';

/** Calls the management API; anything but a 2xx is a `CliError` with the server's own words. */
export type ManagementCall = <T>(method: string, path: string, body?: object) => Promise<T>;

/** Gets a token for the management API by the client-credentials grant. */
export async function createManagementCall(
  settings: Settings,
  connection: Connection,
): Promise<ManagementCall> {
  const token = await getToken('/api/v2/', { settings, connection });
  const authorization = `Bearer ${token}`;

  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await connection.fetch(`${settings.url}/api/v2/${path}`, {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) {
      const { message } = text.startsWith('{')
        ? (JSON.parse(text) as { message?: string })
        : { message: text };
      throw new CliError(`${method} ${path} answered ${response.status}: ${message}`);
    }
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}
