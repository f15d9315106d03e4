import { encode } from '@jridgewell/sourcemap-codec';
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';

/**
 * Appended to a file, an empty source map: the last such comment counts, so that no comment of the
 * file itself has an effect.
 */
export const NO_SOURCE_MAP =
  '\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbIiJdLCJtYXBwaW5ncyI6IkEifQ==';

/**
 * Reduces a bundle's source map to the author's source, named after the action. What belongs to
 * packages goes: it would double the artifact, and hold paths of the machine.
 */
export function keepAuthorsPart(
  sourceMap: string,
  { code, sourceName }: { readonly code: string; readonly sourceName: string },
): string {
  const map = new TraceMap(sourceMap);
  const own = (map.sourcesContent ?? []).indexOf(code + NO_SOURCE_MAP);
  const mappings = decodedMappings(map).map((line) =>
    line.flatMap((segment): [number, number, number, number][] => {
      const [column, source, sourceLine, sourceColumn] = segment;
      if (source !== own || sourceLine === undefined || sourceColumn === undefined) return [];
      return [[column, 0, sourceLine, sourceColumn]];
    }),
  );
  return JSON.stringify({
    version: 3,
    sources: [sourceName],
    sourcesContent: [code],
    names: [],
    mappings: encode(mappings),
  });
}
