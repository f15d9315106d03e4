import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { BuildDiagnostic } from '@tessera/model';
import { type BuildResult, build, type Message, type Plugin } from 'esbuild';
import { keepAuthorsPart } from './author-source-map.ts';
import {
  BuildFailure,
  createDiagnostic,
  type DiagnosticId,
  type SourcePosition,
} from './build-failure.ts';
import { MAX_DIAGNOSTICS } from './build-limits.ts';
import { ACTION_NAMESPACE, confineImports, REFUSALS } from './confine-imports.ts';
import { TARGET, toColumn } from './transform-source.ts';

interface BundleInput {
  /** Result of `transformSource`. */
  readonly javascript: string;
  readonly code: string;
  readonly sourceName: string;
  /** Folder that holds `node_modules`. */
  readonly root: string;
  readonly declared: readonly string[];
  readonly maxSourceBytes: number;
}

export interface Bundle {
  readonly bundle: string;
  /** JSON. */
  readonly sourceMap: string;
}

type BundleResult =
  | { readonly kind: 'bundled'; readonly bundle: Bundle }
  /** The bundle's format cannot express the author's code, which is as good as a syntax error. */
  | { readonly kind: 'syntax-error'; readonly diagnostics: readonly BuildDiagnostic[] };

/** Puts the author's file and the packages it reaches into one CommonJS file. */
export async function bundleAction(input: BundleInput): Promise<BundleResult> {
  const diagnosticsOf = createDiagnosticReader(input);
  const result = await runBuild(input).catch((error: unknown) => {
    if (!(error instanceof Error) || !('errors' in error)) throw error;
    return diagnosticsOf(error.errors as readonly Message[], error);
  });
  if ('diagnostics' in result) {
    if (result.diagnostics.every(({ id }) => id === 'syntax_error')) {
      return { kind: 'syntax-error', diagnostics: result.diagnostics };
    }
    throw new BuildFailure(result.diagnostics, { cause: result.cause });
  }
  const bundle = result.outputFiles?.find(({ path }) => path.endsWith('.js'))?.text;
  const sourceMap = result.outputFiles?.find(({ path }) => path.endsWith('.map'))?.text;
  if (bundle === undefined || sourceMap === undefined)
    throw new Error('The bundler wrote no output');
  return { kind: 'bundled', bundle: { bundle, sourceMap: keepAuthorsPart(sourceMap, input) } };
}

function runBuild(input: BundleInput): Promise<BuildResult> {
  const plugin: Plugin = confineImports(input);
  return build({
    entryPoints: ['action.js'],
    absWorkingDir: input.root,
    outfile: '/bundle.js',
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    charset: 'utf8',
    sourcemap: 'external',
    sourcesContent: true,
    // A loader without dynamic import answers `import()` through `require` just as well.
    supported: { 'dynamic-import': false },
    // Only so that `createRequire(import.meta.url)` of a package works; no such file exists.
    define: { 'import.meta.url': '"file:///action/bundle.js"' },
    tsconfigRaw: '{}',
    plugins: [plugin],
    logLevel: 'silent',
    logLimit: MAX_DIAGNOSTICS,
  });
}

interface Refused {
  readonly diagnostics: readonly BuildDiagnostic[];
  readonly cause: unknown;
}

function createDiagnosticReader({
  javascript,
  sourceName,
}: BundleInput): (errors: readonly Message[], cause: unknown) => Refused {
  const inlineMap =
    /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/.exec(
      javascript,
    )?.[1];
  const trace = new TraceMap(Buffer.from(inlineMap ?? 'e30=', 'base64').toString('utf8'));
  return (errors, cause) => ({
    diagnostics: errors.slice(0, MAX_DIAGNOSTICS).map((error) => {
      const isAuthors = error.location?.file.startsWith(`${ACTION_NAMESPACE}:`) ?? false;
      const position = isAuthors ? findPosition(trace, error) : undefined;
      const file = isAuthors ? sourceName : packageFile(error.location?.file);
      return createDiagnostic(idOf(error, isAuthors), describe(error, file, isAuthors), position);
    }),
    cause,
  });
}

function idOf({ detail, text }: Message, isAuthors: boolean): DiagnosticId {
  const refusal = Object.values(REFUSALS).find((candidate) => candidate === detail);
  if (refusal !== undefined) return refusal;
  const isOwnTopLevelAwait = isAuthors && text.startsWith('Top-level await');
  return isOwnTopLevelAwait ? 'syntax_error' : 'unsupported_package';
}

function describe({ text, detail }: Message, file: string, isAuthors: boolean): string {
  return isAuthors || typeof detail === 'string' ? text : `${file} cannot be bundled: ${text}`;
}

/** From the folder of packages on, so that no path of the machine is told. */
function packageFile(file: string | undefined): string {
  const start = file?.indexOf('node_modules/') ?? -1;
  return file === undefined || start < 0 ? 'A package' : file.slice(start);
}

/** From a position in the transformed text to the author's. */
function findPosition(trace: TraceMap, { location }: Message): SourcePosition | undefined {
  if (!location) return undefined;
  const column = toColumn(location.lineText, location.column) - 1;
  const original = originalPositionFor(trace, { line: location.line, column });
  return original.line === null ? undefined : { line: original.line, column: original.column + 1 };
}
