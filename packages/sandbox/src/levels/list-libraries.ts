import { findProgram } from './find-program.ts';
import { runProgram } from './run-program.ts';

const RESOLVED = /=> (\/\S+) \(0x/;
const LOADER = /^\s*(\/\S+) \(0x/;

/**
 * Paths of the shared libraries and the loader that a program needs, as the loader itself lists them:
 * with this variable set it prints them instead of starting the program. Empty for a static program.
 */
export async function listLibraries(program: string): Promise<readonly string[]> {
  const traced = await runProgram(program, [], { env: { LD_TRACE_LOADED_OBJECTS: '1' } });
  const found = parseLibraries(traced.stdout);
  if (found.length > 0) return found;
  const ldd = findProgram('ldd');
  return ldd === undefined ? [] : parseLibraries((await runProgram(ldd, [program])).stdout);
}

function parseLibraries(text: string): readonly string[] {
  const paths = text.split('\n').flatMap((line) => {
    const match = RESOLVED.exec(line) ?? LOADER.exec(line);
    return match?.[1] === undefined ? [] : [match[1]];
  });
  return [...new Set(paths)];
}
