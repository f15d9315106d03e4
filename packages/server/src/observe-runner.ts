import type { ActionRunner, RunReport, RunRequest } from '@tessera/model';

/** A run that is over. Times are Unix milliseconds with fractions. */
export interface ObservedRun {
  readonly request: RunRequest;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Absent when no sandbox took the run; `refusal` says why. */
  readonly report?: RunReport;
  readonly refusal?: unknown;
}

/** Looks at a run when it is over. Called where the run was asked for, so that it knows whose request it is; must not throw. */
export type RunObserver = (run: ObservedRun) => void;

/** The same runner, watched. */
export function observeRunner<T extends ActionRunner>(
  runner: T,
  observers: readonly RunObserver[],
): ActionRunner {
  return {
    level: runner.level,
    evictTenant: (tenantId) => runner.evictTenant(tenantId),
    ping: () => runner.ping(),
    close: () => runner.close(),
    async run(request) {
      const startedAtMs = nowMs();
      const tell = (end: Pick<ObservedRun, 'report' | 'refusal'>): void => {
        const run = { request, startedAtMs, endedAtMs: nowMs(), ...end };
        for (const observe of observers) observe(run);
      };
      const report = await runner.run(request).catch((refusal: unknown) => {
        tell({ refusal });
        throw refusal;
      });
      tell({ report });
      return report;
    },
  };
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
