import type { ActionLimits, EgressRules, Logger, Store, Tenant } from '@tessera/model';
import type { OwnHost } from '@tessera/sandbox';

/** What the sandbox asks about a tenant while it works: answered at once, from memory. */
interface TenantPolicy {
  /** The tenant's own address, which its Actions may reach although it may be a private one. */
  readonly ownHosts: readonly OwnHost[];
  readonly limits: Partial<ActionLimits> | undefined;
  readonly egress: EgressRules | undefined;
}

export interface TenantPoliciesOptions {
  readonly store: Pick<Store, 'tenants' | 'onChange'>;
  readonly logger: Logger;
  readonly hostsOf: (tenant: Tenant) => readonly OwnHost[];
}

/** A tenant that could not be read is tried again after this: its old rules hold until then. */
const RETRY_MS = 1_000;

/** Limits, egress rules and own hosts of every tenant, as the database has them. */
export class TenantPolicies {
  /** Called when something changed. */
  onChange: () => void = () => {};
  readonly #options: TenantPoliciesOptions;
  readonly #byTenant = new Map<string, TenantPolicy>();
  readonly #retries = new Set<NodeJS.Timeout>();
  /** The last read of each tenant under way: an earlier one may answer later, with rules of before. */
  readonly #readings = new Map<string, symbol>();
  readonly #stopListening: () => void;

  constructor(options: TenantPoliciesOptions) {
    this.#options = options;
    this.#stopListening = options.store.onChange(({ kind, tenantId }) => {
      if (kind === 'tenants') void this.#reload(tenantId);
    });
  }

  readonly ownHostsOf = (tenantId: string): readonly OwnHost[] =>
    this.#byTenant.get(tenantId)?.ownHosts ?? [];
  readonly limitsOf = (tenantId: string): Partial<ActionLimits> | undefined =>
    this.#byTenant.get(tenantId)?.limits;
  readonly egressOf = (tenantId: string): EgressRules | undefined =>
    this.#byTenant.get(tenantId)?.egress;

  /** Reads all tenants; before the first run. */
  async load(): Promise<void> {
    for (const tenant of await this.#options.store.tenants.list()) {
      // One that changed since the list was read is known as it is now.
      if (!this.#byTenant.has(tenant.id)) this.#set(tenant);
    }
  }

  /** Takes what was just saved here, without waiting to be told. */
  readonly apply = (tenant: Tenant): void => {
    this.#set(tenant);
    this.onChange();
  };

  close(): void {
    this.#stopListening();
    for (const retry of this.#retries) clearTimeout(retry);
  }

  #set(tenant: Tenant): void {
    const { actionLimits: limits, egress } = tenant.settings;
    this.#byTenant.set(tenant.id, { ownHosts: this.#options.hostsOf(tenant), limits, egress });
  }

  async #reload(tenantId: string): Promise<void> {
    const { store, logger } = this.#options;
    const reading = Symbol();
    this.#readings.set(tenantId, reading);
    try {
      const tenant = await store.tenants.find(tenantId);
      if (this.#readings.get(tenantId) !== reading) return;
      this.#readings.delete(tenantId);
      if (tenant === undefined) this.#byTenant.delete(tenantId);
      else this.#set(tenant);
      this.onChange();
    } catch (error) {
      if (this.#readings.get(tenantId) !== reading) return;
      this.#readings.delete(tenantId);
      logger.warn({ err: error, tenantId }, 'limits and egress rules of a tenant cannot be read');
      const retry = setTimeout(() => {
        this.#retries.delete(retry);
        void this.#reload(tenantId);
      }, RETRY_MS);
      retry.unref();
      this.#retries.add(retry);
    }
  }
}
