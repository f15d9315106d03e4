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

/** The one file of the author, for esbuild's plugins. */
export const ACTION_NAMESPACE = 'action';

interface ImportRules {
  /** Folder that holds `node_modules`. */
  readonly root: string;
  readonly declared: readonly string[];
  readonly javascript: string;
  /** Bytes of all package files that may be read. */
  readonly maxSourceBytes: number;
}

/** An import that the rules refuse. The text is found again in esbuild's error. */
export const REFUSALS = {
  undeclared: 'undeclared_dependency',
  unresolved: 'unresolved_import',
  native: 'native_addon',
  tooLarge: 'bundle_too_large',
} as const;

/** Says that our own call of the resolver asks, so that it is left to esbuild. */
const ASKED_BY_US = Symbol('asked by the confinement');

/**
 * Decides what a bundle may contain: the author's file, and files of the installed packages. Nothing
 * that a path, a link or a source map comment points to outside of them is ever read.
 */
export function confineImports(rules: ImportRules): Plugin {
  return {
    name: 'confine-imports',
    setup(build) {
      const reader: Reader = { root: rules.root, bytesLeft: rules.maxSourceBytes };
      build.onResolve({ filter: /.*/ }, (args) => resolveImport(build, rules, args));
      build.onLoad({ filter: /.*/, namespace: ACTION_NAMESPACE }, () => ({
        contents: rules.javascript,
        loader: 'js',
        resolveDir: rules.root,
      }));
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => loadFile(reader, path));
    },
  };
}

async function resolveImport(
  build: PluginBuild,
  rules: ImportRules,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  if (args.pluginData === ASKED_BY_US) return undefined;
  if (args.kind === 'entry-point') return { path: args.path, namespace: ACTION_NAMESPACE };
  // What Node.js and the runtime answer for themselves; a runtime that refuses a name says so there.
  if (isBuiltin(args.path) || args.path.startsWith('node:') || args.path.startsWith('actions:')) {
    return { path: args.path, external: true };
  }
  return args.namespace === ACTION_NAMESPACE
    ? resolveForAuthor(build, rules, args)
    : resolveForPackage(build, rules, args);
}

async function resolveForAuthor(
  build: PluginBuild,
  rules: ImportRules,
  args: OnResolveArgs,
): Promise<OnResolveResult> {
  const packageName = /^(?:@[^/]+\/)?[^/]+/.exec(args.path)?.[0] ?? '';
  if (/^[./#]|^[a-z][\w+.-]*:/i.test(args.path) || packageName === '') {
    const text = `"${args.path}" cannot be loaded: an action is one file, and requires packages by name`;
    return refuse(REFUSALS.unresolved, text);
  }
  if (!rules.declared.includes(packageName)) {
    const text = `"${packageName}" is required but not declared: add it to the action's dependencies`;
    return refuse(REFUSALS.undeclared, text);
  }
  const found = await resolveFile(build, rules, args);
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
  rules: ImportRules,
  args: OnResolveArgs,
): Promise<OnResolveResult> {
  return (await resolveFile(build, rules, args)) ?? { path: args.path, external: true };
}

async function resolveFile(
  build: PluginBuild,
  rules: ImportRules,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  const result = await build.resolve(args.path, {
    kind: args.kind,
    importer: args.importer,
    namespace: args.namespace === ACTION_NAMESPACE ? 'file' : args.namespace,
    resolveDir: args.namespace === ACTION_NAMESPACE ? rules.root : args.resolveDir,
    pluginData: ASKED_BY_US,
  });
  if (result.errors.length > 0 || result.external) return undefined;
  if (result.namespace !== 'file') return { path: result.path, namespace: result.namespace };
  if (!(await isInside(rules.root, result.path))) return undefined;
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
  readonly root: string;
  bytesLeft: number;
}

async function loadFile(reader: Reader, path: string): Promise<OnLoadResult> {
  if (!(await isInside(reader.root, path))) {
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
