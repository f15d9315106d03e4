import type {
  ActionContent,
  BuildReport,
  JobAttempt,
  JobHandlers,
  TenantStore,
} from '@tessera/model';
import { findBuildLimits } from './build-limits.ts';
import { buildModule } from './build-module.ts';
import type { BuildServices } from './build-services.ts';
import { describeBreak } from './describe-break.ts';
import { loadModules } from './load-modules.ts';

/** Writes what is known of a build; false when nobody waits for it any more. */
type Report = (report: BuildReport) => Promise<boolean>;

/**
 * Handles the build jobs: `pending → building → built | failed`. While the registry does not answer
 * the status is `retrying` and the job is rejected, so that the queue tries again; after the last
 * attempt it is `failed`. A draft that changed meanwhile keeps the status of its newer revision.
 */
export function createBuildHandlers(
  services: BuildServices,
): Pick<JobHandlers, 'build-draft' | 'build-version' | 'build-module'> {
  return {
    'build-draft': async (job, attempt) => {
      const store = services.store.tenant(job.tenantId);
      const action = await store.actions.find(job.actionId);
      if (action?.draftRevision !== job.draftRevision) return;
      await build(services, attempt, {
        store,
        name: action.name,
        content: action,
        report: (report) => store.actions.reportBuild(action.id, action.draftRevision, report),
      });
    },
    'build-version': async (job, attempt) => {
      const store = services.store.tenant(job.tenantId);
      const action = await store.actions.find(job.actionId);
      const version = await store.actions.findVersion(job.actionId, job.versionId);
      if (action === undefined || version === undefined) return;
      await build(services, attempt, {
        store,
        name: action.name,
        content: version,
        report: async (report) => {
          await store.actions.reportVersionBuild(version.id, report);
          return true;
        },
      });
    },
    'build-module': (job, attempt) => buildModule(services, job, attempt),
  };
}

async function build(
  { store: allTenants, builder, logger }: BuildServices,
  attempt: JobAttempt,
  target: {
    readonly store: TenantStore;
    readonly name: string;
    readonly content: ActionContent;
    readonly report: Report;
  },
): Promise<void> {
  const { store, name, content, report } = target;
  if (!(await report({ status: 'building' }))) return;
  try {
    const sources = await loadModules(store, content);
    if ('missing' in sources) {
      await report({ status: 'failed', diagnostics: [sources.missing] });
      return;
    }
    const outcome = await builder.build({
      actionName: name,
      code: content.code,
      dependencies: content.dependencies,
      ...sources,
      ...(await findBuildLimits(allTenants, store.tenantId)),
      signal: attempt.signal,
    });
    if (outcome.kind === 'failed') {
      await report({ status: 'failed', diagnostics: outcome.diagnostics });
      return;
    }
    const { artifact, diagnostics } = outcome;
    // First the file, then the word that it is there.
    await store.artifacts.save(artifact);
    await report({
      status: 'built',
      artifactHash: artifact.hash,
      dependencies: artifact.dependencies.map((one) => ({ name: one.name, version: one.version })),
      diagnostics,
    });
  } catch (error) {
    logger.warn(
      { err: error, tenantId: store.tenantId, attempt: attempt.attempt },
      'A build broke off',
    );
    await report(
      attempt.isLast
        ? { status: 'failed', diagnostics: [describeBreak(error)] }
        : { status: 'retrying' },
    );
    throw error;
  }
}
