import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Deliveries, openJobs, recordingHandlers, runTrigger } from './jobs-fixture.ts';

test('start() hands the job of a worker that was killed to another, once', async () => {
  await using queue = await openJobs();
  const worker = spawn(
    process.execPath,
    [
      '--conditions=source',
      fileURLToPath(new URL('./worker-process.ts', import.meta.url)),
      JSON.stringify(queue.database.connection),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: {} },
  );
  await queue.jobs.enqueue(runTrigger('survivor'));
  await once(worker.stdout, 'data');
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  const killedAt = performance.now();
  const deliveries = new Deliveries();
  await queue.jobs.start(recordingHandlers(deliveries));
  const { job, attempt } = await deliveries.nth(1);
  const seconds = (performance.now() - killedAt) / 1000;
  expect(job).toEqual(runTrigger('survivor'));
  expect(attempt.attempt).toBe(2);
  expect(seconds).toBeLessThan(30);
  await queue.jobs.stop();
  expect(deliveries.all).toHaveLength(1);
  expect(await queue.query(`SELECT state FROM jobs WHERE name = 'run-trigger'`)).toEqual([
    { state: 'completed' },
  ]);
});
