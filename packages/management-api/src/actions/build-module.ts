import type { Job, JobAttempt } from '@tessera/model';
import { findBuildLimits } from './build-limits.ts';
import type { BuildServices } from './build-services.ts';
import { describeBreak } from './describe-break.ts';

/**
 * Builds a published module version alone. Its artifact is not kept: the code becomes part of the
 * actions that use it. What stays is what was found out: exact versions of its dependencies, so that
 * every action gets the same ones, and what is wrong with it.
 */
export async function buildModule(
  { store: allTenants, builder, logger }: BuildServices,
  job: Extract<Job, { kind: 'build-module' }>,
  attempt: JobAttempt,
): Promise<void> {
  const { modules } = allTenants.tenant(job.tenantId);
  const found = await modules.find(job.moduleId);
  const version = await modules.findVersion(job.moduleId, job.versionId);
  if (found === undefined || version === undefined) return;
  const report = (findings: Parameters<typeof modules.reportBuild>[2]) =>
    modules.reportBuild(job.moduleId, job.versionId, findings);
  try {
    const outcome = await builder.build({
      actionName: found.module.name,
      code: version.code,
      dependencies: version.dependencies,
      role: 'module',
      ...(await findBuildLimits(allTenants, job.tenantId)),
      signal: attempt.signal,
    });
    if (outcome.kind === 'failed') return await report({ diagnostics: outcome.diagnostics });
    const { artifact, diagnostics } = outcome;
    const dependencies = artifact.dependencies.map(({ name, version: pinned }) => ({
      name,
      version: pinned,
    }));
    await report({ dependencies, diagnostics });
  } catch (error) {
    logger.warn(
      { err: error, tenantId: job.tenantId, attempt: attempt.attempt },
      'The build of a module broke off',
    );
    if (attempt.isLast) await report({ diagnostics: [describeBreak(error)] });
    throw error;
  }
}
