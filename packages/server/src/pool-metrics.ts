import type { SandboxRunner } from '@tessera/sandbox';
import { Counter, Gauge, type Registry } from 'prom-client';

type Sandbox = Pick<SandboxRunner, 'level' | 'stats'>;
type Stats = Sandbox['stats'];

/** A number of this moment. */
const GAUGES: readonly [name: string, help: string, read: (stats: Stats) => number][] = [
  [
    'tessera_sandbox_tenant_processes',
    'Places for processes of tenants that are taken',
    (stats) => stats.tenantProcesses,
  ],
  ['tessera_sandbox_active_runs', 'Runs under way or waiting', (stats) => stats.activeRuns],
  [
    'tessera_sandbox_queued_runs',
    'Runs that wait for a process, a bundle, or a place in a process',
    (stats) => stats.queuedRuns,
  ],
  [
    'tessera_sandbox_waiting_tenants',
    'Tenants that wait until another gives its process up',
    (stats) => stats.waitingTenants,
  ],
];

/** A number that only grows, or a number for each value of a label. */
const COUNTERS: readonly {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly read: (stats: Stats) => number | Readonly<Record<string, number>>;
}[] = [
  {
    name: 'tessera_sandbox_cold_starts_total',
    help: 'Processes that were given to a tenant',
    read: (stats) => stats.coldStarts,
  },
  {
    name: 'tessera_sandbox_runs_total',
    help: 'Runs that found their process with everything loaded (warm), or waited for it (cold)',
    label: 'start',
    read: ({ coldRuns: cold, warmRuns: warm }) => ({ cold, warm }),
  },
  {
    name: 'tessera_sandbox_refused_runs_total',
    help: 'Runs refused because their tenant had too many',
    read: (stats) => stats.refusedRuns,
  },
  {
    name: 'tessera_sandbox_halted_runs_total',
    help: 'Runs answered without a process because those of their tenant kept dying',
    read: (stats) => stats.haltedRuns,
  },
  {
    name: 'tessera_sandbox_kills_total',
    help: 'Processes that a limit ended or that died',
    label: 'reason',
    read: (stats) => stats.kills,
  },
  {
    name: 'tessera_sandbox_retirements_total',
    help: 'Processes ended in good order; evicted: another tenant needed the place',
    label: 'reason',
    read: (stats) => stats.retirements,
  },
];

/** Registers what the pool of sandbox processes counts; it is read at each scrape. */
export function registerPoolMetrics(registry: Registry, sandbox: Sandbox): void {
  const registers = [registry];
  new Gauge({
    name: 'tessera_sandbox_level',
    help: '1 for the isolation level in force',
    labelNames: ['level'],
    registers,
  }).set({ level: sandbox.level }, 1);
  new Gauge({
    name: 'tessera_sandbox_processes',
    help: 'Sandbox processes: standby (without a tenant), starting, idle, busy, or draining (ending once their runs are done)',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(sandbox.stats.processes)) {
        this.set({ state }, count);
      }
    },
  });
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(sandbox.stats));
      },
    });
  }
  for (const { name, help, label, read } of COUNTERS) {
    new Counter({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers,
      // The pool has the totals; a counter has no way to be set.
      collect() {
        this.reset();
        const value = read(sandbox.stats);
        if (typeof value === 'number') this.inc(value);
        else if (label !== undefined) {
          for (const [key, count] of Object.entries(value)) this.inc({ [label]: key }, count);
        }
      },
    });
  }
}
