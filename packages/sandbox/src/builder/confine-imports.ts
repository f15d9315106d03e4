import { readFile, realpath, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { extname, join, sep } from 'node:path';
import type {
  Loader,
  OnLoadResult,
  OnResolveArgs,
  OnResolveResult,
  Plugin,
  PluginBuild,
} from 'esbuild';
import { NO_SOURCE_MAP } from './author-source-map.ts';
import {
  ALL_CONTEXTS,
  contextOf,
  describeUnit,
  MODULE_PREFIX,
  OWN_CONTEXT,
  type SourceUnit,
} from './source-unit.ts';

/** The files of the authors, for esbuild's plugins: their paths are places in the list of units. */
export const ACTION_NAMESPACE = 'action';
/** Generated files that fetch what the runtime hands over to a module. */
const CONTEXT_NAMESPACE = 'context';

interface ImportRules {
  /** The file that is built, and then the modules that it may require. */
  readonly units: readonly SourceUnit[];
  /** Bytes of all package files that may be read. */
  readonly maxSourceBytes: number;
}

/** An import that the rules refuse. The text is found again in esbuild's error. */
export const REFUSALS = {
  undeclared: 'undeclared_dependency',
  unresolved: 'unresolved_import',
  native: 'native_addon',
  tooLarge: 'bundle_too_large',
  undeclaredModule: 'undeclared_module',
} as const;

/** Says that our own call of the resolver asks, so that it is left to esbuild. */
const ASKED_BY_US = Symbol('asked by the confinement');

/**
 * Decides what a bundle may contain: the authors' files, and for each files of the packages installed
 * for it. Nothing that a path, a link or a source map comment points to outside of them is ever read.
 */
export function confineImports({ units, maxSourceBytes }: ImportRules): Plugin {
  return {
    name: 'confine-imports',
    setup(build) {
      const reader: Reader = { roots: units.map(({ root }) => root), bytesLeft: maxSourceBytes };
      build.onResolve({ filter: /.*/ }, (args) => resolveImport(build, units, args));
      build.onLoad({ filter: /.*/, namespace: ACTION_NAMESPACE }, ({ path }) => {
        const { javascript, root } = unitAt(units, path);
        return { contents: javascript, loader: 'js', resolveDir: root };
      });
      build.onLoad({ filter: /.*/, namespace: CONTEXT_NAMESPACE }, ({ path }) => ({
        contents: writeContext(units, path),
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => loadFile(reader, path));
    },
  };
}

function unitAt(units: readonly SourceUnit[], path: string): SourceUnit {
  const unit = units[Number(path)];
  if (unit === undefined) throw new Error(`There is no file ${path} of an author`);
  return unit;
}

const ALL = 'all';

function writeContext(units: readonly SourceUnit[], path: string): string {
  if (path !== ALL) return `module.exports = require(${JSON.stringify(contextOf(path))});`;
  const places = units.flatMap(({ kind }, place) => (kind === 'module' ? [place] : []));
  return places.map((place) => `require("${place}");`).join(' ');
}

async function resolveImport(
  build: PluginBuild,
  units: readonly SourceUnit[],
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  if (args.pluginData === ASKED_BY_US) return undefined;
  if (args.kind === 'entry-point') return { path: '0', namespace: ACTION_NAMESPACE };
  if (args.namespace === CONTEXT_NAMESPACE) {
    return args.importer === ALL
      ? { path: args.path, namespace: CONTEXT_NAMESPACE }
      : { path: args.path, external: true };
  }
  if (args.namespace !== ACTION_NAMESPACE) return resolveForPackage(build, units, args);
  const unit = unitAt(units, args.importer);
  const own = resolveModule(units, unit, args);
  return own ?? resolveForAuthor(build, unit, args);
}

/** What Node.js and the runtime answer for themselves; a runtime that refuses a name says so there. */
const isBuiltIn = (path: string): boolean => isBuiltin(path) || path.startsWith('node:');

/** Modules, and what they get from the runtime. Undefined for everything else. */
function resolveModule(
  units: readonly SourceUnit[],
  unit: SourceUnit,
  { path }: OnResolveArgs,
): OnResolveResult | undefined {
  if (path === OWN_CONTEXT && unit.kind === 'module')
    return { path: String(units.indexOf(unit)), namespace: CONTEXT_NAMESPACE };
  if (path === ALL_CONTEXTS && unit.kind === 'action')
    return { path: ALL, namespace: CONTEXT_NAMESPACE };
  if (!path.startsWith(MODULE_PREFIX)) return undefined;
  const name = path.slice(MODULE_PREFIX.length);
  if (unit.kind === 'module') {
    const text = `"${path}" is required by ${describeUnit(unit)}, but a module cannot use modules: let the action pass in what it needs, or put the code into one module`;
    return refuse(REFUSALS.undeclaredModule, text);
  }
  const place = units.findIndex((one) => one.kind === 'module' && one.name === name);
  if (place >= 0) return { path: String(place), namespace: ACTION_NAMESPACE };
  const text = `"${path}" is required but not declared: add a published version of the module "${name}" to the action's modules`;
  return refuse(REFUSALS.undeclaredModule, text);
}

async function resolveForAuthor(
  build: PluginBuild,
  unit: SourceUnit,
  args: OnResolveArgs,
): Promise<OnResolveResult> {
  if (isBuiltIn(args.path)) return { path: args.path, external: true };
  const packageName = /^(?:@[^/]+\/)?[^/]+/.exec(args.path)?.[0] ?? '';
  if (/^[./#]|^[a-z][\w+.-]*:/i.test(args.path) || packageName === '') {
    const whole = unit.kind === 'module' ? 'a module' : 'an action';
    const text = `"${args.path}" cannot be loaded: ${whole} is one file, and requires packages by name`;
    return refuse(REFUSALS.unresolved, text);
  }
  if (!unit.declared.includes(packageName)) {
    const text = `"${packageName}" is required but not declared: add it to the ${unit.kind}'s dependencies`;
    return refuse(REFUSALS.undeclared, text);
  }
  const found = await resolveFile(build, unit.root, { ...args, resolveDir: unit.root });
  if (found === undefined) {
    return refuse(REFUSALS.unresolved, `"${args.path}" was not found in the installed packages`);
  }
  return found;
}

/**
 * What a package requires and does not have stays a `require`: as in Node.js it fails when it is
 * reached, which packages with optional parts count on.
 */
async function resolveForPackage(
  build: PluginBuild,
  units: readonly SourceUnit[],
  args: OnResolveArgs,
): Promise<OnResolveResult> {
  const external = { path: args.path, external: true };
  if (isBuiltIn(args.path) || args.path.startsWith(MODULE_PREFIX)) return external;
  for (const { root } of units) {
    if (await isInside(root, args.importer))
      return (await resolveFile(build, root, args)) ?? external;
  }
  return external;
}

async function resolveFile(
  build: PluginBuild,
  root: string,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  const result = await build.resolve(args.path, {
    kind: args.kind,
    importer: args.importer,
    namespace: args.namespace === ACTION_NAMESPACE ? 'file' : args.namespace,
    resolveDir: args.resolveDir,
    pluginData: ASKED_BY_US,
  });
  if (result.errors.length > 0 || result.external) return undefined;
  if (result.namespace !== 'file') return { path: result.path, namespace: result.namespace };
  if (!(await isInside(root, result.path))) return undefined;
  if (extname(result.path) === '.node') {
    return refuse(
      REFUSALS.native,
      `"${args.path}" is a native addon; actions run JavaScript packages only`,
    );
  }
  return { path: result.path, sideEffects: result.sideEffects };
}

function refuse(detail: string, text: string): OnResolveResult {
  return { errors: [{ text, detail }] };
}

async function isInside(root: string, path: string): Promise<boolean> {
  const folder = join(await realpath(root), 'node_modules') + sep;
  // A query or hash that esbuild keeps on the path belongs to no file.
  return (await realpath(path).catch(() => '')).startsWith(folder);
}

const LOADERS: Readonly<Record<string, Loader>> = {
  '.js': 'js',
  '.cjs': 'js',
  '.mjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.cts': 'ts',
  '.mts': 'ts',
  '': 'js',
  '.json': 'json',
};

/** What is left of the limit while a bundle is made. */
interface Reader {
  readonly roots: readonly string[];
  bytesLeft: number;
}

async function loadFile(reader: Reader, path: string): Promise<OnLoadResult> {
  const inside = await Promise.all(reader.roots.map((root) => isInside(root, path)));
  if (!inside.includes(true)) {
    return { errors: [{ text: 'A file outside of the installed packages was asked for' }] };
  }
  reader.bytesLeft -= (await stat(path)).size;
  if (reader.bytesLeft < 0) {
    const text = 'The packages are too large to be bundled; require fewer or smaller ones';
    return { errors: [{ text, detail: REFUSALS.tooLarge }] };
  }
  const loader = LOADERS[extname(path)];
  if (loader === undefined) {
    return { errors: [{ text: `A file of the kind "${extname(path)}" is no code` }] };
  }
  const contents = await readFile(path, 'utf8');
  // A source map comment of the package would make the bundler read the file it names.
  return { contents: loader === 'json' ? contents : contents + NO_SOURCE_MAP, loader };
}
