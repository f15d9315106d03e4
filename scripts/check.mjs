// `npm run check`: types, lint, dead code, layers, package tests.
import { prepare, runTool, say } from './prepare.mjs';

/**
 * Suites that install packages, drive a browser, attack, start whole servers or commands, wait for processes to end, or
 * open a server and a database for each of many tests: `npm test` runs them, this quick check does not.
 */
const SLOW = [
  'packages/accounts/test/{passwordless,update-user}.test.ts',
  'packages/cli/test/**',
  'packages/jobs/test/**',
  'packages/management-api/test/test-endpoint.test.ts',
  'packages/messages/test/{server,smtp}.test.ts',
  'packages/sandbox/test/builder-*.test.ts',
  'packages/sandbox/test/escape/**',
  'packages/sandbox/test/modules.test.ts',
  'packages/sandbox/test/packages/**',
  'packages/sandbox/test/runner-{egress,limits,pool,protocol,rest}*.test.ts',
  'packages/server/test/observability.test.ts',
  'packages/storage/test/launcher.test.ts',
  'packages/universal-login/test/{accessibility,browser,mfa-browser,passkeys,password-strength}.test.ts',
  'packages/universal-login/test/{bot-gate,login-page,passwordless-api,passwordless-pages,signup-api}.test.ts',
];

/** One module graph for all files of a worker: half of the time would go into loading it anew. `npm test` isolates. */
const SHARED = '--isolate=false';

const STEPS = [
  ['types', () => runTool('typescript', 'tsc', ['-b'])],
  ['lint', () => runTool('@biomejs/biome', 'biome', ['check', '--error-on-warnings'])],
  ['dead code', () => runTool('knip', 'knip', [])],
  ['tests', () => runTool('vitest', 'vitest', ['run', '--project', 'packages', SHARED, ...SLOW.map((pattern) => `--exclude=${pattern}`)])],
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
