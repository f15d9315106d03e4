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
import { type SourceUnit, tellOfModule } from './source-unit.ts';
import { TARGET, toColumn } from './transform-source.ts';

interface BundleInput {
  /** The file that is built, and then the modules that it may require. */
  readonly units: readonly SourceUnit[];
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
  const diagnosticsOf = createDiagnosticReader(input.units);
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
  return {
    kind: 'bundled',
    bundle: { bundle, sourceMap: keepAuthorsPart(sourceMap, input.units) },
  };
}

function runBuild(input: BundleInput): Promise<BuildResult> {
  const plugin: Plugin = confineImports(input);
  return build({
    entryPoints: ['action.js'],
    absWorkingDir: input.units[0]?.root ?? '/',
    outfile: '/bundle.js',
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    // One letter beyond Latin-1 would make V8 keep the whole text with two bytes for each character.
    charset: 'ascii',
    // A third less for V8 to read and keep; the source map still leads to the author's lines.
    minifyWhitespace: true,
    legalComments: 'none',
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

function createDiagnosticReader(
  units: readonly SourceUnit[],
): (errors: readonly Message[], cause: unknown) => Refused {
  return (errors, cause) => ({
    diagnostics: errors.slice(0, MAX_DIAGNOSTICS).map((error) => {
      const unit = findUnit(units, error);
      if (unit === undefined) {
        const file = packageFile(error.location?.file);
        return createDiagnostic(idOf(error, false), describe(error, file));
      }
      const told = explain(error.text);
      const problem = createDiagnostic(idOf(error, true), told, findPosition(unit, error));
      return unit === units[0] ? problem : tellOfModule(unit, problem);
    }),
    cause,
  });
}

/** The author's file that an error is about. */
function findUnit(units: readonly SourceUnit[], { location }: Message): SourceUnit | undefined {
  const [namespace, place] = location?.file.split(':') ?? [];
  return namespace === ACTION_NAMESPACE ? units[Number(place)] : undefined;
}

function idOf({ detail, text }: Message, isAuthors: boolean): DiagnosticId {
  const refusal = Object.values(REFUSALS).find((candidate) => candidate === detail);
  if (refusal !== undefined) return refusal;
  const isOwnTopLevelAwait = isAuthors && text.startsWith(TOP_LEVEL_AWAIT);
  return isOwnTopLevelAwait ? 'syntax_error' : 'unsupported_package';
}

/** How the bundler begins what it says about it. */
const TOP_LEVEL_AWAIT = 'Top-level await';

function explain(text: string): string {
  return text.startsWith(TOP_LEVEL_AWAIT)
    ? 'Top-level await is not available, because actions are loaded as CommonJS; await in the handler instead'
    : text;
}

function describe({ text, detail }: Message, file: string): string {
  return typeof detail === 'string' ? text : `${file} cannot be bundled: ${explain(text)}`;
}

/** From the folder of packages on, so that no path of the machine is told. */
function packageFile(file: string | undefined): string {
  const start = file?.indexOf('node_modules/') ?? -1;
  return file === undefined || start < 0 ? 'A package' : file.slice(start);
}

/** From a position in the transformed text to the author's. */
function findPosition(
  { javascript }: SourceUnit,
  { location }: Message,
): SourcePosition | undefined {
  if (!location) return undefined;
  const inlineMap =
    /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/.exec(
      javascript,
    )?.[1];
  const trace = new TraceMap(Buffer.from(inlineMap ?? 'e30=', 'base64').toString('utf8'));
  const column = toColumn(location.lineText, location.column) - 1;
  const original = originalPositionFor(trace, { line: location.line, column });
  return original.line === null ? undefined : { line: original.line, column: original.column + 1 };
}
