import { encode } from '@jridgewell/sourcemap-codec';
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';

/**
 * Appended to a file, an empty source map: the last such comment counts, so that no comment of the
 * file itself has an effect.
 */
export const NO_SOURCE_MAP =
  '\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbIiJdLCJtYXBwaW5ncyI6IkEifQ==';

/** A file of an author in a bundle. */
interface AuthorsFile {
  readonly code: string;
  readonly sourceName: string;
}

/**
 * Reduces a bundle's source map to the authors' sources: the action's, then those of its modules. What
 * belongs to packages goes: it would double the artifact, and hold paths of the machine.
 */
export function keepAuthorsPart(sourceMap: string, files: readonly AuthorsFile[]): string {
  const map = new TraceMap(sourceMap);
  const places = files.map((file) => findSource(map, file));
  const mappings = decodedMappings(map).map((line) =>
    line.flatMap((segment): [number, number, number, number][] => {
      const [column, source, sourceLine, sourceColumn] = segment;
      if (source === undefined || sourceLine === undefined || sourceColumn === undefined) return [];
      const place = places.indexOf(source);
      return place < 0 ? [] : [[column, place, sourceLine, sourceColumn]];
    }),
  );
  return JSON.stringify({
    version: 3,
    sources: files.map(({ sourceName }) => sourceName),
    sourcesContent: files.map(({ code }) => code),
    names: [],
    mappings: encode(mappings),
  });
}

/** By content, as packages may have any name; by name where two files are alike. */
function findSource(map: TraceMap, { code, sourceName }: AuthorsFile): number {
  const alike = (map.sourcesContent ?? []).flatMap((content, at) =>
    content === code + NO_SOURCE_MAP ? [at] : [],
  );
  return alike.find((at) => map.sources[at]?.endsWith(sourceName) === true) ?? alike[0] ?? -2;
}
