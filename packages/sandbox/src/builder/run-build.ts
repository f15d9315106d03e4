import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActionDependency, BuildDiagnostic } from '@tessera/model';
import { version as esbuildVersion } from 'esbuild';
import { createBrokenBundle, createBrokenSource } from './broken-bundle.ts';
import { BuildFailure, buildFailure, RegistryUnavailableError } from './build-failure.ts';
import { type BuildOrder, type ModuleOrder, RESULT_FILES } from './build-messages.ts';
import type { BuildReport } from './build-report.ts';
import { type Bundle, bundleAction } from './bundle-action.ts';
import type { PreparedDependencies } from './prepare-dependencies.ts';
import type { LockedTree } from './resolve-dependencies.ts';
import { ALL_CONTEXTS, listFreeNames, type SourceUnit, tellOfModule } from './source-unit.ts';
import { transformSource } from './transform-source.ts';

const EMPTY_TREE: LockedTree = { packages: [], lockfile: '{}', pinned: {} };

/** Raised with every change that lets equal inputs give another bundle. */
const BUILDER_VERSION = 2;

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
  const { tree, diagnostics, ...files } = await prepare(order);
  const { bundle, problems } = await makeBundle(order, files);
  const lockfile = joinLockfiles(tree.lockfile, files.modules);
  checkSize(bundle, lockfile, order.limits.artifactBytes);
  const { work } = order.folders;
  await writeFile(join(work, RESULT_FILES.bundle), bundle.bundle);
  await writeFile(join(work, RESULT_FILES.sourceMap), bundle.sourceMap);
  await writeFile(join(work, RESULT_FILES.lockfile), lockfile);
  const dependencies = order.dependencies.map(({ name, registryUrl }) => ({
    name,
    version: tree.pinned[name] ?? '',
    ...(registryUrl === undefined ? {} : { registryUrl }),
  }));
  return {
    kind: 'built',
    hash: hashArtifact(order, dependencies, lockfile),
    dependencies,
    diagnostics: [...problems, ...diagnostics],
  };
}

/** Packages of the file that is built, and of each of its modules. */
interface Prepared extends PreparedDependencies {
  readonly modules: readonly PreparedModule[];
}

interface PreparedModule extends PreparedDependencies {
  readonly module: ModuleOrder;
}

async function prepare(order: BuildOrder): Promise<Prepared> {
  const own = await prepareFile(order);
  const modules: PreparedModule[] = [];
  for (const [place, module] of order.modules.entries()) {
    const work = join(order.folders.work, `module-${place}`);
    await mkdir(work);
    const { dependencies } = module;
    const prepared = await prepareFile({
      ...order,
      dependencies,
      folders: { ...order.folders, work },
    }).catch((error: unknown) => {
      throw nameModule(error, module);
    });
    modules.push({ ...prepared, module });
  }
  const diagnostics = [own, ...modules].flatMap((one) => one.diagnostics);
  return { ...own, diagnostics, modules };
}

async function prepareFile(order: BuildOrder): Promise<PreparedDependencies> {
  if (order.dependencies.length === 0)
    return { root: order.folders.work, tree: EMPTY_TREE, diagnostics: [] };
  // Loading npm's libraries takes longer than building an action that does not need them.
  const { prepareDependencies } = await import('./prepare-dependencies.ts');
  return prepareDependencies(order);
}

/** Says in whose dependencies the problem is. */
function nameModule(error: unknown, module: ModuleOrder): unknown {
  if (!(error instanceof BuildFailure)) return error;
  const unit = { kind: 'module', name: module.name } as const;
  const diagnostics = error.diagnostics.map((one) => tellOfModule(unit, one));
  return new BuildFailure(diagnostics, { cause: error });
}

async function makeBundle(
  order: BuildOrder,
  prepared: Pick<Prepared, 'root' | 'modules'>,
): Promise<{ readonly bundle: Bundle; readonly problems: readonly BuildDiagnostic[] }> {
  const { code, sourceName } = order;
  const declared = order.dependencies.map(({ name }) => name);
  const source = await transformSource(code, sourceName, {
    candidates: listFreeNames({ kind: order.role, declared }),
    ...(prepared.modules.length === 0 ? {} : { prologue: `require("${ALL_CONTEXTS}");` }),
  });
  if (source.kind === 'syntax-error') return breakBundle(order, source.diagnostics);
  const modules = await Promise.all(prepared.modules.map(readModule));
  const { javascript } = source;
  const own = { kind: order.role, name: '', sourceName, code, javascript, declared };
  const result = await bundleAction({
    units: [{ ...own, root: prepared.root }, ...modules.map(({ unit }) => unit)],
    maxSourceBytes: order.limits.sourceBytes,
  });
  if (result.kind === 'syntax-error') return breakBundle(order, result.diagnostics);
  return { bundle: result.bundle, problems: modules.flatMap(({ problems }) => problems) };
}

/** Code that cannot be parsed is built all the same; it fails when it is loaded. */
function breakBundle(
  { code, sourceName }: BuildOrder,
  problems: readonly BuildDiagnostic[],
): { readonly bundle: Bundle; readonly problems: readonly BuildDiagnostic[] } {
  const [first] = problems;
  if (first === undefined) throw new Error('A syntax error without a diagnostic');
  return { bundle: createBrokenBundle(first, { code, sourceName }), problems };
}

async function readModule({ module, root }: PreparedModule): Promise<{
  readonly unit: SourceUnit;
  readonly problems: readonly BuildDiagnostic[];
}> {
  const { name, sourceName, code } = module;
  const declared = module.dependencies.map((dependency) => dependency.name);
  const kind = 'module';
  const candidates = listFreeNames({ kind, declared });
  const source = await transformSource(code, sourceName, { candidates });
  const unit = { kind, name, sourceName, code, root, declared } as const;
  if (source.kind === 'parsed') {
    return { unit: { ...unit, javascript: source.javascript }, problems: [] };
  }
  const [first] = source.diagnostics;
  if (first === undefined) throw new Error('A syntax error without a diagnostic');
  return {
    unit: { ...unit, javascript: createBrokenSource(first, module) },
    problems: source.diagnostics.map((one) => tellOfModule(unit, one)),
  };
}

function joinLockfiles(own: string, modules: readonly PreparedModule[]): string {
  const withPackages = modules.filter(({ module }) => module.dependencies.length > 0);
  if (withPackages.length === 0) return own;
  const ofModules = withPackages.map(({ module, tree }) => [
    module.name,
    JSON.parse(tree.lockfile) as unknown,
  ]);
  return JSON.stringify({
    ...(JSON.parse(own) as object),
    modules: Object.fromEntries(ofModules) as unknown,
  });
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
    // Their pinned dependencies are in the lockfile.
    order.role,
    order.modules.map(({ name, code }) => [name, code]),
  ];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}
