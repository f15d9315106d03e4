import type { ActionRunner, Artifact, RunReport, RunRequest } from '@tessera/model';
import { createActionRunner } from '@tessera/sandbox';
import { buildArtifacts } from './build-artifacts.ts';
import type { ChainContender, ChainWork } from './chain-contender.ts';
import { SILENT_LOGGER } from './silent-logger.ts';

/** The real sandbox with the sample's Actions built and deployed. */
export interface SandboxHost extends AsyncDisposable {
  readonly level: string;
  readonly runner: ActionRunner;
  /** In the order of the sources. */
  readonly artifacts: readonly Artifact[];
}

const TIMEOUT_MS = 20_000;

export async function openSandboxHost(sources: readonly string[]): Promise<SandboxHost> {
  const artifacts = await buildArtifacts(sources.map((code) => ({ code, dependencies: [] })));
  const runner = await createActionRunner({
    artifacts: { load: async (_tenant, hash) => artifacts.find((one) => one.hash === hash) },
    logger: SILENT_LOGGER,
    searchPath: process.env.PATH ?? '',
  });
  return {
    level: runner.level,
    runner,
    artifacts,
    [Symbol.asyncDispose]: () => runner.close(),
  };
}

/** The chain in the sandbox, through the same door as the engine's. */
export async function openSandbox(host: SandboxHost, work: ChainWork): Promise<ChainContender> {
  const tenantId = `bench-${work.actions.length}`;
  const request = createRequest(work, { tenantId, artifacts: host.artifacts });
  return {
    call: async () => readResults(await host.runner.run(request)),
    [Symbol.asyncDispose]: () => host.runner.evictTenant(tenantId),
  };
}

export function createRequest(
  work: ChainWork,
  deployed: { readonly tenantId: string; readonly artifacts: readonly Artifact[] },
): RunRequest {
  return {
    tenantId: deployed.tenantId,
    triggerId: 'post-login',
    firstHandler: 'execute',
    actions: work.actions.map((action, index) => ({
      ...action,
      artifactHash: deployed.artifacts[index]?.hash ?? '',
    })),
    event: work.event,
    timeoutMs: TIMEOUT_MS,
  };
}

export function readResults({ results }: RunReport): RunReport['results'] {
  const broken = results.find(({ kind }) => kind !== 'completed');
  if (broken !== undefined)
    throw new Error(`an Action did not complete: ${JSON.stringify(broken)}`);
  return results;
}
