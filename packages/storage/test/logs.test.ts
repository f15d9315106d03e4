import { randomBytes } from 'node:crypto';
import { createExecutionId } from '@tessera/model';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import { firstPage, sampleExecution, sampleLogEntry } from './samples.ts';

const stores = openStorePerFile('logs');

test('executions.save() writes and overwrites; find() revives dates', async () => {
  const tenant = await stores.createTenant();
  const execution = sampleExecution({ status: 'suspended' });
  await tenant.executions.save(execution);
  expect(await tenant.executions.find(execution.id)).toEqual(execution);
  const final = { ...execution, status: 'final' as const, results: [] };
  await tenant.executions.save(final);
  expect(await tenant.executions.find(execution.id)).toEqual(final);
  expect(await tenant.executions.find('none')).toBeUndefined();
});

test('executions.save() of many at once writes all; the last of one id counts', async () => {
  const tenant = await stores.createTenant();
  const many = Array.from({ length: 300 }, () => sampleExecution());
  const [repeated] = many;
  if (repeated === undefined) throw new Error('there are 300');
  const last = { ...repeated, status: 'partial' as const };
  await Promise.all([...many, last].map((execution) => tenant.executions.save(execution)));
  for (const execution of many.slice(1, 10)) {
    expect(await tenant.executions.find(execution.id)).toEqual(execution);
  }
  expect(await tenant.executions.find(repeated.id)).toEqual(last);
});

test('executions.save() keeps what guests print, U+0000 and broken surrogates included', async () => {
  const tenant = await stores.createTenant();
  const [result] = sampleExecution().results;
  if (result === undefined) throw new Error('the sample has one');
  const logs = [{ level: 'log' as const, time: 'now', message: 'a\0b \ud800 "quoted" \\u0000' }];
  const execution = sampleExecution({ results: [{ ...result, logs }] });
  await tenant.executions.save(execution);
  expect(await tenant.executions.find(execution.id)).toEqual(execution);
});

test('executions.save() for a tenant that is gone fails alone', async () => {
  const tenant = await stores.createTenant();
  const gone = stores.get().store.tenant('gone');
  const good = [sampleExecution(), sampleExecution()];
  const [bad, ...saved] = await Promise.allSettled([
    gone.executions.save(sampleExecution()),
    ...good.map((execution) => tenant.executions.save(execution)),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'tenant_not_found' } });
  expect(saved.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

test('executions.deleteOlderThan() deletes and counts', async () => {
  const tenant = await stores.createTenant();
  const [old, recent] = [new Date('2026-01-01'), new Date('2026-02-01')];
  const executions = [old, old, recent].map((createdAt) =>
    sampleExecution({ createdAt, id: createExecutionId(randomBytes, createdAt) }),
  );
  await Promise.all(executions.map((execution) => tenant.executions.save(execution)));
  expect(await tenant.executions.deleteOlderThan(recent)).toBe(2);
  expect(await tenant.executions.find(executions[2]?.id ?? '')).toBeDefined();
});

test('logs.append() returns ids that sort by time and have 56 digits', async () => {
  const tenant = await stores.createTenant();
  const ids: string[] = [];
  for (const type of ['s', 'f']) ids.push(...(await tenant.logs.append(sampleLogEntry({ type }))));
  ids.push(...(await tenant.logs.append(sampleLogEntry(), sampleLogEntry())));
  expect(ids).toHaveLength(4);
  for (const id of ids) expect(id).toMatch(/^900\d{17}\d{36}$/);
  expect(ids).toEqual(ids.toSorted());
});

test('logs.find() returns the entry as it was appended', async () => {
  const tenant = await stores.createTenant();
  const entry = sampleLogEntry({
    userId: 'auth0|1',
    clientId: 'c',
    clientName: 'Shop',
    connectionId: 'con_1',
    userAgent: 'curl',
    strategyType: 'database',
    scope: 'openid',
    details: { text: 'a\0b', nested: [{ deep: null }] },
  });
  const [logId = ''] = await tenant.logs.append(entry);
  expect(await tenant.logs.find(logId)).toEqual({ ...entry, logId });
});

test('logs.append() does not let a stranger’s bytes switch logging off', async () => {
  const tenant = await stores.createTenant();
  const [logId = ''] = await tenant.logs.append(sampleLogEntry({ userAgent: 'a\0b\ud800' }));
  expect((await tenant.logs.find(logId))?.userAgent).toBe('a\uFFFDb\uFFFD');
});

test('logs.list() filters and orders; listFrom() continues from a checkpoint', async () => {
  const tenant = await stores.createTenant();
  const ids: string[] = [];
  for (const [type, userId, clientId] of [
    ['s', 'u1', 'c1'],
    ['f', 'u1', 'c2'],
    ['fp', 'u2', 'c1'],
  ] as const) {
    ids.push(...(await tenant.logs.append(sampleLogEntry({ type, userId, clientId }))));
  }
  const list = async (query: object) =>
    (await tenant.logs.list({ ...firstPage, ...query })).items.map(({ logId }) => logId);
  expect(await list({})).toEqual(ids.toReversed());
  expect(await list({ ascending: true })).toEqual(ids);
  expect(await list({ type: ['s', 'fp'], ascending: true })).toEqual([ids[0], ids[2]]);
  expect((await list({ userId: 'u1' })).length).toBe(2);
  expect((await list({ clientId: 'c1' })).length).toBe(2);
  expect(await list({ userId: 'u1', clientId: 'c1' })).toEqual([ids[0]]);
  const rest = await tenant.logs.listFrom(ids[0] ?? '', 1);
  expect(rest.map(({ logId }) => logId)).toEqual([ids[1]]);
  expect(await tenant.logs.listFrom(ids[2] ?? '', 100)).toEqual([]);
});

test('logs.deleteOlderThan() deletes by date', async () => {
  const tenant = await stores.createTenant();
  await tenant.logs.append(
    sampleLogEntry({ date: new Date('2026-01-01') }),
    sampleLogEntry({ date: new Date('2026-03-01') }),
  );
  expect(await tenant.logs.deleteOlderThan(new Date('2026-02-01'))).toBe(1);
  expect((await tenant.logs.list(firstPage)).total).toBe(1);
});

test('transaction() writes executions, log entries and jobs together or not at all', async () => {
  const tenant = await stores.createTenant();
  const execution = sampleExecution();
  const attempt = (fails: boolean) =>
    tenant.transaction(async (tx) => {
      await tx.executions.save(execution);
      await tx.logs.append(sampleLogEntry());
      const { rows } = await tx.sql.executeSql('SELECT id FROM executions WHERE id = $1', [
        execution.id,
      ]);
      expect(rows).toEqual([{ id: execution.id }]);
      if (fails) throw new Error('changed my mind');
    });
  await expect(attempt(true)).rejects.toThrow('changed my mind');
  expect(await tenant.executions.find(execution.id)).toBeUndefined();
  expect((await tenant.logs.list(firstPage)).total).toBe(0);
  await attempt(false);
  expect(await tenant.executions.find(execution.id)).toEqual(execution);
  expect((await tenant.logs.list(firstPage)).total).toBe(1);
});
