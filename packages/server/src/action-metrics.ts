import {
  type ActionBuilder,
  AppError,
  type BuildOutcome,
  type OutboundRequest,
  TRIGGER_IDS,
} from '@tessera/model';
import { Counter, Histogram, type Registry } from 'prom-client';
import { findNetworkErrorCode } from './network-error-code.ts';
import type { RunObserver } from './observe-runner.ts';

/** Seconds: from a warm run to the longest budget. */
const RUN_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60,
];
const BUILD_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Counts and measures runs. Labels have few values: triggers, outcomes, kinds; never tenants. */
export function measureRuns(registry: Registry): RunObserver {
  const registers = [registry];
  const runs = new Counter({
    name: 'tessera_trigger_runs_total',
    help: 'Runs of triggers: completed, failed (an Action broke or exceeded a limit), or refused (no sandbox took the run)',
    labelNames: ['trigger', 'outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'tessera_action_failures_total',
    help: 'Failed runs by kind: error (the Action threw), time, memory, output or process (a limit ended it), unavailable or too_many (no sandbox took the run)',
    labelNames: ['trigger', 'kind'],
    registers,
  });
  const runSeconds = new Histogram({
    name: 'tessera_trigger_run_duration_seconds',
    help: 'Time of a run of a trigger, waiting for a process included',
    labelNames: ['trigger'],
    buckets: RUN_BUCKETS,
    registers,
  });
  const actionSeconds = new Histogram({
    name: 'tessera_action_duration_seconds',
    help: 'Time of one Action in a run, to the millisecond',
    labelNames: ['trigger'],
    buckets: RUN_BUCKETS,
    registers,
  });
  const measureRequest = measureRequests(registry);
  const triggers: ReadonlySet<string> = new Set(TRIGGER_IDS);

  return ({ request, report, refusal, startedAtMs, endedAtMs }) => {
    const trigger = triggers.has(request.triggerId) ? request.triggerId : 'other';
    runSeconds.observe({ trigger }, (endedAtMs - startedAtMs) / 1000);
    if (report === undefined) {
      runs.inc({ trigger, outcome: 'refused' });
      failures.inc({ trigger, kind: isTooMany(refusal) ? 'too_many' : 'unavailable' });
      return;
    }
    let hasFailed = false;
    for (const result of report.results) {
      const durationMs = result.endedAt.getTime() - result.startedAt.getTime();
      actionSeconds.observe({ trigger }, durationMs / 1000);
      for (const outbound of result.requests) measureRequest(outbound);
      if (result.kind !== 'failed' && result.kind !== 'limit-exceeded') continue;
      hasFailed = true;
      failures.inc({ trigger, kind: result.kind === 'failed' ? 'error' : result.limit });
    }
    runs.inc({ trigger, outcome: hasFailed ? 'failed' : 'completed' });
  };
}

function isTooMany(refusal: unknown): boolean {
  return refusal instanceof AppError && refusal.code === 'too_many_runs';
}

function measureRequests(registry: Registry): (request: OutboundRequest) => void {
  const requests = new Counter({
    name: 'tessera_outbound_requests_total',
    help: 'Outbound requests of Actions: by class of status, connected (no status seen), refused (by the rules), or failed',
    labelNames: ['result'],
    registers: [registry],
  });
  const bytes = new Counter({
    name: 'tessera_outbound_bytes_total',
    help: 'Bytes of outbound connections of Actions',
    labelNames: ['direction'],
    registers: [registry],
  });
  return (request) => {
    requests.inc({ result: classify(request) });
    bytes.inc({ direction: 'sent' }, request.bytesSent);
    bytes.inc({ direction: 'received' }, request.bytesReceived);
  };
}

function classify({ error, status }: OutboundRequest): string {
  if (error !== undefined) return findNetworkErrorCode(error) === 'EACCES' ? 'refused' : 'failed';
  if (status === undefined) return 'connected';
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'failed';
}

/** The same builder, measured. */
export function observeBuilder(builder: ActionBuilder, registry: Registry): ActionBuilder {
  const builds = new Counter({
    name: 'tessera_builds_total',
    help: 'Builds of Actions: built, failed (the author can mend it), canceled (superseded), or error (worth a retry)',
    labelNames: ['result'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'tessera_build_duration_seconds',
    help: 'Time of a build of an Action',
    labelNames: ['result'],
    buckets: BUILD_BUCKETS,
    registers: [registry],
  });
  return {
    async build(request) {
      const startedAt = performance.now();
      const tell = (result: BuildOutcome['kind'] | 'canceled' | 'error'): void => {
        builds.inc({ result });
        seconds.observe({ result }, (performance.now() - startedAt) / 1000);
      };
      try {
        const outcome = await builder.build(request);
        tell(outcome.kind);
        return outcome;
      } catch (error) {
        tell(request.signal?.aborted ? 'canceled' : 'error');
        throw error;
      }
    },
  };
}
