import { openTestStore } from '@tessera/testkit';
import { expect, test } from 'vitest';

test('openTestStore() opens a store', async () => {
  const t0 = performance.now();
  await using opened = await openTestStore('smoke');
  console.log('open ms', performance.now() - t0);
  await opened.store.ping();
  expect(await opened.store.tenants.findDefault()).toEqual(opened.tenant);
});
