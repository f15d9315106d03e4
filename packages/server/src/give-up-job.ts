import type { DeadLetter } from '@tessera/jobs';
import { giveUpMessage } from '@tessera/messages';
import { AppError, type Clock, type Job, type Store } from '@tessera/model';

/**
 * Leaves a sign of a job that was given up where somebody waits for it: a build that no worker could
 * end is `failed`, with a diagnostic, and so is a message. A trigger's run has its execution record from its last attempt.
 */
export function createGiveUpHandler(
  store: Store,
  clock: Clock,
): (letter: DeadLetter, job: Job | undefined) => Promise<void> {
  return async (_letter, job) => {
    if (job === undefined || job.kind === 'run-trigger') return;
    if (job.kind === 'send-message') {
      await giveUpMessage({ store, clock }, job);
      return;
    }
    // The person asks again; nobody else waits.
    if (job.kind === 'request-password-reset') return;
    if (job.kind === 'import-users') {
      await store.tenant(job.tenantId).managementJobs.update(job.jobId, { status: 'failed' });
      return;
    }
    const { actions, modules } = store.tenant(job.tenantId);
    const report = {
      status: 'failed',
      diagnostics: [
        {
          id: 'build_abandoned',
          message:
            'The build was tried several times and never ended. Save the action to try again.',
        },
      ],
    } as const;
    try {
      if (job.kind === 'build-draft')
        await actions.reportBuild(job.actionId, job.draftRevision, report);
      else if (job.kind === 'build-module')
        await modules.reportBuild(job.moduleId, job.versionId, {
          diagnostics: [
            {
              id: 'build_abandoned',
              message:
                'The build was tried several times and never ended. Publish the module again to try again.',
            },
          ],
        });
      else await actions.reportVersionBuild(job.versionId, report);
    } catch (error) {
      // The action or its tenant is gone: nobody waits.
      if (!(error instanceof AppError && error.code === 'not_found')) throw error;
    }
  };
}
