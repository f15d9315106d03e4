import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');
const COMPILER = join(PACKAGE, '../../node_modules/.bin/tsc');

const HEADER = `// The public types, written by golden.test.ts.
// biome-ignore-all lint: written by the compiler
// biome-ignore-all format: written by the compiler
// biome-ignore-all assist: written by the compiler
`;

/**
 * The declarations that authors get, one file after another. A change of them is a change of the
 * contract: accept it with `vitest run -u packages/action-types/test/golden.test.ts`.
 */
test('the public types are those of types.golden.d.ts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'golden-'));
  try {
    const options = ['--outDir', folder, '--emitDeclarationOnly', '--declarationMap', 'false'];
    await promisify(execFile)(COMPILER, [
      '-p',
      PACKAGE,
      ...options,
      '--incremental',
      'false',
      '--composite',
      'false',
    ]);
    const files = globSync('**/*.d.ts', { cwd: folder }).sort();
    expect(files.length).toBeGreaterThan(50);
    const texts = files.map(
      async (file) => `// ${file}\n${flatten(await readFile(join(folder, file), 'utf8'))}\n`,
    );
    await expect([HEADER, ...(await Promise.all(texts))].join('\n')).toMatchFileSnapshot(
      'types.golden.d.ts',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** One file of many: what one imports from another stands in the other's place. */
function flatten(declarations: string): string {
  return declarations
    .replaceAll(/^import .*;\n/gm, '')
    .replaceAll(/^export type \* as (\w+) from .*;$/gm, '// namespace $1')
    .replaceAll(/ from '\.[^']*';$/gm, ';')
    .trim();
}
