import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAlphanumericId } from '@tessera/model';
import { StartupError } from './startup-error.ts';

/** Credentials of the machine client that a first start creates. */
export interface BootstrapCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Reads `bootstrap-client.json` of the data directory, or writes a new one (mode 0600). That is where
 * the command line and the first steps of a newcomer take their credentials from.
 */
export function loadOrCreateBootstrapFile(dataDir: string): BootstrapCredentials {
  const file = join(dataDir, 'bootstrap-client.json');
  const known = read(file);
  if (known !== undefined) return known;
  const credentials = {
    clientId: createAlphanumericId(randomBytes, 32),
    clientSecret: createAlphanumericId(randomBytes, 64),
  };
  const text = JSON.stringify(
    { client_id: credentials.clientId, client_secret: credentials.clientSecret },
    null,
    2,
  );
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return credentials;
}

function read(file: string): BootstrapCredentials | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new StartupError(`${file} cannot be read. Check its owner and mode.`, { cause: error });
  }
  const parsed: unknown = safeParse(text);
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'client_id' in parsed &&
    'client_secret' in parsed
  ) {
    return { clientId: String(parsed.client_id), clientSecret: String(parsed.client_secret) };
  }
  throw new StartupError(`${file} is damaged. Delete it: the next start writes a new one.`);
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whatever is in there is not ours; the caller says so.
    return undefined;
  }
}
