import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import type { Artifact, BuildDiagnostic, BuildOutcome } from '@tessera/model';
import {
  type ActionBuilderOptions,
  type ClosableActionBuilder,
  createActionBuilder,
  readNpmConfig,
} from '../src/builder/index.ts';

export interface OpenBuilder extends ClosableActionBuilder, AsyncDisposable {
  readonly cacheDir: string;
  /** Builds `code` under the name `my-action` with dependencies `{name: version}`. */
  make(code: string, dependencies?: Readonly<Record<string, string>>): Promise<BuildOutcome>;
}

/** A builder in a folder of its own; disposing closes it and removes the folder. */
export async function openBuilder(
  options: Partial<ActionBuilderOptions> = {},
): Promise<OpenBuilder> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'tessera-builder-'));
  const builder = createActionBuilder({ cacheDir, ...options });
  return {
    ...builder,
    cacheDir,
    make: (code, dependencies = {}) =>
      builder.build({
        actionName: 'my-action',
        code,
        dependencies: Object.entries(dependencies).map(([name, version]) => ({ name, version })),
      }),
    async [Symbol.asyncDispose]() {
      await builder.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}

/** A builder that fetches from the registry which this machine's npm uses. */
export function openOnlineBuilder(): Promise<OpenBuilder> {
  return openBuilder({ npmConfig: readNpmConfig(process.env, homedir()) });
}

export function artifactOf(outcome: BuildOutcome): Artifact {
  if (outcome.kind === 'built') return outcome.artifact;
  throw new Error(`The build failed: ${JSON.stringify(outcome.diagnostics)}`);
}

export function diagnosticsOf(outcome: BuildOutcome): readonly BuildDiagnostic[] {
  if (outcome.kind === 'failed') return outcome.diagnostics;
  throw new Error('The build did not fail');
}

type Handler = (...args: readonly unknown[]) => unknown;
type Require = (name: string) => unknown;

/** Where the bundle's frames are found in a stack trace. */
export const BUNDLE_PATH = '/bundle/action.js';

/** Loads a bundle as Node.js loads a CommonJS file. The built-ins are real; nothing else resolves. */
export function loadBundle(
  artifact: Artifact,
  intercept?: Require,
): Readonly<Record<string, Handler>> {
  const nodeRequire = createRequire('/nowhere/action.js');
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${artifact.bundle}\n})`;
  const load = new Script(wrapped, { filename: BUNDLE_PATH }).runInThisContext() as (
    ...args: readonly unknown[]
  ) => void;
  const module: { exports: Readonly<Record<string, Handler>> } = { exports: {} };
  load(
    module.exports,
    intercept ?? ((name: string) => nodeRequire(name) as unknown),
    module,
    BUNDLE_PATH,
    '/bundle',
  );
  return module.exports;
}

/** Runs an export of the bundle that takes no arguments. */
export async function callExport(
  artifact: Artifact,
  name: string,
  intercept?: Require,
): Promise<unknown> {
  const handler = loadBundle(artifact, intercept)[name];
  if (handler === undefined) throw new Error(`The bundle has no export "${name}"`);
  return await handler();
}
