import type { ActionResult, ActionRunner, GuestError, RunReport, RunRequest } from '@tessera/model';

type Ended = Pick<ActionResult, 'commands' | 'logs' | 'requests'>;
/** How the action of a run ended, without what every result has. */
export type RunEnding = Ended &
  (
    | { readonly kind: 'completed' | 'skipped' }
    | { readonly kind: 'failed'; readonly error: GuestError }
  );

/** A runner that remembers what it was asked and answers what the test says. */
export class FakeRunner implements ActionRunner {
  readonly level = 'process';
  readonly requests: RunRequest[] = [];
  readonly evicted: string[] = [];
  /** What the next run of the first action ends in. */
  ending: RunEnding = { kind: 'completed', commands: [], logs: [], requests: [] };

  async run(request: RunRequest): Promise<RunReport> {
    this.requests.push(request);
    const [action] = request.actions;
    if (action === undefined) throw new Error('nothing to run');
    const at = new Date('2026-11-21T10:00:00.000Z');
    const { actionId, actionName, versionId, versionNumber } = action;
    const base = { actionId, actionName, versionId, versionNumber, startedAt: at, endedAt: at };
    return { results: [{ ...base, ...this.ending } as ActionResult], bootMs: 0, totalMs: 3.456 };
  }

  async evictTenant(tenantId: string): Promise<void> {
    this.evicted.push(tenantId);
  }
  async ping(): Promise<void> {}
  async close(): Promise<void> {}
}
