import { CliError } from './cli-error.ts';
import { type Caller, getToken, readJson } from './get-token.ts';

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
export async function getTenant(name: string, caller: Caller): Promise<PlatformTenant> {
  const { settings, connection } = caller;
  const token = await getToken('/platform/v1/', caller);
  const url = `${settings.url}/platform/v1/tenants/${encodeURIComponent(name)}`;
  const answer = await connection.fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const body = await readJson(answer);
  if (answer.status === 404) throw new CliError(`there is no tenant "${name}".`);
  if (!answer.ok) {
    throw new CliError(`the server answered ${answer.status}: ${String(body.message)}`);
  }
  return body as unknown as PlatformTenant;
}
