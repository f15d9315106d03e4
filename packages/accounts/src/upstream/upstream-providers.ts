import type { Connection } from '@tessera/model';
import {
  allowInsecureRequests,
  ClientSecretPost,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import type { UpstreamOptions } from './upstream-options.ts';

/** `fetch` that reaches what the operator lets a tenant reach, and nothing else. */
export type UpstreamFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Providers that are kept at most; each is a discovery document and its keys. */
const MAX_PROVIDERS = 200;
/** How long what a provider says of itself is believed, ms: keys rotate, endpoints move. */
const KEPT_MS = 600_000;
/** Time for one answer of a provider, s. */
const TIMEOUT_SECONDS = 10;

interface Known {
  readonly key: string;
  readonly until: number;
  readonly configuration: Promise<Configuration>;
}

/** What is known of the providers of connections: discovered when first needed, forgotten after a while. */
export class UpstreamProviders {
  readonly #known = new Map<string, Known>();

  /** Rejects when the provider cannot be discovered; the next call tries again. */
  get(
    tenantId: string,
    connection: Connection,
    parts: { readonly options: UpstreamOptions; readonly fetch: UpstreamFetch; readonly now: Date },
  ): Promise<Configuration> {
    const id = `${tenantId}\n${connection.id}`;
    const { attributes: _attributes, ...relevant } = parts.options;
    const key = JSON.stringify(relevant);
    const known = this.#known.get(id);
    const nowMs = parts.now.getTime();
    if (known?.key === key && known.until > nowMs) return known.configuration;
    const configuration = discover(parts.options, parts.fetch);
    this.#known.delete(id);
    this.#known.set(id, { key, until: nowMs + KEPT_MS, configuration });
    configuration.catch(() => {
      if (this.#known.get(id)?.configuration === configuration) this.#known.delete(id);
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_PROVIDERS && oldest !== undefined) this.#known.delete(oldest);
    return configuration;
  }
}

async function discover(options: UpstreamOptions, fetch: UpstreamFetch): Promise<Configuration> {
  const { server, clientId, clientSecret } = options;
  const authentication = clientSecret === undefined ? None() : ClientSecretPost(clientSecret);
  // Plain http is for one's own machine; the management API takes it for loopback names only.
  const isPlain = server.protocol === 'http:';
  const configuration = await discovery(server, clientId, {}, authentication, {
    [customFetch]: (url, init) => fetch(url, init as RequestInit),
    timeout: TIMEOUT_SECONDS,
    execute: isPlain ? [allowInsecureRequests] : [],
  });
  // The ID token's signature is checked too, not only where it came from.
  enableNonRepudiationChecks(configuration);
  return configuration;
}
