import { createRunTriggerHandler } from '@tessera/accounts';
import type { TriggerPipeline } from '@tessera/engine';
import type { Jobs } from '@tessera/jobs';
import { createBuildHandlers } from '@tessera/management-api';
import { createSendMessageHandler, type SendMessageHandlerOptions } from '@tessera/messages';
import type { ActionBuilder, Clock, Logger, Store } from '@tessera/model';

/** Begins to run jobs: which handler does which kind of job. */
export async function startWorkers(options: {
  readonly jobs: Jobs;
  readonly store: Store;
  readonly pipeline: TriggerPipeline;
  readonly builder: ActionBuilder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly delivery: Pick<SendMessageHandlerOptions, 'judgeHost' | 'operatorSmtp'>;
}): Promise<void> {
  await options.jobs.start({
    'run-trigger': createRunTriggerHandler(options),
    ...createBuildHandlers(options),
    'send-message': createSendMessageHandler({ ...options, ...options.delivery }),
  });
}
