import { randomUUID } from 'node:crypto';
import type { ModuleContent, TenantStore } from '@tessera/model';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import { firstPage, sampleAction, sampleContent } from './samples.ts';

const stores = openStorePerFile('modules');

const secrets = [{ name: 'KEY', value: 'module-secret-value', updatedAt: new Date() }];
const content = (fields: Partial<ModuleContent> = {}): ModuleContent => ({
  code: 'exports.a = 1;',
  dependencies: [{ name: 'axios', version: '^1.0.0' }],
  secrets,
  ...fields,
});
const create = (tenant: TenantStore) => {
  const id = randomUUID();
  return tenant.modules.create({ ...content(), id, name: `module ${id}` });
};
const publish = (tenant: TenantStore, id: string, fields = {}) =>
  tenant.modules.publish(id, { ...content(fields), id: randomUUID() });

async function rowsOf(table: string): Promise<string> {
  const client = new pg.Client(stores.get().connection);
  await client.connect();
  const { rows } = await client.query(`SELECT * FROM ${table}`);
  await client.end();
  return JSON.stringify(rows);
}

test('modules keep what they got, secrets encrypted wherever they are', async () => {
  const tenant = await stores.createTenant();
  const module = await create(tenant);
  const version = await publish(tenant, module.id);
  expect(await tenant.modules.find(module.id)).toEqual({ module, latest: version, actionCount: 0 });
  expect(version).toMatchObject({ ...content(), number: 1, diagnostics: [] });
  const reference = {
    ...{ moduleId: module.id, moduleName: module.name },
    ...{ moduleVersionId: version.id, moduleVersionNumber: 1, secrets },
  };
  const action = await tenant.actions.create(sampleAction({ modules: [reference] }));
  expect((await tenant.actions.find(action.id))?.modules).toEqual([reference]);
  const deployed = await tenant.actions.deploy(action.id, {
    ...sampleContent({ modules: [reference] }),
    ...{ id: randomUUID(), status: 'built' },
  });
  expect(deployed.modules).toEqual([reference]);
  for (const table of ['action_modules', 'action_module_versions', 'actions', 'action_versions']) {
    const rows = await rowsOf(table);
    expect(rows).toContain(module.id);
    expect(rows).not.toContain('module-secret-value');
  }
});

test('modules.publish() numbers without gaps or doubles when many publish at once', async () => {
  const tenant = await stores.createTenant();
  const { id } = await create(tenant);
  const versions = await Promise.all(Array.from({ length: 12 }, () => publish(tenant, id)));
  const numbers = versions.map(({ number }) => number).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  expect((await tenant.modules.find(id))?.latest?.number).toBe(12);
  await expect(publish(tenant, randomUUID())).rejects.toMatchObject({ code: 'not_found' });
});

test('modules go with their tenant, and their versions with them', async () => {
  const tenant = await stores.createTenant();
  const module = await create(tenant);
  await publish(tenant, module.id);
  expect(await tenant.modules.delete(module.id)).toBe(true);
  expect((await tenant.modules.listVersions(module.id, firstPage)).total).toBe(0);
  const other = await create(tenant);
  await stores.get().store.tenants.delete(tenant.tenantId);
  expect(await tenant.modules.find(other.id)).toBeUndefined();
});
