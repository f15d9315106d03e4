import type { ActionResult, Execution, ExecutionRepository, FeedPosition } from '@tessera/model';
import { createTestTenant, openTestStore, type TestStore } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore('execution-feed');
});
afterAll(() => opened[Symbol.asyncDispose]());

const start = new Date('2026-11-21T10:00:00.000Z');

function result(actionName: string): ActionResult {
  return {
    kind: 'completed',
    actionId: 'act',
    actionName,
    versionId: 'ver',
    versionNumber: 1,
    startedAt: start,
    endedAt: start,
    commands: [],
    logs: [],
    requests: [],
  };
}

function execution(id: string, facts: Partial<Execution> = {}): Execution {
  return {
    id,
    triggerId: 'post-login',
    status: 'final',
    results: [],
    createdAt: start,
    updatedAt: start,
    ...facts,
  };
}

/** Reads until nothing is new, a page at a time. */
async function readAll(executions: ExecutionRepository, from: FeedPosition, take = 100) {
  const ids: string[] = [];
  let at = from;
  for (;;) {
    const { changes, next } = await executions.listChanges(at, take);
    ids.push(...changes.map((change) => change.execution.id));
    at = next;
    if (changes.length < take) return { ids, next: at };
  }
}

/** Reads until `count` records came: other databases of the server may hold the feed back a moment. */
async function readCount(executions: ExecutionRepository, from: FeedPosition, count: number) {
  const ids: string[] = [];
  let at = from;
  await expect
    .poll(
      async () => {
        const page = await readAll(executions, at);
        ids.push(...page.ids);
        at = page.next;
        return ids.length;
      },
      { timeout: 20_000 },
    )
    .toBe(count);
  return { ids, next: at };
}

describe('listChanges()', () => {
  test('lists what comes after the head, once, in order, for one tenant alone', async () => {
    const { executions } = opened.store.tenant(opened.tenant.id);
    const other = await createTestTenant(opened.store, 'feed-other');
    await executions.save(execution('before'));
    await readCount(executions, { transaction: 0n, sequence: 0n }, 1);
    const head = await executions.findHead();
    await executions.save(execution('one'));
    await opened.store.tenant(other.id).executions.save(execution('foreign'));
    await executions.save(execution('two'));
    const { ids, next } = await readCount(executions, head, 2);
    expect(ids).toEqual(['one', 'two']);
    expect((await executions.listChanges(next, 10)).changes).toEqual([]);
  });

  test('pages of one record lose none and repeat none', async () => {
    const tenant = await createTestTenant(opened.store, 'feed-pages');
    const { executions } = opened.store.tenant(tenant.id);
    const ids = Array.from({ length: 7 }, (_, index) => `paged-${index}`);
    // Together: they share a transaction.
    await Promise.all(ids.map((id) => executions.save(execution(id))));
    await readCount(executions, { transaction: 0n, sequence: 0n }, 7);
    const { ids: read } = await readAll(executions, { transaction: 0n, sequence: 0n }, 1);
    expect(read).toEqual(ids);
  });

  test('a transaction that began earlier and commits later is not passed over', async () => {
    const tenant = await createTestTenant(opened.store, 'feed-order');
    const { executions } = opened.store.tenant(tenant.id);
    const late = new pg.Client(opened.connection);
    await late.connect();
    await late.query('BEGIN');
    await late.query(
      `INSERT INTO executions (tenant_id, id, trigger_id, status, results, created_at, updated_at, feed_xid, feed_sequence)
       VALUES ($1, 'late', 'post-login', 'final', '[]', now(), now(), pg_current_xact_id(), nextval('execution_feed'))`,
      [tenant.id],
    );
    await executions.save(execution('early'));
    const from = { transaction: 0n, sequence: 0n };
    const held = await executions.listChanges(from, 10);
    expect(held.changes).toEqual([]);
    await late.query('COMMIT');
    await late.end();
    expect((await readCount(executions, held.next, 2)).ids).toEqual(['late', 'early']);
  });

  test('a run that goes on after a suspension tells where its first part stood', async () => {
    const tenant = await createTestTenant(opened.store, 'feed-parts');
    const { executions } = opened.store.tenant(tenant.id);
    const from = { transaction: 0n, sequence: 0n };
    await executions.save(execution('run', { status: 'suspended', results: [result('a')] }));
    await readCount(executions, from, 1);
    const first = (await executions.listChanges(from, 1)).changes[0];
    await executions.save(execution('run', { results: [result('a'), result('b')] }));
    await readCount(executions, first?.position ?? from, 1);
    const [second] = (await executions.listChanges(from, 10)).changes;
    expect(second?.parts).toEqual([{ position: first?.position, results: 1 }]);
  });

  test('a further attempt of a run has no earlier parts', async () => {
    const tenant = await createTestTenant(opened.store, 'feed-attempts');
    const { executions } = opened.store.tenant(tenant.id);
    const from = { transaction: 0n, sequence: 0n };
    await executions.save(execution('run', { results: [result('a')] }));
    const later = new Date(start.getTime() + 1_000);
    await executions.save(execution('run', { results: [result('a')], createdAt: later }));
    await readCount(executions, from, 1);
    const [change] = (await executions.listChanges(from, 10)).changes;
    expect(change?.parts).toEqual([]);
  });
});
