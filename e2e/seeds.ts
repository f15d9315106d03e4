import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SEEDS = resolve(import.meta.dirname, '../../shared/seeds');

/** True when the texts that describe the hosted service's Actions are beside the project. */
export const hasSeeds = existsSync(SEEDS);

/** The fenced code blocks of a text, in order. `prefix` is the beginning of its file name. */
function readCodeBlocks(prefix: string): string[] {
  const name = readdirSync(SEEDS).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new Error(`there is no text ${prefix}… in ${SEEDS}`);
  const text = readFileSync(join(SEEDS, name), 'utf8');
  return [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code ?? '');
}

/** The last block that contains `needle`. */
export function findCode(prefix: string, needle: string): string {
  const code = readCodeBlocks(prefix).findLast((block) => block.includes(needle));
  if (code === undefined) throw new Error(`no code block of ${prefix}… contains ${needle}`);
  return code;
}

/** An Action of the `examples` folder. */
export function readExample(path: string): string {
  return readFileSync(resolve(import.meta.dirname, '../examples', path), 'utf8');
}
