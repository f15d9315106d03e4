import { randomUUID } from 'node:crypto';
import type { TenantStore } from '@tessera/model';
import { createTestTenant, openTestStore, type TestStore } from '@tessera/testkit';
import { afterAll, beforeAll } from 'vitest';

/** Opens one database for the tests of a file. Each test takes a fresh tenant of it. */
export function openStorePerFile(name: string) {
  let opened: TestStore | undefined;
  beforeAll(async () => {
    opened = await openTestStore(name);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
  });
  const get = (): TestStore => {
    if (opened === undefined) throw new Error('The store is opened before the first test');
    return opened;
  };
  return {
    get,
    /** A tenant that no other test knows. */
    createTenant: async (): Promise<TenantStore> => {
      const { id } = await createTestTenant(get().store, `t-${randomUUID()}`);
      return get().store.tenant(id);
    },
  };
}
