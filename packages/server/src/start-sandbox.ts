import { join } from 'node:path';
import { AppError, type Logger, type SandboxLevel, type Store, type Tenant } from '@tessera/model';
import {
  type ClosableActionBuilder,
  createActionBuilder,
  createActionRunner,
  EgressPolicy,
  type OwnHost,
  type SandboxRunner,
} from '@tessera/sandbox';
import { toSandboxLimits } from './action-limits.ts';
import type { Config } from './config.ts';
import { StartupError } from './startup-error.ts';
import { TenantPolicies } from './tenant-policies.ts';
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
  /** Limits and rules of a tenant were saved here; they hold from now on. */
  readonly applyTenant: (tenant: Tenant) => void;
  /** Judges connections that the server itself makes for a tenant, by the same rules. */
  readonly egress: EgressPolicy;
  /** Why the level is not the strongest, for the line at start; empty when it is. */
  readonly note: string;
}

const MEGABYTE = 1024 * 1024;

/** Starts the runner and the builder with the operator's rules. */
export async function startSandbox(options: StartSandboxOptions): Promise<Sandbox> {
  const { config, store, logger, teardown } = options;
  const hostsOf = (tenant: Tenant) => listOwnHosts(options, tenant);
  const policies = new TenantPolicies({ store, logger, hostsOf });
  teardown.defer(() => policies.close());
  const runner = await startRunner(options, policies);
  policies.onChange = () => runner.applyEgressRules();
  teardown.defer(() => runner.close());
  const builder = createActionBuilder({
    cacheDir: join(config.dataDir, 'builds'),
    npmConfig: config.npm,
    ...(config.npmRegistry === undefined ? {} : { registry: config.npmRegistry }),
    limits: { installBytes: config.actionLimits.dependenciesMb * MEGABYTE },
  });
  teardown.defer(() => builder.close());
  await policies.load();
  const [stronger] = runner.describeSandbox().missing;
  const note = stronger === undefined ? '' : `stronger: ${stronger.level}. ${stronger.remedy}`;
  logger.debug({ sandboxLevel: runner.level }, 'sandbox ready');
  const egress = new EgressPolicy({ ...config.egress, tenantRulesOf: policies.egressOf });
  return { runner, builder, applyTenant: policies.apply, egress, note };
}

async function startRunner(
  { config, tls, store, logger }: StartSandboxOptions,
  policies: TenantPolicies,
): Promise<SandboxRunner> {
  try {
    return await createActionRunner({
      artifacts: { load: (tenantId, hash) => store.tenant(tenantId).artifacts.find(hash) },
      logger,
      level: config.sandbox,
      egress: {
        ...config.egress,
        tenantRulesOf: policies.egressOf,
        ownHosts: policies.ownHostsOf,
      },
      limits: toSandboxLimits(config.actionLimits),
      limitsOf: policies.limitsOf,
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

/**
 * A tenant's own address. Straight to our own listener, when it speaks what the public URL says. Behind a
 * proxy that ends TLS the proxy is the one to ask, by the usual rules.
 */
function listOwnHosts(options: StartSandboxOptions, tenant: Tenant): readonly OwnHost[] {
  const { config, tls, port } = options;
  const url = new URL(options.baseUrlOf(tenant));
  if ((url.protocol === 'https:') !== (tls !== undefined)) return [];
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  const publicPort = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return [{ host: url.hostname, port: publicPort, connectTo: { host, port } }];
}
