import { AppError } from '@tessera/model';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { createJobs, MAX_JOB_BYTES, QUEUES } from '../src/index.ts';
import {
  buildDraft,
  Deliveries,
  gate,
  openJobs,
  recordingHandlers,
  recordingLogger,
  runTrigger,
} from './jobs-fixture.ts';

test('enqueue() replaces a waiting build of an older draft, whatever the order', async () => {
  await using queue = await openJobs();
  for (const revision of [1, 3, 2, 3]) await queue.jobs.enqueue(buildDraft(revision));
  await queue.jobs.enqueue(buildDraft(1, 'action-2'));
  await Promise.all(
    [4, 6, 5].map((revision) => queue.jobs.enqueue(buildDraft(revision, 'action-3'))),
  );
  const deliveries = new Deliveries();
  await queue.jobs.start(recordingHandlers(deliveries));
  await deliveries.nth(3);
  await queue.jobs.stop();
  expect(deliveries.all.map(({ job }) => job)).toEqual(
    expect.arrayContaining([buildDraft(3), buildDraft(1, 'action-2'), buildDraft(6, 'action-3')]),
  );
  expect(deliveries.all).toHaveLength(3);
});

test('start() stops a running build when a newer draft is to be built, and counts it as done', async () => {
  await using queue = await openJobs();
  const deliveries = new Deliveries();
  await queue.jobs.start(
    recordingHandlers(deliveries, async ({ job, attempt }) => {
      if (job.kind !== 'build-draft' || job.draftRevision > 1) return;
      const stopped = gate();
      attempt.signal.addEventListener('abort', () => stopped.open());
      await stopped.opened;
      throw new Error('the build was cancelled');
    }),
  );
  await queue.jobs.enqueue(buildDraft(1));
  await deliveries.nth(1);
  await queue.jobs.enqueue(buildDraft(2));
  await deliveries.nth(2);
  await queue.jobs.stop();
  expect(deliveries.all.map(({ job }) => job)).toEqual([buildDraft(1), buildDraft(2)]);
  expect(await queue.query('SELECT DISTINCT state FROM jobs')).toEqual([{ state: 'completed' }]);
});

test('enqueue() keeps one waiting build of a version', async () => {
  await using queue = await openJobs();
  const job = {
    kind: 'build-version',
    tenantId: 'tenant-a',
    actionId: 'action-1',
    versionId: 'version-1',
  } as const;
  for (const attempt of [1, 2]) await queue.jobs.enqueue({ ...job, actionId: `action-${attempt}` });
  expect(await queue.query('SELECT count(*)::int AS count FROM jobs')).toEqual([{ count: 1 }]);
});

test('enqueue() refuses an event over the limit, naming it', async () => {
  await using queue = await openJobs();
  const event = { text: 'a'.repeat(MAX_JOB_BYTES) };
  const refused = queue.jobs.enqueue(runTrigger('huge', { event }));
  await expect(refused).rejects.toMatchObject({ code: 'payload_too_large', status: 413 });
  await expect(refused).rejects.toThrow(/event of trigger "post-user-registration".*limit 1048576/);
  expect(await queue.query('SELECT id FROM jobs')).toEqual([]);
});

test('start() gives up a payload that it cannot read without running it, and without quoting it', async () => {
  const told = gate();
  await using queue = await openJobs({ onDeadLetter: async () => told.open() });
  await queue.jobs.enqueue(runTrigger('first'));
  await queue.query(
    `UPDATE jobs SET data = '{"kind": "run-trigger", "tenantId": 5, "extra": "personal data"}'`,
  );
  const deliveries = new Deliveries();
  await queue.jobs.start(recordingHandlers(deliveries));
  await told.opened;
  expect(deliveries.all).toEqual([]);
  expect(await queue.jobs.listDeadLetters()).toMatchObject([
    { kind: 'run-trigger', subject: {}, attempts: 1, reason: expect.stringContaining('tenantId') },
  ]);
  expect(JSON.stringify(queue.log)).not.toContain('personal data');
});

test('start() tells about a dead letter again when nobody could listen', async () => {
  const told = gate();
  let calls = 0;
  await using queue = await openJobs({
    timing: { retryLimit: 0 },
    onDeadLetter: async () => {
      calls += 1;
      if (calls === 1) throw new Error('not now');
      told.open();
    },
  });
  await queue.jobs.start(
    recordingHandlers(new Deliveries(), () => Promise.reject(new Error('broken'))),
  );
  await queue.jobs.enqueue(runTrigger('doomed'));
  await told.opened;
  expect(calls).toBe(2);
  expect(queue.log.filter(({ message }) => message === 'A job was given up')).toHaveLength(1);
});

test('forgetTenant() removes the jobs and dead letters of one tenant', async () => {
  const told = gate();
  await using queue = await openJobs({
    timing: { retryLimit: 0 },
    onDeadLetter: async () => told.open(),
  });
  const worker = await queue.openReplica();
  await worker.start(
    recordingHandlers(new Deliveries(), () => Promise.reject(new Error('broken'))),
  );
  await queue.jobs.enqueue(runTrigger('dead'));
  await told.opened;
  await worker.stop();
  await queue.jobs.enqueue(runTrigger('waiting'));
  await queue.jobs.enqueue(buildDraft(1));
  await queue.jobs.enqueue(runTrigger('other', { tenantId: 'tenant-b' }));
  await queue.jobs.forgetTenant('tenant-a');
  expect(await queue.query(`SELECT data->>'executionId' AS id FROM jobs`)).toEqual([
    { id: 'other' },
  ]);
});

test('stats() counts what waits, runs, and was given up', async () => {
  await using queue = await openJobs();
  for (const id of ['a', 'b']) await queue.jobs.enqueue(runTrigger(id));
  const counted = async () => {
    for (;;) {
      const found = (await queue.jobs.stats()).find(({ kind }) => kind === 'run-trigger');
      if (found !== undefined && found.waiting > 0) return found;
    }
  };
  expect(await counted()).toEqual({ kind: 'run-trigger', waiting: 2, running: 0, dead: 0 });
  expect((await queue.jobs.stats()).map(({ kind }) => kind)).toEqual(Object.keys(QUEUES));
});

test('createJobs() rejects with `database_unavailable` when nobody answers', async () => {
  const connection = { host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' };
  const failure = await createJobs({ connection, logger: recordingLogger([]) }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({ code: 'database_unavailable' });
});

test('createJobs() refuses a schema that is no plain name', async () => {
  const connection = { host: '127.0.0.1', port: 1 };
  const failure = createJobs({
    connection,
    logger: recordingLogger([]),
    schema: 'a"; DROP TABLE users',
  });
  await expect(failure).rejects.toThrow('no name for a schema');
});

test('createJobs() opens the same tables from several replicas at once', async () => {
  await using queue = await openJobs();
  const replicas = await Promise.all([
    queue.openReplica({ schema: 'side_by_side' }),
    queue.openReplica({ schema: 'side_by_side' }),
  ]);
  for (const replica of replicas) expect(await replica.listDeadLetters()).toEqual([]);
});

test('createJobs() survives the loss of every connection, and runs jobs again', async () => {
  await using queue = await openJobs();
  const deliveries = new Deliveries();
  await queue.jobs.start(recordingHandlers(deliveries));
  const admin = new pg.Client(queue.database.connection);
  await admin.connect();
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tessera-jobs' AND datname = current_database()`,
  );
  await admin.end();
  // Each connection that the pool does not know to be dead fails the one caller that gets it.
  await vi.waitFor(() => queue.jobs.enqueue(runTrigger('after')), { timeout: 10_000 });
  expect((await deliveries.nth(1)).job).toEqual(runTrigger('after'));
});
