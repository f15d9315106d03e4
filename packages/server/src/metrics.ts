import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the process measures of itself, in Prometheus' terms. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'method' | 'status'>;
  readonly requestSeconds: Histogram<'method'>;
}

/** One registry per server, so that several servers in one process (tests) do not mix. */
export function createMetrics(sandboxLevel: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'tessera_sandbox_level',
    help: '1 for the isolation level in force',
    labelNames: ['level'],
    registers: [registry],
  }).set({ level: sandboxLevel }, 1);
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
      help: 'Time from the first byte of a request to the end of its answer',
      labelNames: ['method'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [registry],
    }),
  };
}
