import type { Store, Tenant } from '@tessera/model';
import { isLoopbackHost } from './loopback.ts';

/** How long a tenant, or its absence, is remembered should a notification get lost. */
const MAX_AGE_MS = 60_000;
/** Remembered names; an attacker who asks for many made-up ones pushes out the oldest only. */
const MAX_NAMES = 10_000;

/** Which tenant a request is for, by its host. */
export class TenantDirectory {
  readonly #store: Store;
  readonly #base: URL;
  readonly #known = new Map<string, { tenant: Tenant | undefined; until: number }>();
  readonly #stopListening: () => void;

  constructor(store: Store, baseUrl: string) {
    this.#store = store;
    this.#base = new URL(baseUrl);
    this.#stopListening = store.onChange((change) => {
      if (change.kind === 'tenants') this.#known.clear();
    });
  }

  /**
   * Public base URL of a tenant, with a trailing slash: its issuer. It comes from configuration and
   * the tenant's name, never from what a request says of itself.
   */
  baseUrlOf(tenant: Pick<Tenant, 'name' | 'isDefault'>): string {
    const host = tenant.isDefault ? this.#base.host : `${tenant.name}.${this.#base.host}`;
    return `${this.#base.protocol}//${host}/`;
  }

  /**
   * Finds the tenant of a `Host` header: the default one at the base host (and, when that is this
   * machine, at its other names), others at `<name>.<base host>`. Undefined for any other host.
   */
  async find(hostHeader: string | undefined): Promise<Tenant | undefined> {
    const host = parseHost(hostHeader);
    if (host === undefined) return undefined;
    const base = this.#base.hostname;
    if (
      host === base ||
      (isLoopbackHost(base) && isLoopbackHost(host) && !host.endsWith('.localhost'))
    ) {
      return await this.#lookUp('', () => this.#store.tenants.findDefault());
    }
    if (!host.endsWith(`.${base}`)) return undefined;
    const name = host.slice(0, -(base.length + 1));
    if (!/^[a-z0-9-]{1,63}$/.test(name)) return undefined;
    const tenant = await this.#lookUp(name, () => this.#store.tenants.findByName(name));
    return tenant?.isDefault ? undefined : tenant;
  }

  close(): void {
    this.#stopListening();
  }

  async #lookUp(
    name: string,
    load: () => Promise<Tenant | undefined>,
  ): Promise<Tenant | undefined> {
    const known = this.#known.get(name);
    if (known !== undefined && known.until > Date.now()) return known.tenant;
    const tenant = await load();
    if (this.#known.size >= MAX_NAMES) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(name, { tenant, until: Date.now() + MAX_AGE_MS });
    return tenant;
  }
}

/** Host name without port and trailing dot, in lower case; undefined for what is no host. */
function parseHost(header: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase().replace(/\.$/, '');
}
