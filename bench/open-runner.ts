import { createHash } from 'node:crypto';
import type { Artifact, JsonObject, Logger, RunRequest } from '@tessera/model';
import { type ActionRunnerOptions, createActionRunner, type SandboxRunner } from '@tessera/sandbox';
import { SILENT_LOGGER } from './silent-logger.ts';

/** A runner whose Actions are given as CommonJS, without a build. */
export interface OpenRunner extends AsyncDisposable {
  readonly runner: SandboxRunner;
  /** A request of these Actions, in order. */
  request(sources: readonly string[], options: RequestOptions): RunRequest;
}

export interface RequestOptions {
  readonly tenantId: string;
  readonly event: JsonObject;
  readonly triggerId?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;

export async function openRunner(
  limits: NonNullable<ActionRunnerOptions['limits']> = {},
  logger: Logger = SILENT_LOGGER,
): Promise<OpenRunner> {
  const artifacts = new Map<string, Artifact>();
  const runner = await createActionRunner({
    artifacts: { load: async (_tenant, hash) => artifacts.get(hash) },
    logger,
    limits,
    searchPath: process.env.PATH ?? '',
  });
  const store = (bundle: string): string => {
    const hash = createHash('sha256').update(bundle).digest('hex');
    artifacts.set(hash, { hash, bundle, sourceMap: '', lockfile: '{}', dependencies: [] });
    return hash;
  };
  return {
    runner,
    request: (sources, { tenantId, event, triggerId = 'post-login', timeoutMs = TIMEOUT_MS }) => ({
      ...{ tenantId, triggerId, firstHandler: 'execute', event, timeoutMs },
      actions: sources.map((source, index) => {
        const artifactHash = store(source);
        return {
          actionId: `action-${index}`,
          actionName: `action-${index}`,
          versionId: artifactHash,
          versionNumber: 1,
          artifactHash,
          secrets: {},
        };
      }),
    }),
    [Symbol.asyncDispose]: () => runner.close(),
  };
}

/** Looks until it is true: neither standbys nor memory of another process announce themselves. */
export async function waitUntil(test: () => boolean, limitMs = 20_000): Promise<void> {
  const until = performance.now() + limitMs;
  while (!test()) {
    if (performance.now() > until) throw new Error('what a benchmark waits for did not come');
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

const POLL_MS = 20;
