import { randomUUID } from 'node:crypto';
import type { ModuleContent, TenantStore } from '@tessera/model';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import { createDeployedAction, firstPage, sampleAction, sampleContent } from './samples.ts';

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

test('no method of modules or profiles reaches another tenant', async () => {
  const owner = await stores.createTenant();
  const stranger = await stores.createTenant();
  const module = await create(owner);
  const version = await publish(owner, module.id);
  const { action } = await createDeployedAction(owner);
  const profile = await owner.tokenExchangeProfiles.create({
    ...{ id: 'tep_0123456789abcdef', name: 'profile', type: 'custom_authentication' },
    ...{ subjectTokenType: 'urn:acme:token', actionId: action.id },
  });
  const { modules, tokenExchangeProfiles: profiles } = stranger;
  expect(await modules.find(module.id)).toBeUndefined();
  expect(await modules.findVersion(module.id, version.id)).toBeUndefined();
  expect(await modules.updateDraft(module.id, { code: 'stolen' })).toBeUndefined();
  expect(await modules.delete(module.id)).toBe(false);
  expect((await modules.list(firstPage)).total).toBe(0);
  expect((await modules.listVersions(module.id, firstPage)).total).toBe(0);
  expect(await modules.listUserNames(module.id)).toEqual([]);
  await modules.reportBuild(module.id, version.id, { diagnostics: [{ id: 'x', message: 'x' }] });
  await expect(publish(stranger, module.id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await profiles.find(profile.id)).toBeUndefined();
  expect(await profiles.findBySubjectTokenType('urn:acme:token')).toBeUndefined();
  expect(await profiles.update(profile.id, { name: 'stolen' })).toBeUndefined();
  expect(await profiles.delete(profile.id)).toBe(false);
  expect((await profiles.list(firstPage)).total).toBe(0);
  await expect(
    profiles.create({ ...profile, subjectTokenType: 'urn:other' }),
  ).rejects.toMatchObject({ code: 'not_found', message: 'The action does not exist.' });
  expect(await owner.modules.find(module.id)).toEqual({ module, latest: version, actionCount: 0 });
  expect(await owner.tokenExchangeProfiles.find(profile.id)).toEqual(profile);
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
