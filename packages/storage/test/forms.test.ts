import type { TenantStore } from '@tessera/model';
import { createTestTenant, openTestStore, type TestStore } from '@tessera/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let database: TestStore;
let store: TenantStore;
beforeAll(async () => {
  database = await openTestStore('forms');
  store = database.store.tenant(database.tenant.id);
});
afterAll(() => database?.[Symbol.asyncDispose]());

const FORM = { id: 'ap_1', name: 'Terms', content: { nodes: [] } };

test('FormRepository keeps forms in order, and who sent them when', async () => {
  const created = await store.forms.create(FORM);
  expect(created).toEqual({ ...FORM, createdAt: expect.any(Date), updatedAt: expect.any(Date) });
  await store.forms.create({ ...FORM, id: 'ap_2' });
  const { items, total } = await store.forms.list({ page: 0, perPage: 1 });
  expect([items.map(({ id }) => id), total]).toEqual([['ap_1'], 2]);
  expect(await store.forms.count()).toBe(2);
  const changed = await store.forms.update('ap_1', { name: 'Rules' });
  expect(changed).toMatchObject({ name: 'Rules', content: FORM.content });
  const at = new Date('2026-01-01T00:00:00Z');
  await store.forms.noteSubmission('ap_1', at);
  expect((await store.forms.find('ap_1'))?.submittedAt).toEqual(at);
  expect(await store.forms.delete('ap_1')).toBe(true);
  expect(await store.forms.delete('ap_1')).toBe(false);
  expect(await store.forms.find('ap_1')).toBeUndefined();
  expect(await store.forms.update('ap_1', { name: 'x' })).toBeUndefined();
});

test('FormRepository reaches no other tenant', async () => {
  const other = database.store.tenant((await createTestTenant(database.store, 'other')).id);
  await store.forms.create({ ...FORM, id: 'ap_3' });
  expect(await other.forms.find('ap_3')).toBeUndefined();
  expect(await other.forms.update('ap_3', { name: 'x' })).toBeUndefined();
  expect(await other.forms.delete('ap_3')).toBe(false);
  await other.forms.noteSubmission('ap_3', new Date());
  expect((await store.forms.find('ap_3'))?.submittedAt).toBeUndefined();
  expect((await other.forms.list({ page: 0, perPage: 10 })).items).toEqual([]);
});
