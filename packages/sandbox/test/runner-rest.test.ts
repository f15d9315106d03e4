import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listGuestsOf, waitUntil } from './support/guests.ts';
import { action, openSandbox } from './support/sandbox.ts';

/** Some 40 MB that live until the end of the run. */
const DROP = action(
  `const kept = []; for (let n = 0; n < 400_000; n += 1) kept.push({ n, text: 'x' + n }); console.log(kept.length);`,
);
/** The process is told to rest after two seconds; V8 looks by itself after eight. */
const REST_MS = 6_000;

/** kB that would be free without the process. */
function readPrivateKb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return [...text.matchAll(/^Private_\w+:\s+(\d+)/gm)].reduce((sum, [, kb]) => sum + Number(kb), 0);
}

test.skipIf(process.platform !== 'linux')('an idle process gives memory back', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { standbys: 0 } });
  resources.defer(() => sandbox.close());
  expect((await sandbox.run([DROP])).results).toMatchObject([{ kind: 'completed' }]);
  const [pid] = listGuestsOf(process.pid);
  if (pid === undefined) throw new Error('There is no guest.');
  const used = readPrivateKb(pid);
  await waitUntil(() => readPrivateKb(pid) < used / 2, REST_MS);
  expect((await sandbox.run([action('console.log("still there")')])).results).toMatchObject([
    { kind: 'completed' },
  ]);
});
