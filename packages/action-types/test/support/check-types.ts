import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../../../..');
const COMPILER = join(ROOT, 'node_modules/.bin/tsc');
const SOURCE = join(import.meta.dirname, '../../src/index.ts');

/**
 * Checks files as an editor would in an author's project: strict, JavaScript too, without the DOM.
 * Returns the compiler's complaints, one a line, empty when there are none.
 */
export async function checkTypes(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'action-types-'));
  try {
    const options = {
      strict: true,
      noEmit: true,
      allowJs: true,
      checkJs: true,
      target: 'ES2024',
      lib: ['ES2024'],
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      exactOptionalPropertyTypes: true,
      allowImportingTsExtensions: true,
      types: [],
      paths: { '@tessera/action-types': [SOURCE] },
    };
    const config = { compilerOptions: options, files: Object.keys(files) };
    await writeFile(join(folder, 'package.json'), '{"type": "commonjs"}');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return await promisify(execFile)(COMPILER, ['-p', folder, '--pretty', 'false']).then(
      () => '',
      (error: { stdout?: string }) => error.stdout ?? String(error),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
