import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Builds the guest's program into one file, from the sources when we run from source and from the built
 * files otherwise.
 */
export async function buildGuestBundle(): Promise<string> {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(isSource ? './guest/main.ts' : './guest/main.js', import.meta.url);
  const result = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'none',
    conditions: isSource ? ['source'] : [],
    logLevel: 'silent',
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error('The guest program was not built.');
  return file.text;
}
