// `npm test`: installs what is missing, a browser included, then runs every test.
// Last line: `N passed, N failed` and, when there are any, `, N skipped`.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installTestTools } from './install-test-tools.mjs';
import { prepare, ROOT, runTool, say } from './prepare.mjs';

const REPORT = join(ROOT, '.cache', 'test-report.json');

await prepare();
const env = installTestTools();
rmSync(REPORT, { force: true });
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
const { status } = runTool('vitest', 'vitest', [...args, ...process.argv.slice(2)], { env });

let counts;
try {
  counts = JSON.parse(readFileSync(REPORT, 'utf8'));
} catch {
  say('Tessera: the test runner ended without a report; its messages are above.');
  process.exit(status || 1);
}
const skipped = counts.numPendingTests + counts.numTodoTests;
// A file that cannot be loaded fails without a test of its own; it must not count as success.
const broken = counts.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
const failed = counts.numFailedTests + broken.length;
process.stdout.write(`${counts.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
process.exit(status || (failed ? 1 : 0));
