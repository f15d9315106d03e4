import { join } from 'node:path';
import { AppError, type Logger, type SandboxLevel, type Store, type Tenant } from '@tessera/model';
import {
  type ClosableActionBuilder,
  createActionBuilder,
  createActionRunner,
  type OwnHost,
  type SandboxRunner,
} from '@tessera/sandbox';
import type { Config } from './config.ts';
import { StartupError } from './startup-error.ts';
import type { TlsMaterial } from './tls.ts';

export interface StartSandboxOptions {
  readonly config: Config;
  readonly url: string;
  readonly port: number;
  readonly tls: TlsMaterial | undefined;
  readonly store: Store;
  readonly logger: Logger;
  readonly baseUrlOf: (tenant: Pick<Tenant, 'name' | 'isDefault'>) => string;
  readonly teardown: AsyncDisposableStack;
}

/** What runs Actions, and what builds them. */
export interface Sandbox {
  readonly runner: SandboxRunner;
  readonly builder: ClosableActionBuilder;
  /** Why the level is not the strongest, for the line at start; empty when it is. */
  readonly note: string;
}

/** Starts the runner and the builder with the operator's rules. */
export async function startSandbox(options: StartSandboxOptions): Promise<Sandbox> {
  const { config, store, logger, teardown } = options;
  const ownHosts = new OwnHosts(options);
  teardown.defer(() => ownHosts.close());
  const runner = await startRunner(options, (tenantId) => ownHosts.of(tenantId));
  teardown.defer(() => runner.close());
  const builder = createActionBuilder({
    cacheDir: join(config.dataDir, 'builds'),
    npmConfig: config.npm,
    ...(config.npmRegistry === undefined ? {} : { registry: config.npmRegistry }),
  });
  teardown.defer(() => builder.close());
  await ownHosts.load(store);
  const [stronger] = runner.describeSandbox().missing;
  const note = stronger === undefined ? '' : `stronger: ${stronger.level}. ${stronger.remedy}`;
  logger.debug({ sandboxLevel: runner.level }, 'sandbox ready');
  return { runner, builder, note };
}

async function startRunner(
  { config, tls, store, logger }: StartSandboxOptions,
  ownHosts: (tenantId: string) => readonly OwnHost[],
): Promise<SandboxRunner> {
  try {
    return await createActionRunner({
      artifacts: { load: (tenantId, hash) => store.tenant(tenantId).artifacts.find(hash) },
      logger,
      level: config.sandbox,
      egress: { allow: config.egress.allow, deny: config.egress.deny, ownHosts },
      extraCaCertificates: tls?.ca === undefined ? [] : [tls.ca],
      ...(config.searchPath === undefined ? {} : { searchPath: config.searchPath }),
    });
  } catch (cause) {
    throw new StartupError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Refuses the weakest level once there are several tenants: at that level they are not safe from each
 * other. Development may.
 */
export async function refuseWeakSandbox(options: {
  readonly config: Config;
  readonly level: SandboxLevel;
  readonly store: Store;
}): Promise<void> {
  if (options.level !== 'process' || options.config.dev) return;
  if ((await options.store.tenants.list()).length > 1) {
    throw new StartupError(
      'the sandbox level here is "process", which does not keep several tenants safe from each other. Install bubblewrap, run one tenant only, or set TESSERA_DEV=1 for development.',
    );
  }
}

/** The same, when a tenant is to be added to a running server. */
export function checkFurtherTenant(config: Config, level: SandboxLevel): void {
  if (level !== 'process' || config.dev) return;
  throw new AppError(
    'sandbox_too_weak',
    'The sandbox level here is "process", which does not keep several tenants safe from each other. Install bubblewrap and restart, or set TESSERA_DEV=1 for development.',
  );
}

/** Each tenant's own address, which its Actions may reach although it may be a private one. */
class OwnHosts {
  readonly #options: StartSandboxOptions;
  readonly #byTenant = new Map<string, readonly OwnHost[]>();
  readonly #stopListening: () => void;

  constructor(options: StartSandboxOptions) {
    this.#options = options;
    this.#stopListening = options.store.onChange((change) => {
      if (change.kind === 'tenants') void this.load(options.store).catch(() => undefined);
    });
  }

  of(tenantId: string): readonly OwnHost[] {
    return this.#byTenant.get(tenantId) ?? [];
  }

  async load(store: Store): Promise<void> {
    const tenants = await store.tenants.list();
    this.#byTenant.clear();
    for (const tenant of tenants) this.#byTenant.set(tenant.id, this.#hostsOf(tenant));
  }

  /**
   * Straight to our own listener, when it speaks what the public URL says. Behind a proxy that ends TLS
   * the proxy is the one to ask, by the usual rules.
   */
  #hostsOf(tenant: Tenant): readonly OwnHost[] {
    const { config, tls, port } = this.#options;
    const url = new URL(this.#options.baseUrlOf(tenant));
    if ((url.protocol === 'https:') !== (tls !== undefined)) return [];
    const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
    const publicPort = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    return [{ host: url.hostname, port: publicPort, connectTo: { host, port } }];
  }

  close(): void {
    this.#stopListening();
  }
}
