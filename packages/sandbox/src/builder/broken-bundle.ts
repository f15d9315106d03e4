import { encode } from '@jridgewell/sourcemap-codec';
import type { BuildDiagnostic } from '@tessera/model';
import { NO_SOURCE_MAP } from './author-source-map.ts';
import type { Bundle } from './bundle-action.ts';

/**
 * A bundle for code that cannot be parsed: loading it throws the `SyntaxError` that the author made,
 * at the author's line in the source map.
 */
export function createBrokenBundle(
  { message, line = 1, column = 1 }: BuildDiagnostic,
  { code, sourceName }: { readonly code: string; readonly sourceName: string },
): Bundle {
  const text = `${message} (${sourceName}:${line}:${column})`;
  const sourceMap = {
    version: 3,
    sources: [sourceName],
    sourcesContent: [code],
    names: [],
    // Column 0 of the bundle's only line, and so everything behind it, stems from the faulty place.
    mappings: encode([[[0, 0, line - 1, column - 1]]]),
  };
  // V8 takes the position from where the error is made.
  return {
    bundle: `throw new SyntaxError(${JSON.stringify(text)});\n`,
    sourceMap: JSON.stringify(sourceMap),
  };
}

/** The same for a module, whose code is bundled like any other. */
export function createBrokenSource(
  diagnostic: BuildDiagnostic,
  file: { readonly code: string; readonly sourceName: string },
): string {
  const { bundle, sourceMap } = createBrokenBundle(diagnostic, {
    ...file,
    code: file.code + NO_SOURCE_MAP,
  });
  const inline = Buffer.from(sourceMap, 'utf8').toString('base64');
  return `${bundle}//# sourceMappingURL=data:application/json;base64,${inline}`;
}
