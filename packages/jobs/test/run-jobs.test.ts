import { expect, test } from 'vitest';
import {
  buildDraft,
  Deliveries,
  type Delivery,
  gate,
  openJobs,
  recordingHandlers,
  runTrigger,
} from './jobs-fixture.ts';

/** Retries at once, and gives up after the second attempt. */
const HASTY = { retryLimit: 1, retryDelaySeconds: 1 };

test('enqueue() has a job run by a worker, within milliseconds', async () => {
  await using queue = await openJobs();
  const deliveries = new Deliveries();
  const aborted: boolean[] = [];
  const work = async ({ attempt }: Delivery) => {
    aborted.push(attempt.signal.aborted);
  };
  await queue.jobs.start(recordingHandlers(deliveries, work));
  const waits: number[] = [];
  for (let index = 1; index <= 5; index += 1) {
    const enqueuedAt = performance.now();
    await queue.jobs.enqueue(runTrigger(`execution-${index}`));
    const { job, attempt } = await deliveries.nth(index);
    waits.push(performance.now() - enqueuedAt);
    expect(job).toEqual(runTrigger(`execution-${index}`));
    expect(attempt).toMatchObject({ attempt: 1, isLast: false });
  }
  expect(aborted).not.toContain(true);
  // Polling alone would take half a second on average, each time.
  expect(Math.min(...waits)).toBeLessThan(100);
});

test('start() runs what was enqueued before, and a backlog without pauses', async () => {
  await using queue = await openJobs();
  const count = 60;
  for (let index = 0; index < count; index += 1)
    await queue.jobs.enqueue(runTrigger(`execution-${index}`));
  const deliveries = new Deliveries();
  const startedAt = performance.now();
  await queue.jobs.start(recordingHandlers(deliveries));
  await deliveries.nth(count);
  expect(new Set(deliveries.all.map(({ job }) => JSON.stringify(job))).size).toBe(count);
  // Eight workers that waited for their next poll after each job would take 14 s.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('enqueue() in a transaction has the job exist exactly when that commits', async () => {
  await using queue = await openJobs();
  const deliveries = new Deliveries();
  await queue.jobs.start(recordingHandlers(deliveries));
  const tenantStore = queue.database.store.tenant(queue.database.tenant.id);
  const rolledBack = tenantStore.transaction(async ({ sql }) => {
    await queue.jobs.enqueue(runTrigger('rolled-back'), { transaction: sql });
    await queue.jobs.enqueue(buildDraft(1), { transaction: sql });
    throw new Error('on purpose');
  });
  await expect(rolledBack).rejects.toThrow('on purpose');
  expect(await queue.query('SELECT id FROM jobs')).toEqual([]);

  const committed = gate();
  const transaction = tenantStore.transaction(async ({ sql }) => {
    await queue.jobs.enqueue(runTrigger('committed'), { transaction: sql });
    await queue.jobs.enqueue(buildDraft(2), { transaction: sql });
    // Not visible to anyone before the commit.
    expect(await queue.query('SELECT id FROM jobs')).toEqual([]);
    committed.open();
  });
  await committed.opened;
  await transaction;
  await deliveries.nth(2);
  expect(deliveries.all.map(({ job }) => job)).toEqual(
    expect.arrayContaining([runTrigger('committed'), buildDraft(2)]),
  );
});

test('start() retries with growing pauses, then gives the job up: logged, listed, and told once', async () => {
  const told: unknown[] = [];
  const isTold = gate();
  await using queue = await openJobs({
    timing: { retryLimit: 2, retryDelaySeconds: 1 },
    onDeadLetter: async (letter, job) => {
      told.push({ letter, job });
      isTold.open();
    },
  });
  const deliveries = new Deliveries();
  const times: number[] = [];
  await queue.jobs.start(
    recordingHandlers(deliveries, async () => {
      times.push(performance.now());
      throw new TypeError('the endpoint is down');
    }),
  );
  await queue.openReplica();
  await queue.jobs.enqueue(runTrigger('doomed', { event: { secret: 'personal data' } }));
  await isTold.opened;
  expect(deliveries.all.map(({ attempt: { attempt, isLast } }) => [attempt, isLast])).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ]);
  const [first = 0, second = 0, third = 0] = times;
  expect(second - first).toBeGreaterThan(900);
  expect(third - second).toBeGreaterThan(1_500);

  const letters = await queue.jobs.listDeadLetters();
  expect(letters).toEqual([
    {
      id: expect.any(String),
      kind: 'run-trigger',
      subject: {
        kind: 'run-trigger',
        tenantId: 'tenant-a',
        triggerId: 'post-user-registration',
        executionId: 'doomed',
      },
      attempts: 3,
      reason: 'the endpoint is down',
      enqueuedAt: expect.any(Date),
      failedAt: expect.any(Date),
    },
  ]);
  expect(told).toEqual([
    { letter: letters[0], job: runTrigger('doomed', { event: { secret: 'personal data' } }) },
  ]);
  expect(await queue.jobs.listDeadLetters({ kind: 'build-draft' })).toEqual([]);
  const errors = queue.log.filter(({ level }) => level === 'error');
  expect(errors).toMatchObject([
    { message: 'A job was given up', fields: { executionId: 'doomed', attempts: 3 } },
  ]);
  expect(JSON.stringify(queue.log)).not.toContain('personal data');
});

test('stop() waits for running jobs and takes no new ones', async () => {
  await using queue = await openJobs();
  const deliveries = new Deliveries();
  const finish = gate();
  await queue.jobs.start(recordingHandlers(deliveries, () => finish.opened));
  await queue.jobs.enqueue(runTrigger('running'));
  await deliveries.nth(1);
  let isStopped = false;
  const stopping = queue.jobs.stop().then(() => {
    isStopped = true;
  });
  const other = await queue.openReplica();
  await other.enqueue(runTrigger('late'));
  expect(isStopped).toBe(false);
  finish.open();
  await stopping;
  expect(deliveries.all).toHaveLength(1);
  expect(
    await queue.query(`SELECT data->>'executionId' AS id, state FROM jobs ORDER BY 1`),
  ).toEqual([
    { id: 'late', state: 'created' },
    { id: 'running', state: 'completed' },
  ]);
});

test('stop() gives a job that does not end to another worker, and fires its signal', async () => {
  await using queue = await openJobs({ drainTimeoutMs: 200, timing: HASTY });
  const deliveries = new Deliveries();
  const never = gate();
  await queue.jobs.start(recordingHandlers(deliveries, () => never.opened));
  await queue.jobs.enqueue(runTrigger('stuck'));
  const { attempt } = await deliveries.nth(1);
  await queue.jobs.stop();
  expect(attempt.signal.aborted).toBe(true);
  expect(queue.log.map(({ message }) => message)).toContain(
    'Jobs were still running at shutdown and are handed to another worker',
  );
  const replica = await queue.openReplica();
  const again = new Deliveries();
  await replica.start(recordingHandlers(again));
  expect((await again.nth(1)).attempt).toMatchObject({ attempt: 2, isLast: true });
  never.open();
});

test('start() lets one tenant take no more than its share of the workers', async () => {
  await using queue = await openJobs();
  const deliveries = new Deliveries();
  const finish = gate();
  await queue.jobs.start(recordingHandlers(deliveries, () => finish.opened));
  for (let index = 0; index < 10; index += 1)
    await queue.jobs.enqueue(runTrigger(`flood-${index}`));
  await deliveries.nth(4);
  await queue.jobs.enqueue(runTrigger('other', { tenantId: 'tenant-b' }));
  const fifth = await deliveries.nth(5);
  expect(fifth.job).toMatchObject({ tenantId: 'tenant-b' });
  finish.open();
  await deliveries.nth(11);
});

test('start() is once only, and stop() may be called again', async () => {
  await using queue = await openJobs();
  const handlers = recordingHandlers(new Deliveries());
  await queue.jobs.start(handlers);
  await expect(queue.jobs.start(handlers)).rejects.toThrow('started already');
  await Promise.all([queue.jobs.stop(), queue.jobs.stop()]);
});
