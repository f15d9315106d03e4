import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from './cli-error.ts';

/** Which server the command speaks to, and as whom. */
export interface Settings {
  /** Base URL without trailing slash. */
  readonly url: string;
  readonly dataDir: string;
  /** A machine client with management scopes. */
  credentials(): { readonly clientId: string; readonly clientSecret: string };
}

/** Reads the same variables as the server: `TESSERA_URL`, `PORT`, `TESSERA_DATA_DIR`, `TESSERA_BOOTSTRAP_CLIENT_…`. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const scheme = (env.TESSERA_TLS ?? 'off') === 'off' && !env.TESSERA_TLS_CERT ? 'http' : 'https';
  const url = (env.TESSERA_URL ?? `${scheme}://localhost:${env.PORT ?? '3000'}`).replace(
    /\/+$/,
    '',
  );
  const dataDir = env.TESSERA_DATA_DIR ?? './data';
  return {
    url,
    dataDir,
    credentials() {
      const {
        TESSERA_BOOTSTRAP_CLIENT_ID: clientId,
        TESSERA_BOOTSTRAP_CLIENT_SECRET: clientSecret,
      } = env;
      if (clientId && clientSecret) return { clientId, clientSecret };
      return readCredentialsFile(join(dataDir, 'bootstrap-client.json'));
    },
  };
}

function readCredentialsFile(file: string): { clientId: string; clientSecret: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError(
      `no credentials: ${file} cannot be read. Run this where the server's data directory is (TESSERA_DATA_DIR), or set TESSERA_BOOTSTRAP_CLIENT_ID and TESSERA_BOOTSTRAP_CLIENT_SECRET.`,
      { cause },
    );
  }
  const parsed: unknown = JSON.parse(text);
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'client_id' in parsed &&
    'client_secret' in parsed
  ) {
    return { clientId: String(parsed.client_id), clientSecret: String(parsed.client_secret) };
  }
  throw new CliError(
    `${file} is not what the server wrote. Delete it and start the server to have it written again.`,
  );
}
