import { LRUCache } from 'lru-cache';
import type { TenantProvider } from './build-provider.ts';

/** Providers kept at most; at 84 kB each, 42 MB. */
const MAX_PROVIDERS = 500;

/**
 * Keeps a provider per tenant and issuer. Building starts with the first request, which others wait
 * for; one that fails is forgotten, so that the next request tries again.
 */
export class ProviderCache {
  readonly #build: (tenantId: string, issuer: string) => Promise<TenantProvider>;
  readonly #providers = new LRUCache<string, Promise<TenantProvider>>({ max: MAX_PROVIDERS });

  constructor(build: (tenantId: string, issuer: string) => Promise<TenantProvider>) {
    this.#build = build;
  }

  get(tenantId: string, issuer: string): Promise<TenantProvider> {
    const key = `${tenantId}\n${issuer}`;
    const known = this.#providers.get(key);
    if (known !== undefined) return known;
    const building = this.#build(tenantId, issuer);
    this.#providers.set(key, building);
    building.catch(() => {
      if (this.#providers.peek(key) === building) this.#providers.delete(key);
    });
    return building;
  }

  forget(tenantId: string): void {
    for (const key of this.#providers.keys()) {
      if (key.startsWith(`${tenantId}\n`)) this.#providers.delete(key);
    }
  }

  clear(): void {
    this.#providers.clear();
  }
}
