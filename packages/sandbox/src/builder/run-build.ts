import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActionDependency, BuildDiagnostic } from '@tessera/model';
import { version as esbuildVersion } from 'esbuild';
import { createBrokenBundle } from './broken-bundle.ts';
import { BuildFailure, buildFailure, RegistryUnavailableError } from './build-failure.ts';
import { type BuildOrder, RESULT_FILES } from './build-messages.ts';
import type { BuildReport } from './build-report.ts';
import { type Bundle, bundleAction } from './bundle-action.ts';
import { listFreeDependencies } from './free-dependencies.ts';
import type { PreparedDependencies } from './prepare-dependencies.ts';
import type { LockedTree } from './resolve-dependencies.ts';
import { transformSource } from './transform-source.ts';

const EMPTY_TREE: LockedTree = { packages: [], lockfile: '{}', pinned: {} };

/** Raised with every change that lets equal inputs give another bundle. */
const BUILDER_VERSION = 1;

/** One build from order to report; the result's texts are files in the work folder. */
export async function runBuild(order: BuildOrder): Promise<BuildReport> {
  try {
    return await build(order);
  } catch (error) {
    if (error instanceof BuildFailure)
      return { kind: 'failed', diagnostics: [...error.diagnostics] };
    if (error instanceof RegistryUnavailableError)
      return { kind: 'registry-unavailable', code: error.code };
    throw error;
  }
}

async function build(order: BuildOrder): Promise<BuildReport> {
  const { root, tree, diagnostics } = await prepare(order);
  const { bundle, problems } = await makeBundle(order, root);
  checkSize(bundle, tree.lockfile, order.limits.artifactBytes);
  const { work } = order.folders;
  await writeFile(join(work, RESULT_FILES.bundle), bundle.bundle);
  await writeFile(join(work, RESULT_FILES.sourceMap), bundle.sourceMap);
  await writeFile(join(work, RESULT_FILES.lockfile), tree.lockfile);
  const dependencies = order.dependencies.map(({ name, registryUrl }) => ({
    name,
    version: tree.pinned[name] ?? '',
    ...(registryUrl === undefined ? {} : { registryUrl }),
  }));
  return {
    kind: 'built',
    hash: hashArtifact(order, dependencies, tree.lockfile),
    dependencies,
    diagnostics: [...problems, ...diagnostics],
  };
}

async function prepare(order: BuildOrder): Promise<PreparedDependencies> {
  if (order.dependencies.length === 0)
    return { root: order.folders.work, tree: EMPTY_TREE, diagnostics: [] };
  // Loading npm's libraries takes longer than building an action that does not need them.
  const { prepareDependencies } = await import('./prepare-dependencies.ts');
  return prepareDependencies(order);
}

async function makeBundle(
  { code, sourceName, dependencies, limits }: BuildOrder,
  root: string,
): Promise<{ readonly bundle: Bundle; readonly problems: readonly BuildDiagnostic[] }> {
  const declared = dependencies.map(({ name }) => name);
  const source = await transformSource(code, sourceName, listFreeDependencies(declared));
  const result =
    source.kind === 'parsed'
      ? await bundleAction({
          javascript: source.javascript,
          code,
          sourceName,
          root,
          declared,
          maxSourceBytes: limits.sourceBytes,
        })
      : source;
  if (result.kind === 'bundled') return { bundle: result.bundle, problems: [] };
  const [first] = result.diagnostics;
  if (first === undefined) throw new Error('A syntax error without a diagnostic');
  return { bundle: createBrokenBundle(first, { code, sourceName }), problems: result.diagnostics };
}

function checkSize({ bundle, sourceMap }: Bundle, lockfile: string, limit: number): void {
  const bytes = [bundle, sourceMap, lockfile].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );
  if (bytes <= limit) return;
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  const message = `The bundle has ${megabytes} MB (limit ${Math.floor(limit / 1024 / 1024)} MB); require fewer or smaller packages`;
  throw buildFailure('bundle_too_large', message);
}

/** Everything that decides the bundle: equal hashes mean equal artifacts. */
function hashArtifact(
  order: BuildOrder,
  dependencies: readonly ActionDependency[],
  lockfile: string,
): string {
  const inputs = [
    BUILDER_VERSION,
    esbuildVersion,
    order.sourceName,
    order.code,
    dependencies,
    lockfile,
  ];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}
