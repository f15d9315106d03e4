import type { JsonValue, RunReport, SandboxLevel } from '@tessera/model';
import { afterAll, beforeAll, describe } from 'vitest';
import type { ActionRunnerOptions } from '../../../src/index.ts';
import { artifactOf, type OpenBuilder, openOnlineBuilder } from '../../builder-fixture.ts';
import { LEVELS, openSandbox, type Sandbox } from '../../support/sandbox.ts';
import type { RunOptions } from '../../support/sandbox-runner.ts';

/** Packages that are built into one action, and what is called of them. */
export interface PackageGroup {
  /** Exact versions: a test must not change with the registry. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Module code: requires, clients that outlive a run. */
  readonly head?: string;
  /**
   * Bodies of async functions by name, one run each. They see `input`, and what they return is the
   * probe's value.
   */
  readonly probes: Readonly<Record<string, string>>;
}

/** The groups of one file, built and in a sandbox. */
export interface Probes {
  /** Runs a probe and returns its value; one that fails throws with the author's view of the error. */
  call(probe: string, input?: JsonValue, options?: RunOptions): Promise<JsonValue>;
  /** Runs a probe and returns everything that the host knows of the run. */
  run(probe: string, input?: JsonValue, options?: RunOptions): Promise<RunReport>;
}

/** Describes packages at each level of the sandbox; skipped with a notice where no registry answers. */
export async function describePackages(
  name: string,
  given: {
    readonly groups: readonly PackageGroup[];
    readonly options: Partial<ActionRunnerOptions>;
  },
  body: (probes: Probes) => void,
): Promise<void> {
  const builder = await openOnlineBuilder();
  afterAll(() => builder[Symbol.asyncDispose]());
  if (!(await canReachRegistry(builder))) {
    describe.skip(`${name}: the package registry cannot be reached`, () => body(missing()));
    return;
  }
  const codes = new Map<string, string>();
  beforeAll(async () => {
    for (const group of given.groups) {
      const code = await buildGroup(builder, group);
      for (const probe of Object.keys(group.probes)) codes.set(probe, code);
    }
  });
  describe.each(chooseLevels())(`${name} (%s)`, (level) => {
    let sandbox: Sandbox | undefined;
    beforeAll(async () => {
      sandbox = await openSandbox({ level, ...given.options });
    });
    afterAll(() => sandbox?.close());
    body(createProbes(() => sandbox, codes));
  });
}

/** The strongest that this machine has, and the weakest. */
export function chooseLevels(): readonly SandboxLevel[] {
  const strongest = LEVELS.find(([, missingPart]) => missingPart === undefined)?.[0];
  return strongest === undefined || strongest === 'process' ? ['process'] : [strongest, 'process'];
}

/** Whether packages can be fetched here at all. */
export async function canReachRegistry(builder: OpenBuilder): Promise<boolean> {
  try {
    artifactOf(await builder.make('', { ms: '2.1.3' }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'RegistryUnavailableError') return false;
    throw error;
  }
}

async function buildGroup(builder: OpenBuilder, group: PackageGroup): Promise<string> {
  const probes = Object.entries(group.probes).map(
    ([probe, body]) => `${JSON.stringify(probe)}: async (input) => { ${body} }`,
  );
  const code = `${group.head ?? ''}
    const probes = { ${probes.join(',\n')} };
    exports.onExecutePostLogin = async (event, api) => {
      const value = await probes[event.probe](event.input);
      api.idToken.setCustomClaim('https://example.com/report', value);
    };`;
  return artifactOf(await builder.make(code, group.dependencies)).bundle;
}

function createProbes(open: () => Sandbox | undefined, codes: ReadonlyMap<string, string>): Probes {
  const run = (probe: string, input: JsonValue = null, options: RunOptions = {}) => {
    const code = codes.get(probe);
    if (code === undefined) throw new Error(`No group has the probe "${probe}"`);
    const sandbox = open();
    if (sandbox === undefined) throw new Error('The sandbox is not open.');
    return sandbox.run([code], {
      event: { user: { user_id: 'u' }, transaction: { metadata: {} }, probe, input },
      timeoutMs: 20_000,
      ...options,
    });
  };
  return {
    run,
    async call(probe, input, options) {
      const report = await run(probe, input, options);
      return readValue(report);
    },
  };
}

/** What a probe returned. */
export function readValue({ results }: RunReport): JsonValue {
  const [result] = results;
  if (result?.kind !== 'completed') throw new Error(`The probe ended as ${JSON.stringify(result)}`);
  return result.commands[0]?.args[1] ?? null;
}

function missing(): Probes {
  const fail = () => Promise.reject(new Error('Nothing was built.'));
  return { call: fail, run: fail };
}
