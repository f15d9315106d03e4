import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { GuestError } from '@tessera/model';

export interface MappableBundle {
  readonly hash: string;
  /** Source map, JSON; may be empty. */
  readonly sourceMap: string;
}

interface Position {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** `…/<hash>.js:12:7`, with or without the column. */
const POSITION = /\/actions\/([0-9A-Za-z_-]+)\.js:(\d+)(?::(\d+))?/;
/** What V8 puts under the place of a syntax error. */
const CARET = /^\^+$/;
/** Frames of the guest runtime tell an author nothing. */
const RUNTIME_FRAME = /^\s+at .*(?:\/guest\.cjs:\d+|node:internal\/)/;

/**
 * Moves the positions of an error's stack from the bundle into the author's source, and names the first
 * one that is the author's own. What has no position in the map stays as it is.
 */
export function mapGuestError(error: GuestError, bundles: readonly MappableBundle[]): GuestError {
  if (error.stack === undefined) return error;
  const findMap = (hash: string) => {
    const bundle = bundles.find((candidate) => candidate.hash === hash);
    return bundle === undefined ? undefined : getMap(bundle);
  };
  let own: Position | undefined;
  const lines = error.stack.split('\n').filter((line) => !RUNTIME_FRAME.test(line));
  const caretColumn = lines.find((line) => CARET.test(line.trim()))?.indexOf('^');
  const mapped = lines.map((line) => {
    const match = POSITION.exec(line);
    const [whole, hash = '', lineText = '', columnText] = match ?? [];
    if (whole === undefined) return line;
    // A syntax error has no column; a caret under its line shows it.
    const column = columnText === undefined ? (caretColumn ?? 0) : Number(columnText) - 1;
    const position = locate(findMap(hash), Number(lineText), column);
    if (position === undefined) return line;
    if (own === undefined && isActions(position.source)) own = position;
    return line.replace(whole, `${position.source}:${position.line}:${position.column}`);
  });
  const stack = mapped.join('\n');
  return own === undefined
    ? { ...error, stack }
    : { ...error, stack, line: own.line, column: own.column };
}

/** A line in a module would mislead beside the action's code; the stack names it with its file. */
function isActions(source: string): boolean {
  return !source.includes('node_modules/') && !source.startsWith('actions:');
}

function locate(map: TraceMap | undefined, line: number, column: number): Position | undefined {
  if (map === undefined) return undefined;
  try {
    const found = originalPositionFor(map, { line, column: Math.max(0, column) });
    if (found.source === null || found.line === null) return undefined;
    return { source: found.source, line: found.line, column: (found.column ?? 0) + 1 };
  } catch {
    // The map is read further at the first look; line 0 is none.
    return undefined;
  }
}

/** Reading a map costs more than all else here; it lives as long as its bundle. */
const maps = new WeakMap<MappableBundle, TraceMap | 'none'>();

function getMap(bundle: MappableBundle): TraceMap | undefined {
  let map = maps.get(bundle);
  if (map === undefined) {
    map = readMap(bundle);
    maps.set(bundle, map);
  }
  return map === 'none' ? undefined : map;
}

function readMap({ sourceMap }: MappableBundle): TraceMap | 'none' {
  if (sourceMap === '') return 'none';
  try {
    return new TraceMap(sourceMap);
  } catch {
    // A map that cannot be read only costs the positions.
    return 'none';
  }
}
