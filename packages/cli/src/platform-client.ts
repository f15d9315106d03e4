import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import type { Settings } from './settings.ts';

/** A tenant as the platform API shows it. */
export interface PlatformTenant {
  readonly name: string;
  readonly domain: string;
  /** What was set for this tenant. */
  readonly limits: Readonly<Record<string, number>>;
  readonly effective_limits: Readonly<Record<string, number>>;
  readonly egress: { readonly allow: readonly string[]; readonly deny: readonly string[] };
}

/** Asks the running server for a tenant, as the machine client of the data directory. */
export async function getTenant(
  name: string,
  { settings, connection }: { readonly settings: Settings; readonly connection: Connection },
): Promise<PlatformTenant> {
  const token = await getToken(settings, connection);
  const url = `${settings.url}/platform/v1/tenants/${encodeURIComponent(name)}`;
  const answer = await connection.fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const body = await readJson(answer);
  if (answer.status === 404) throw new CliError(`there is no tenant "${name}".`);
  if (!answer.ok) {
    throw new CliError(`the server answered ${answer.status}: ${String(body.message)}`);
  }
  return body as unknown as PlatformTenant;
}

async function getToken(settings: Settings, connection: Connection): Promise<string> {
  const { clientId, clientSecret } = settings.credentials();
  const answer = await connection.fetch(`${settings.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `${settings.url}/platform/v1/`,
    }),
  });
  const { access_token: token, error_description: reason } = await readJson(answer);
  if (typeof token === 'string') return token;
  throw new CliError(`the server gave no token of the platform API: ${reason ?? answer.status}.`);
}

async function readJson(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await answer.json()) as Record<string, unknown>;
  } catch (cause) {
    throw new CliError(
      `what answers is no Tessera server (status ${answer.status}). Set TESSERA_URL to where it is.`,
      { cause },
    );
  }
}
