import type { NetworkLimits } from '../limits.ts';

/** What has been used of a run's limits. */
interface Spent {
  connections: number;
  bytes: number;
}

/** Traffic of no run is counted together, per this span: without one, warm connections would use it up for ever. */
const LOOSE_SPAN_MS = 60_000;

/**
 * Counts what each run uses of the network. Whose run it is, the guest says; so a run under way can at
 * most spend another's share, and what belongs to none has a share of the same size per minute.
 */
export class RunBudgets {
  readonly #limits: NetworkLimits;
  readonly #spent = new Map<number, Spent>();
  #loose: Spent & { since: number } = { connections: 0, bytes: 0, since: 0 };

  constructor(limits: NetworkLimits) {
    this.#limits = limits;
  }

  /** Counts a connection. Says which limit it exceeds; undefined when it may be opened. */
  addConnection(run: number | undefined): string | undefined {
    const spent = this.#of(run);
    const { maxConnectionsPerRun: limit } = this.#limits;
    spent.connections += 1;
    if (spent.connections > limit)
      return `${describe(run)} opened more than ${limit} connections (limit requests_per_run).`;
    return this.#describeBytes(run, spent);
  }

  /** Counts bytes. Says which limit they exceed; undefined when they may pass. */
  addBytes(run: number | undefined, bytes: number): string | undefined {
    const spent = this.#of(run);
    spent.bytes += bytes;
    return this.#describeBytes(run, spent);
  }

  forgetRun(run: number): void {
    this.#spent.delete(run);
  }

  #describeBytes(run: number | undefined, { bytes }: Spent): string | undefined {
    const { maxNetworkBytesPerRun: limit } = this.#limits;
    if (bytes <= limit) return undefined;
    return `${describe(run)} sent and received more than ${limit} bytes (limit network_bytes_per_run).`;
  }

  #of(run: number | undefined): Spent {
    if (run === undefined) {
      const now = performance.now();
      if (now - this.#loose.since > LOOSE_SPAN_MS)
        this.#loose = { connections: 0, bytes: 0, since: now };
      return this.#loose;
    }
    const known = this.#spent.get(run);
    if (known !== undefined) return known;
    const fresh = { connections: 0, bytes: 0 };
    this.#spent.set(run, fresh);
    return fresh;
  }
}

function describe(run: number | undefined): string {
  return run === undefined ? 'Work outside of runs' : 'The run';
}
