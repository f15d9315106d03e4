import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createTriggerPipeline } from '@tessera/engine';
import { createJobs } from '@tessera/jobs';
import { createLiveLogStreams } from '@tessera/management-api';
import type { ActionBuilder, ActionRunner, Clock, Logger } from '@tessera/model';
import { createOidc } from '@tessera/oidc';
import { createPageRenderer } from '@tessera/universal-login';
import { measureRuns, observeBuilder } from './action-metrics.ts';
import { createClientAddress } from './client-address.ts';
import type { Config } from './config.ts';
import { createWebApplication } from './create-web-application.ts';
import { deriveKey } from './derive-key.ts';
import { createDispatcher } from './dispatcher.ts';
import { ensureDefaultTenant } from './ensure-default-tenant.ts';
import { forgetDeletedTenants } from './forget-deleted-tenants.ts';
import { openGeoLocator } from './geo-locator.ts';
import { createGiveUpHandler } from './give-up-job.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createIdentityServices } from './identity-services.ts';
import { describeDelivery } from './message-delivery.ts';
import { createMetrics, type Metrics, type MetricsSources } from './metrics.ts';
import { observeRunner } from './observe-runner.ts';
import { openDatabase } from './open-database.ts';
import type { Operations } from './operations-routes.ts';
import { RequestContexts } from './request-contexts.ts';
import {
  checkFurtherTenant,
  refuseWeakSandbox,
  type Sandbox,
  startSandbox,
} from './start-sandbox.ts';
import { startWorkers } from './start-workers.ts';
import { TenantDirectory } from './tenant-directory.ts';
import type { TlsMaterial } from './tls.ts';
import { traceRuns } from './trace-runs.ts';
import { startTracing, type Tracing } from './tracing.ts';

/** What the application needs to know of the process around it. */
export interface ApplicationOptions {
  readonly config: Config;
  /** Public base URL of the default tenant, without trailing slash. */
  readonly url: string;
  /** The port that is really listened on. */
  readonly port: number;
  readonly tls: TlsMaterial | undefined;
  readonly logger: Logger;
  readonly progress: (line: string) => void;
}

/** Everything behind the listener. */
export interface Application {
  handle(request: IncomingMessage, response: ServerResponse): void;
  readonly sandbox: { readonly level: string; readonly note: string };
  /** Ends what would otherwise go on for ever: live logs. Before the listener closes. */
  endStreams(): void;
  close(): Promise<void>;
}

const clock: Clock = { now: () => new Date() };

/** Builds everything from its parts, lowest first. On failure what was started is ended again, highest first. */
export async function createApplication(options: ApplicationOptions): Promise<Application> {
  await using starting = new AsyncDisposableStack();
  const application = await build(options, starting);
  const teardown = starting.move();
  return { ...application, close: () => teardown.disposeAsync() };
}

/** What everything else stands on: tracing, database, tenants, sandbox. */
async function layFoundation(options: ApplicationOptions, teardown: AsyncDisposableStack) {
  const { config, url, logger } = options;
  const tracing = await startTracing(config.tracing, logger);
  teardown.defer(() => tracing?.close());
  const { store, address, masterKey, version } = await openDatabase({ ...options, teardown });
  const directory = new TenantDirectory(store, url);
  teardown.defer(() => directory.close());
  const baseUrlOf = directory.baseUrlOf.bind(directory);
  await ensureDefaultTenant({ clock, randomBytes, logger, store, config, baseUrlOf });

  options.progress('Starting the sandbox …');
  const sandbox = await startSandbox({ ...options, store, baseUrlOf, teardown });
  await refuseWeakSandbox({ config, level: sandbox.runner.level, store });
  const delivery = describeDelivery(config, sandbox);
  return { tracing, store, address, masterKey, version, directory, baseUrlOf, sandbox, delivery };
}

async function build(
  options: ApplicationOptions,
  teardown: AsyncDisposableStack,
): Promise<Omit<Application, 'close'>> {
  const { config, url, logger } = options;
  const shared = { clock, randomBytes, logger };
  const foundation = await layFoundation(options, teardown);
  const { tracing, store, address, masterKey, directory, baseUrlOf, sandbox } = foundation;
  const jobs = await createJobs({
    connection: address,
    logger,
    onDeadLetter: createGiveUpHandler(store, clock),
  });
  teardown.defer(() => jobs.stop());
  const liveLogs = createLiveLogStreams({ clock, logger });
  const sources = { sandbox: sandbox.runner, jobs, liveLogs };
  const { metrics, runner, builder } = observeSandbox(sandbox, sources, tracing);
  const pipeline = createTriggerPipeline({ runner, clock, randomBytes });
  const identity = createIdentityServices({ ...shared, config, store, jobs, pipeline, ...sandbox });
  const addresses = createClientAddress(config.trustProxy);
  const contexts = new RequestContexts(directory, addresses, await openGeoLocator());
  const web = { ...shared, store, jobs, contextOf: contexts.of };
  const oidc = createOidc({
    ...web,
    ...identity,
    pipeline,
    pages: createPageRenderer({ store, logger }),
    untrustedAddresses: config.untrustedAddresses,
    secret: deriveKey(masterKey, 'protocol'),
  });
  teardown.defer(() => oidc.close());

  const fastify = await createWebApplication({
    ...web,
    ...identity,
    url,
    transactions: oidc.transactions,
    steps: [oidc.steps],
    secret: deriveKey(masterKey, 'pages'),
    runner: sandbox.runner,
    liveLogs,
    baseUrlOf,
    actionLimits: config.actionLimits,
    onTenantSettings: sandbox.applyTenant,
    checkFurtherTenant: () => checkFurtherTenant(config, sandbox.runner.level),
  });
  teardown.defer(() => fastify.close());

  teardown.defer(
    forgetDeletedTenants(store, logger, [
      async (tenantId) => oidc.forget(tenantId),
      (tenantId) => sandbox.runner.evictTenant(tenantId),
      (tenantId) => jobs.forgetTenant(tenantId),
      async (tenantId) => liveLogs.closeTenant(tenantId),
    ]),
  );

  await startWorkers({ ...shared, ...foundation, ...identity, jobs, pipeline, builder });
  const housekeeping = startHousekeeping({ ...shared, ...config, store });
  teardown.defer(() => housekeeping.stop());
  return {
    handle: createDispatcher({
      operations: {
        store,
        sandbox: sandbox.runner,
        platform: describePlatform(config, foundation.version),
        metrics: metrics.registry,
        logger,
      },
      contexts,
      oidc,
      pages: (request, response) => fastify.routing(request, response),
      metrics,
      tracing,
      isTrusted: addresses.isTrusted,
      logger,
    }),
    endStreams: () => liveLogs.close(),
    sandbox: { level: sandbox.runner.level, note: sandbox.note },
  };
}

function describePlatform(config: Config, databaseVersion: string): Operations['platform'] {
  return {
    databaseVersion,
    isDatabaseEmbedded: config.databaseUrl === undefined,
    dependenciesMb: config.actionLimits.dependenciesMb,
  };
}

/** Runner and builder, counted and traced. Tests of drafts go past this: they are no traffic. */
function observeSandbox(
  sandbox: Sandbox,
  sources: MetricsSources,
  tracing: Tracing | undefined,
): { readonly metrics: Metrics; readonly runner: ActionRunner; readonly builder: ActionBuilder } {
  const metrics = createMetrics(sources);
  const observers = [
    measureRuns(metrics.registry),
    ...(tracing === undefined ? [] : [traceRuns(tracing)]),
  ];
  return {
    metrics,
    runner: observeRunner(sandbox.runner, observers),
    builder: observeBuilder(sandbox.builder, metrics.registry),
  };
}
