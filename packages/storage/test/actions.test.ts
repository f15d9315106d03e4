import { randomBytes, randomUUID } from 'node:crypto';
import type { TenantStore } from '@tessera/model';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import {
  createDeployedAction,
  firstPage,
  sampleAction,
  sampleBinding,
  sampleContent,
  sampleExecution,
} from './samples.ts';

const stores = openStorePerFile('actions');

test('actions.create() returns what find() and findByName() find, secrets decrypted', async () => {
  const tenant = await stores.createTenant();
  const sample = sampleAction();
  const created = await tenant.actions.create(sample);
  expect(created).toMatchObject({ ...sample, draftRevision: 1, diagnostics: [] });
  expect(await tenant.actions.find(sample.id)).toEqual(created);
  expect(await tenant.actions.findByName(sample.name)).toEqual(created);
  expect(await tenant.actions.count()).toBe(1);
});

test('actions.create() refuses a name that is taken', async () => {
  const tenant = await stores.createTenant();
  const { name } = await tenant.actions.create(sampleAction());
  await expect(tenant.actions.create(sampleAction({ name }))).rejects.toMatchObject({
    code: 'action_name_conflict',
    message: 'An action with that name already exists.',
  });
});

test('actions.list() filters by trigger, name and deployment', async () => {
  const tenant = await stores.createTenant();
  const { action: deployed } = await createDeployedAction(tenant);
  const draft = await tenant.actions.create(
    sampleAction({ supportedTriggers: [{ id: 'credentials-exchange', version: 'v2' }] }),
  );
  const list = async (query: object) =>
    (await tenant.actions.list({ ...firstPage, ...query })).items.map(({ id }) => id);
  expect(await list({})).toEqual([deployed.id, draft.id]);
  expect(await list({ triggerId: 'post-login' })).toEqual([deployed.id]);
  expect(await list({ triggerId: 'credentials-exchange' })).toEqual([draft.id]);
  expect(await list({ actionName: draft.name })).toEqual([draft.id]);
  expect(await list({ deployed: true })).toEqual([deployed.id]);
  expect(await list({ deployed: false })).toEqual([draft.id]);
});

test('actions.reportBuild() writes nothing when the draft has changed since', async () => {
  const tenant = await stores.createTenant();
  const { id } = await tenant.actions.create(sampleAction());
  const built = { status: 'built', artifactHash: 'abc' } as const;
  expect(await tenant.actions.reportBuild(id, 1, built)).toBe(true);
  expect(await tenant.actions.find(id)).toMatchObject({ ...built, draftRevision: 1 });

  const changed = await tenant.actions.updateDraft(id, { code: '// new', secrets: [] });
  expect(changed).toMatchObject({
    status: 'pending',
    draftRevision: 2,
    code: '// new',
    secrets: [],
  });
  expect(changed?.artifactHash).toBeUndefined();
  expect(await tenant.actions.reportBuild(id, 1, built)).toBe(false);
  const diagnostics = [{ id: 'syntax_error', message: 'Unexpected token', line: 1, column: 2 }];
  const failed = { status: 'failed', diagnostics, dependencies: [] } as const;
  expect(await tenant.actions.reportBuild(id, 2, failed)).toBe(true);
  expect(await tenant.actions.find(id)).toMatchObject(failed);
});

test('actions.updateDraft() leaves secrets and the deployed version alone', async () => {
  const tenant = await stores.createTenant();
  const { action, version } = await createDeployedAction(tenant);
  const updated = await tenant.actions.updateDraft(action.id, { code: '// draft' });
  expect(updated?.secrets).toEqual(action.secrets);
  expect(updated?.deployedVersionId).toBe(version.id);
  expect(await tenant.actions.findVersion(action.id, version.id)).toEqual(version);
  expect(await tenant.actions.updateDraft(randomUUID(), { code: '' })).toBeUndefined();
});

test('actions.deploy() numbers without gaps or doubles when many deploy at once', async () => {
  const tenant = await stores.createTenant();
  const { id } = await tenant.actions.create(sampleAction());
  const versions = await Promise.all(
    Array.from({ length: 12 }, () =>
      tenant.actions.deploy(id, { ...sampleContent(), id: randomUUID(), status: 'built' }),
    ),
  );
  expect(versions.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, at) => at + 1),
  );
  const last = versions.find(({ number }) => number === 12);
  expect((await tenant.actions.find(id))?.deployedVersionId).toBe(last?.id);
});

test('actions.deploy() keeps the newest 50 versions', async () => {
  const tenant = await stores.createTenant();
  const { id } = await tenant.actions.create(sampleAction());
  for (let number = 1; number <= 53; number += 1) {
    const content = sampleContent({ secrets: [] });
    await tenant.actions.deploy(id, { ...content, id: randomUUID(), status: 'built' });
  }
  const { items, total } = await tenant.actions.listVersions(id, { page: 0, perPage: 3 });
  expect(items.map(({ number }) => number)).toEqual([53, 52, 51]);
  expect(total).toBe(50);
});

/** Deploys so many versions, one after the other. */
async function deployTimes(tenant: TenantStore, id: string, times: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= times; number += 1) {
    const version = {
      ...sampleContent({ secrets: [] }),
      id: randomUUID(),
      status: 'built',
    } as const;
    ids.push((await tenant.actions.deploy(id, version)).id);
  }
  return ids;
}

test('actions.deploy() keeps what a suspended run goes on with, and drops it later', async () => {
  const tenant = await stores.createTenant();
  const { id } = await tenant.actions.create(sampleAction());
  const before = await deployTimes(tenant, id, 3);
  // A replica whose clock is ahead by as much as is allowed for.
  const createdAt = new Date(Date.now() + 60_000);
  const execution = sampleExecution({ status: 'suspended', createdAt, updatedAt: createdAt });
  await tenant.executions.save(execution);
  const after = await deployTimes(tenant, id, 51);
  const isThere = async (versionId: string | undefined) =>
    (await tenant.actions.findVersion(id, versionId ?? '')) !== undefined;
  // The third version served when the run began; what came before is not needed by it.
  expect(await Promise.all(before.map(isThere))).toEqual([false, false, true]);
  expect(await isThere(after[0])).toBe(true);
  expect((await tenant.actions.listVersions(id, firstPage)).total).toBe(52);

  await tenant.executions.save({ ...execution, status: 'final' });
  await deployTimes(tenant, id, 1);
  expect(await isThere(before[2])).toBe(false);
  expect((await tenant.actions.listVersions(id, firstPage)).total).toBe(50);
});

test('actions.deploy() does not wait for a run that can no longer be resumed', async () => {
  const tenant = await stores.createTenant();
  const { id } = await tenant.actions.create(sampleAction());
  const longAgo = new Date(Date.now() - 3 * 3_600_000);
  await tenant.executions.save(
    sampleExecution({ status: 'suspended', createdAt: longAgo, updatedAt: longAgo }),
  );
  await deployTimes(tenant, id, 51);
  expect((await tenant.actions.listVersions(id, firstPage)).total).toBe(50);
});

test('actions.deploy() refuses an action that does not exist', async () => {
  const tenant = await stores.createTenant();
  const version = { ...sampleContent(), id: randomUUID(), status: 'built' } as const;
  await expect(tenant.actions.deploy(randomUUID(), version)).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('bindings.listBound() runs built versions in order, with secrets', async () => {
  const tenant = await stores.createTenant();
  const one = await createDeployedAction(tenant);
  const two = await createDeployedAction(tenant);
  const draft = await tenant.actions.create(sampleAction());
  const bindings = await tenant.bindings.replace('post-login', [
    sampleBinding(two.action.id, 1),
    sampleBinding(one.action.id, 0),
    sampleBinding(draft.id, 2),
  ]);
  expect(bindings.map(({ position }) => position)).toEqual([0, 1, 2]);
  const bound = await tenant.bindings.listBound('post-login');
  expect(bound).toEqual([
    {
      binding: bindings[0],
      action: { id: one.action.id, name: one.action.name },
      version: one.version,
    },
    {
      binding: bindings[1],
      action: { id: two.action.id, name: two.action.name },
      version: two.version,
    },
  ]);
  expect(await tenant.bindings.listBound('credentials-exchange')).toEqual([]);
});

test('bindings.listBound() sees deployments, builds, renames and deletions at once', async () => {
  const tenant = await stores.createTenant();
  const { action } = await createDeployedAction(tenant);
  await tenant.bindings.replace('post-login', [sampleBinding(action.id, 0)]);
  const bound = async () =>
    (await tenant.bindings.listBound('post-login')).map(
      ({ action: { name }, version }) => `${name} ${version.number}`,
    );
  expect(await bound()).toEqual([`${action.name} 1`]);

  const id = randomUUID();
  await tenant.actions.deploy(action.id, { ...sampleContent(), id, status: 'pending' });
  expect(await bound()).toEqual([]);
  const pinned = [{ name: 'axios', version: '1.2.3' }];
  await tenant.actions.reportVersionBuild(id, {
    status: 'built',
    artifactHash: 'hash',
    dependencies: pinned,
  });
  expect(await bound()).toEqual([`${action.name} 2`]);
  expect(await tenant.actions.findVersion(action.id, id)).toMatchObject({
    status: 'built',
    artifactHash: 'hash',
    dependencies: pinned,
    builtAt: expect.any(Date),
  });
  await tenant.actions.updateDraft(action.id, { name: 'renamed' });
  expect(await bound()).toEqual(['renamed 2']);
  expect(await tenant.actions.delete(action.id)).toBe(true);
  expect(await bound()).toEqual([]);
  expect((await tenant.bindings.list('post-login', firstPage)).total).toBe(0);
  expect((await tenant.actions.listVersions(action.id, firstPage)).total).toBe(0);
});

test('bindings.replace() of many at once leaves exactly one list', async () => {
  const tenant = await stores.createTenant();
  const { id } = await tenant.actions.create(sampleAction());
  const lists = await Promise.all(
    Array.from({ length: 8 }, () =>
      tenant.bindings.replace('post-login', [sampleBinding(id, 0), sampleBinding(id, 1)]),
    ),
  );
  const { items } = await tenant.bindings.list('post-login', firstPage);
  expect(items).toHaveLength(2);
  expect(lists).toContainEqual(items);
  expect(await tenant.bindings.listForAction(id)).toEqual(items);
});

test('bindings.replace() refuses an unknown action and changes nothing', async () => {
  const tenant = await stores.createTenant();
  const { id } = await tenant.actions.create(sampleAction());
  const before = await tenant.bindings.replace('post-login', [sampleBinding(id, 0)]);
  await expect(
    tenant.bindings.replace('post-login', [sampleBinding(randomUUID(), 0)]),
  ).rejects.toMatchObject({ code: 'not_found', message: 'The action does not exist.' });
  expect((await tenant.bindings.list('post-login', firstPage)).items).toEqual(before);
});

test('artifacts keeps what it got first, any bytes included', async () => {
  const tenant = await stores.createTenant();
  const artifact = {
    hash: randomBytes(32).toString('hex'),
    bundle: `const text = "\0 ä 😀";${'x'.repeat(1_000_000)}`,
    sourceMap: '{"version":3}',
    lockfile: '{}',
    dependencies: [{ name: 'axios', version: '1.2.3' }],
  };
  await tenant.artifacts.save(artifact);
  await tenant.artifacts.save({ ...artifact, bundle: 'other' });
  expect(await tenant.artifacts.find(artifact.hash)).toEqual(artifact);
  expect(await tenant.artifacts.find('none')).toBeUndefined();
});
