// `npm run check`: types, lint, dead code, layers, package tests.
import { prepare, runTool, say } from './prepare.mjs';

const STEPS = [
  ['types', () => runTool('typescript', 'tsc', ['-b'])],
  ['lint', () => runTool('@biomejs/biome', 'biome', ['check', '--error-on-warnings'])],
  ['dead code', () => runTool('knip', 'knip', [])],
  ['tests', () => runTool('vitest', 'vitest', ['run', '--project', 'packages'])],
];

await prepare();
for (const [name, run] of STEPS) {
  say(`— ${name}`);
  const { status } = run();
  if (status !== 0) {
    say(`Tessera: ${name} failed.`);
    process.exit(1);
  }
}
