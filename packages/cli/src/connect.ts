import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { UnavailableError } from './cli-error.ts';
import type { Settings } from './settings.ts';

/** `fetch` that does not follow redirects, and says what to do when the server cannot be reached. */
export interface Connection {
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
}

/** Prepares to speak to the server; its local CA, where it made one, is trusted for this process. */
export function connect(settings: Settings): Connection {
  const ca = join(settings.dataDir, 'tls', 'ca.pem');
  if (settings.url.startsWith('https:') && existsSync(ca)) {
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(ca, 'utf8')]);
  }
  return {
    async fetch(url, init) {
      try {
        return await fetch(url, { redirect: 'manual', ...init });
      } catch (cause) {
        throw new UnavailableError(
          `no server answers at ${settings.url}. Start it with \`npm start\`, or set TESSERA_URL to where it is.`,
          { cause },
        );
      }
    },
  };
}
