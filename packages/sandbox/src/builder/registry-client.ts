import npmPacote from 'pacote';
import { buildFailure } from './build-failure.ts';
import type { DependencyOrder, RegistryAccess } from './build-messages.ts';
import { createPublicAgent } from './public-address.ts';

/** Idle time of one request, ms. Shorter fails slow mirrors; longer outlives the build's own limit. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A first failure is often a blip; a registry that is down is the job queue's to retry. */
const REQUEST_RETRIES = 1;

/** Options that npm's libraries understand. */
export type RegistryOptions = Readonly<Record<string, unknown>>;

/** npm's options for fetching from the operator's registry. Code that names a folder or repository is refused. */
export function createRegistryOptions(access: RegistryAccess, npmCache: string): RegistryOptions {
  return {
    ...access.keyed,
    cache: npmCache,
    ...(access.registry === undefined ? {} : { registry: access.registry }),
    ...(access.ca === undefined ? {} : { ca: [...access.ca] }),
    ...(access.proxy === undefined ? {} : { proxy: access.proxy }),
    ...(access.httpsProxy === undefined ? {} : { httpsProxy: access.httpsProxy }),
    ...(access.noProxy === undefined ? {} : { noProxy: access.noProxy }),
    strictSSL: access.strictSsl,
    timeout: REQUEST_TIMEOUT_MS,
    fetchRetries: REQUEST_RETRIES,
    fetchRetryMintimeout: 500,
    userAgent: 'tessera-action-builder',
    allowGit: 'none',
    allowRemote: 'none',
    allowFile: 'none',
    allowDirectory: 'none',
    ignoreScripts: true,
  };
}

/**
 * Packages that come from a registry of their own, because the author said so. Everything fetched for
 * them goes through an agent that only reaches public addresses, unless the operator trusts the host.
 */
export class RoutedPackages {
  readonly #routes: ReadonlyMap<string, RegistryOptions>;

  constructor(
    orders: readonly DependencyOrder[],
    access: RegistryAccess,
    options: RegistryOptions,
  ) {
    const routes = new Map<string, RegistryOptions>();
    for (const { name, registryUrl } of orders) {
      if (registryUrl !== undefined && !isPublicRegistry(registryUrl)) {
        routes.set(name, { ...options, ...routeTo(name, registryUrl, access) });
      }
    }
    this.#routes = routes;
  }

  /** Options for fetching `name`, or undefined when it comes from the operator's registry. */
  optionsOf(name: string): RegistryOptions | undefined {
    return this.#routes.get(name);
  }

  /**
   * A cache in the sense of pacote's `packumentCache`: it answers for routed packages from their own
   * registries, so that the resolver never asks the operator's registry about them.
   */
  createPackumentCache(): PackumentCache {
    return new PackumentCache(this.#routes);
  }
}

/**
 * npm's public registry means the configured one, as in npm itself: a mirror stands for it, and a
 * machine without a way out reaches nothing else.
 */
function isPublicRegistry(registryUrl: string): boolean {
  const { registry } = new RegistryFetcher('any', {});
  return new URL(registryUrl).host === new URL(registry).host;
}

/** Not in the published types. */
const { RegistryFetcher } = npmPacote as unknown as {
  readonly RegistryFetcher: new (spec: string, options: object) => { readonly registry: string };
};

function routeTo(name: string, registryUrl: string, access: RegistryAccess): RegistryOptions {
  const url = new URL(registryUrl);
  const isTrusted = access.trustedHosts.includes(url.host);
  const registry = registryUrl.replace(/\/*$/, '/');
  // A scope's registry of npm's configuration would win over the author's.
  const scope = name.startsWith('@') ? { [`${name.split('/')[0]}:registry`]: registry } : {};
  if (isTrusted) return { registry, replaceRegistryHost: 'never', ...scope };
  if (url.protocol !== 'https:') {
    throw buildFailure('registry_refused', `The registry of "${name}" must be an https address`);
  }
  const agent = createPublicAgent(url.protocol, {
    rejectUnauthorized: access.strictSsl,
    ...(access.ca === undefined ? {} : { ca: [...access.ca] }),
  });
  return { registry, replaceRegistryHost: 'never', agent, ...scope };
}

/** Keyed by pacote as `full:<address>` or `corgi:<address>`; the address ends in the escaped name. */
class PackumentCache {
  readonly #routes: ReadonlyMap<string, RegistryOptions>;
  readonly #entries = new Map<string, unknown>();

  constructor(routes: ReadonlyMap<string, RegistryOptions>) {
    this.#routes = routes;
  }

  has(key: string): boolean {
    return this.#entries.has(key) || this.#routes.has(nameIn(key));
  }

  get(key: string): unknown {
    const known = this.#entries.get(key);
    const options = this.#routes.get(nameIn(key));
    if (known !== undefined || options === undefined) return known;
    const packument = npmPacote.packument(nameIn(key), { ...options });
    this.#entries.set(key, packument);
    return packument;
  }

  set(key: string, value: unknown): void {
    this.#entries.set(key, value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

function nameIn(key: string): string {
  const address = key.slice(key.indexOf(':') + 1);
  return decodeURIComponent(address.slice(address.lastIndexOf('/') + 1));
}
