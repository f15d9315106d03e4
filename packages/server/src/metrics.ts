import type { Jobs } from '@tessera/jobs';
import type { LiveLogStreams } from '@tessera/management-api';
import type { SandboxRunner } from '@tessera/sandbox';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { registerPoolMetrics } from './pool-metrics.ts';

/** What the process measures of itself, in Prometheus' terms. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'method' | 'status'>;
  readonly requestSeconds: Histogram<'method'>;
}

/** What is asked at each scrape. */
export interface MetricsSources {
  readonly sandbox: Pick<SandboxRunner, 'level' | 'stats'>;
  readonly jobs: Pick<Jobs, 'stats'>;
  readonly liveLogs: Pick<LiveLogStreams, 'count'>;
}

/** Scrapes within this time share one look at the job queues, ms. */
const JOBS_MAX_AGE_MS = 5_000;

/** One registry per server, so that several servers in one process (tests) do not mix. */
export function createMetrics({ sandbox, jobs, liveLogs }: MetricsSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerPoolMetrics(registry, sandbox);
  registerJobMetrics(registry, jobs);
  new Gauge({
    name: 'tessera_live_log_streams',
    help: 'Live logs that are open at this replica',
    registers: [registry],
    collect() {
      this.set(liveLogs.count);
    },
  });
  return {
    registry,
    requests: new Counter({
      name: 'tessera_http_requests_total',
      help: 'HTTP requests answered',
      labelNames: ['method', 'status'],
      registers: [registry],
    }),
    requestSeconds: new Histogram({
      name: 'tessera_http_request_duration_seconds',
      help: 'Time from the first byte of a request to the end of its answer, without live logs',
      labelNames: ['method'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [registry],
    }),
  };
}

function registerJobMetrics(registry: Registry, jobs: Pick<Jobs, 'stats'>): void {
  let readAt = Number.NEGATIVE_INFINITY;
  new Gauge({
    name: 'tessera_jobs',
    help: 'Jobs by queue and state, of all replicas: waiting (retries included), running, or dead (given up, still kept)',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      if (performance.now() - readAt < JOBS_MAX_AGE_MS) return;
      // Without the database the last numbers stay, and the other metrics are served all the same.
      const queues = await jobs.stats().catch(() => []);
      if (queues.length > 0) readAt = performance.now();
      for (const { kind, waiting, running, dead } of queues) {
        this.set({ queue: kind, state: 'waiting' }, waiting);
        this.set({ queue: kind, state: 'running' }, running);
        this.set({ queue: kind, state: 'dead' }, dead);
      }
    },
  });
}
