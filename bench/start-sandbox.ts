import { randomUUID } from 'node:crypto';
import type { Artifact, RunRequest } from '@tessera/model';
import { createActionRunner, type SandboxRunner } from '@tessera/sandbox';
import type { ChainWork } from './chain-contender.ts';
import { createRequest, readResults } from './chain-sandbox.ts';
import { SILENT_LOGGER } from './silent-logger.ts';
import type { Starter } from './start-peers.ts';

/** The sandbox, with or without processes kept ready. */
export interface StartHost extends AsyncDisposable {
  readonly level: string;
  /** Samples a tenant that has no process yet, each time another one. */
  starter(work: ChainWork, artifacts: readonly Artifact[]): Starter;
  /** Samples one tenant whose process was given up: what it compiled before is known. */
  returning(work: ChainWork, artifacts: readonly Artifact[]): Starter;
}

const STANDBY_LIMIT_MS = 10_000;
const POLL_MS = 5;
/** What else the runner has to do after a standby is ready, or after a first run, is done by then. */
const SETTLE_MS = 50;

export async function openStartHost(
  artifacts: readonly Artifact[],
  standbys: number,
): Promise<StartHost> {
  const runner = await createActionRunner({
    artifacts: { load: async (_tenant, hash) => artifacts.find((one) => one.hash === hash) },
    logger: SILENT_LOGGER,
    limits: { standbys },
    searchPath: process.env.PATH ?? '',
  });
  const sample = async (request: RunRequest): Promise<number> => {
    await waitForStandbys(runner, standbys);
    const start = performance.now();
    readResults(await runner.run(request));
    const duration = performance.now() - start;
    await settle();
    await runner.evictTenant(request.tenantId);
    return duration;
  };
  return {
    level: runner.level,
    starter: (work, own) => ({
      sample: () => sample(createRequest(work, { tenantId: randomUUID(), artifacts: own })),
    }),
    returning(work, own) {
      const request = createRequest(work, { tenantId: randomUUID(), artifacts: own });
      let first: Promise<number> | undefined;
      return {
        async sample() {
          first ??= sample(request);
          await first;
          return await sample(request);
        },
      };
    },
    [Symbol.asyncDispose]: () => runner.close(),
  };
}

/** The pool replaces a standby in the background; that it is doing so must not be part of the next sample. */
async function waitForStandbys(runner: SandboxRunner, count: number): Promise<void> {
  const until = performance.now() + STANDBY_LIMIT_MS;
  while (runner.stats.standbys < count) {
    if (performance.now() > until) throw new Error(`${count} standbys were not ready in time`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  await settle();
}

async function settle(): Promise<void> {
  await new Promise((done) => setTimeout(done, SETTLE_MS));
}
