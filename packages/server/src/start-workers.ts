import {
  type AccountsOptions,
  createImportUsersHandler,
  createPasswordResetHandler,
  createRunTriggerHandler,
} from '@tessera/accounts';
import type { TriggerPipeline } from '@tessera/engine';
import type { Jobs } from '@tessera/jobs';
import { createBuildHandlers } from '@tessera/management-api';
import { createSendMessageHandler, type SendMessageHandlerOptions } from '@tessera/messages';
import type { ActionBuilder, Clock, Logger, Messages, RandomBytes, Store } from '@tessera/model';

/** Begins to run jobs: which handler does which kind of job. */
export async function startWorkers(options: {
  readonly jobs: Jobs;
  readonly store: Store;
  readonly pipeline: TriggerPipeline;
  readonly builder: ActionBuilder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly messages: Messages;
  readonly randomBytes: RandomBytes;
  readonly delivery: Pick<SendMessageHandlerOptions, 'judgeHost' | 'operatorSmtp'>;
}): Promise<void> {
  const { rateLimits } = options.store;
  const services: AccountsOptions & { readonly store: Store } = { ...options, rateLimits };
  await options.jobs.start({
    'run-trigger': createRunTriggerHandler(options),
    ...createBuildHandlers(options),
    'import-users': createImportUsersHandler(options),
    'request-password-reset': createPasswordResetHandler(services),
    'send-message': createSendMessageHandler({ ...options, ...options.delivery }),
  });
}
