import type { BuildDiagnostic } from '@tessera/model';
import { type Message, type TransformFailure, type TransformResult, transform } from 'esbuild';
import { NO_SOURCE_MAP } from './author-source-map.ts';
import { createDiagnostic } from './build-failure.ts';
import { MAX_DIAGNOSTICS } from './build-limits.ts';
import {
  defineFreeDependencies,
  type FreeDependency,
  writeFreeDependencies,
} from './free-dependencies.ts';

type SourceResult =
  /** JavaScript with the author's module syntax, and an inline source map to the author's text. */
  | { readonly kind: 'parsed'; readonly javascript: string }
  | { readonly kind: 'syntax-error'; readonly diagnostics: readonly BuildDiagnostic[] };

/** What runs the code; no syntax is lowered below it. */
export const TARGET = 'node24';

/**
 * Reads the author's source as JavaScript, or where that fails as TypeScript, and strips types.
 * References to declared dependencies that the code forgot to require are bound here.
 *
 * @param names `candidates` may be bound; `prologue` is a line of code that runs before the author's.
 */
export async function transformSource(
  code: string,
  sourceName: string,
  names: Pick<Reading, 'candidates' | 'prologue'>,
): Promise<SourceResult> {
  const asJavaScript = await attempt(code, sourceName, { loader: 'js', ...names });
  if (asJavaScript.kind === 'parsed') return asJavaScript;
  const asTypeScript = await attempt(code, sourceName, { loader: 'ts', ...names });
  if (asTypeScript.kind === 'parsed') return asTypeScript;
  // The reading that got further understood more of what the author meant.
  const isFurther = offsetOf(asTypeScript.errors) > offsetOf(asJavaScript.errors);
  const errors = isFurther ? asTypeScript.errors : asJavaScript.errors;
  return {
    kind: 'syntax-error',
    diagnostics: errors.slice(0, MAX_DIAGNOSTICS).map((error) => toDiagnostic(error, code)),
  };
}

type Attempt =
  | { readonly kind: 'parsed'; readonly javascript: string }
  | { readonly kind: 'refused'; readonly errors: readonly Message[] };

interface Reading {
  readonly loader: 'js' | 'ts';
  readonly candidates: readonly FreeDependency[];
  readonly prologue?: string;
}

async function attempt(
  code: string,
  sourceName: string,
  { loader, candidates, prologue = '' }: Reading,
): Promise<Attempt> {
  const run = (banner: string): Promise<TransformResult> =>
    // A map that the author's text names must not replace the author's text.
    transform(code + NO_SOURCE_MAP, {
      loader,
      target: TARGET,
      sourcefile: sourceName,
      sourcemap: 'inline',
      sourcesContent: true,
      define: defineFreeDependencies(candidates),
      ...(banner === '' ? {} : { banner }),
      tsconfigRaw: '{}',
      logLevel: 'silent',
    });
  try {
    const first = await run(prologue);
    const free = writeFreeDependencies(candidates, first.code);
    const { code: javascript } = free === '' ? first : await run(`${prologue} ${free}`);
    return { kind: 'parsed', javascript };
  } catch (error) {
    if (!isTransformFailure(error)) throw error;
    return { kind: 'refused', errors: error.errors };
  }
}

function isTransformFailure(error: unknown): error is TransformFailure {
  return (
    error instanceof Error &&
    'errors' in error &&
    Array.isArray(error.errors) &&
    error.errors.length > 0
  );
}

function offsetOf(errors: readonly Message[]): number {
  const location = errors[0]?.location;
  return location ? location.line * 1_000_000 + location.column : 0;
}

function toDiagnostic({ text, location }: Message, code: string): BuildDiagnostic {
  if (!location) return createDiagnostic('syntax_error', text);
  const lines = code.split('\n');
  const { line, lineText, column } = location;
  // What is left open at the end is noticed in the line that was appended here.
  const position =
    line > lines.length
      ? { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
      : { line, column: toColumn(lineText, column) };
  return createDiagnostic('syntax_error', text, position);
}

/** esbuild counts columns in bytes from 0; people and source maps count UTF-16 units, people from 1. */
export function toColumn(lineText: string, byteColumn: number): number {
  return Buffer.from(lineText, 'utf8').subarray(0, byteColumn).toString('utf8').length + 1;
}
