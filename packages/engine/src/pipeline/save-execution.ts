import type {
  ActionResult,
  Clock,
  Execution,
  ExecutionStatus,
  NewLogEntry,
  TenantStore,
} from '@tessera/model';
import type { TriggerRun } from '../trigger-pipeline.ts';

/** What a run leaves behind. */
export interface RecordedRun {
  readonly executionId: string;
  readonly startedAt: Date;
  readonly results: readonly ActionResult[];
  readonly status: ExecutionStatus;
  /** For the tenant log; present when the run failed. */
  readonly failure?: NewLogEntry;
}

/**
 * Writes the record; a resumed run goes on with the one that its first part wrote. A failure is in the
 * tenant log exactly when the record is there: one transaction. Others share their commit with many.
 */
export async function saveExecution(
  clock: Clock,
  { store, triggerId, resume }: Pick<TriggerRun, 'store' | 'triggerId' | 'resume'>,
  recorded: RecordedRun,
): Promise<void> {
  const earlier: Execution | undefined =
    resume === undefined ? undefined : await store.executions.find(recorded.executionId);
  const execution: Execution = {
    id: recorded.executionId,
    triggerId,
    status: recorded.status,
    results: [...(earlier?.results ?? []), ...recorded.results],
    createdAt: earlier?.createdAt ?? recorded.startedAt,
    updatedAt: clock.now(),
  };
  const { failure } = recorded;
  if (failure === undefined) await store.executions.save(execution);
  else await saveWithFailure(store, execution, failure);
}

async function saveWithFailure(
  store: TenantStore,
  execution: Execution,
  failure: NewLogEntry,
): Promise<void> {
  await store.transaction(async (transaction) => {
    await transaction.executions.save(execution);
    await transaction.logs.append(failure);
  });
}
