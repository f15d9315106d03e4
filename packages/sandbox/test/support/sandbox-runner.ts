import { createHash } from 'node:crypto';
import type {
  Artifact,
  EgressRules,
  JsonValue,
  Logger,
  RunReport,
  RunRequest,
} from '@tessera/model';
import {
  type ActionRunnerOptions,
  createActionRunner,
  type SandboxRunner,
} from '../../src/index.ts';

export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export interface ActionSpec {
  readonly code: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly sourceMap?: string;
  /** Default: from the code, so that changed code is another version. */
  readonly versionId?: string;
  readonly egress?: EgressRules;
}

export type RunOptions = Partial<Omit<RunRequest, 'actions'>>;

/** A runner with artifacts made of the code that the tests give it. */
export interface Sandbox {
  readonly runner: SandboxRunner;
  run(actions: readonly (string | ActionSpec)[], options?: RunOptions): Promise<RunReport>;
  /** Runs one handler's body, in which `report(value)` hands out a value, and returns that. */
  evaluate(body: string, options?: RunOptions): Promise<JsonValue>;
  close(): Promise<void>;
}

export async function openSandbox(options: Partial<ActionRunnerOptions> = {}): Promise<Sandbox> {
  const artifacts = new Map<string, Artifact>();
  const runner = await createActionRunner({
    artifacts: { load: async (_tenantId, hash) => artifacts.get(hash) },
    logger: SILENT,
    ...options,
  });
  // A cold machine may take longer to start the first standby than a test's deadline allows.
  await runner.ping();
  const store = ({ code, sourceMap = '' }: ActionSpec): string => {
    const hash = createHash('sha256').update(code).digest('hex');
    artifacts.set(hash, { hash, bundle: code, sourceMap, lockfile: '{}', dependencies: [] });
    return hash;
  };
  const run = (actions: readonly (string | ActionSpec)[], given: RunOptions = {}) =>
    runner.run({
      tenantId: 'tenant-1',
      triggerId: 'post-login',
      firstHandler: 'execute',
      event: { user: { user_id: 'auth0|1' }, transaction: { metadata: {} } },
      timeoutMs: 10_000,
      ...given,
      actions: actions.map((entry, index) => {
        const spec = typeof entry === 'string' ? { code: entry } : entry;
        const artifactHash = store(spec);
        return {
          actionId: `action-${index}`,
          actionName: `Action ${index}`,
          versionId: spec.versionId ?? artifactHash,
          versionNumber: 1,
          artifactHash,
          secrets: spec.secrets ?? {},
          ...(spec.egress === undefined ? {} : { egress: spec.egress }),
        };
      }),
    });

  return {
    runner,
    run,
    async evaluate(body, given) {
      const { results } = await run([reporting(body)], given);
      const [result] = results;
      if (result?.kind !== 'completed')
        throw new Error(`The action ended as ${JSON.stringify(result)}`);
      const [value] = result.commands[0]?.args.slice(1) ?? [];
      return value === undefined ? null : value;
    },
    close: () => runner.close(),
  };
}

/** A post-login action with this body. */
export function action(body: string): string {
  return `exports.onExecutePostLogin = async (event, api) => { ${body} };`;
}

function reporting(body: string): string {
  return action(`const report = (value) => api.idToken.setCustomClaim('https://example.com/report', value);
    ${body}`);
}
