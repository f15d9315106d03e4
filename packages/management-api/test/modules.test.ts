import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('modules');
});
beforeEach(() => {
  management.buildsRunAtOnce = true;
});
afterAll(() => management[Symbol.asyncDispose]());

const trigger = { id: 'post-login', version: 'v3' };
const code = 'exports.one = 1;';
// biome-ignore lint/suspicious/noExplicitAny: answers of the API, see `Answer.body`
type Wire = any;

const unique = (name: string) => `${name} ${++count}`;
const createModule = (members: object = {}): Promise<Wire> =>
  management.ok('POST', 'actions/modules', { name: unique('module'), code, ...members });
const getModule = (id: string): Promise<Wire> => management.ok('GET', `actions/modules/${id}`);
const patchModule = (id: string, body: object): Promise<Wire> =>
  management.ok('PATCH', `actions/modules/${id}`, body);
const publish = (id: string): Promise<Wire> =>
  management.ok('POST', `actions/modules/${id}/versions`);
const getVersion = (id: string, versionId: string): Promise<Wire> =>
  management.ok('GET', `actions/modules/${id}/versions/${versionId}`);
const createAction = (members: object = {}): Promise<Wire> =>
  management.ok('POST', 'actions/actions', {
    name: unique('action'),
    supported_triggers: [trigger],
    code: 'exports.onExecutePostLogin = async () => {};',
    ...members,
  });
const getAction = (id: string): Promise<Wire> => management.ok('GET', `actions/actions/${id}`);
const deploy = (id: string): Promise<Wire> => management.ok('POST', `actions/actions/${id}/deploy`);
const use = (module: Wire, version: Wire) => ({
  module_id: module.id,
  module_version_id: version.id,
});

describe('modules', () => {
  test('are drafts until they are published', async () => {
    const created = await createModule();
    expect(Object.keys(created)).toEqual([
      'id',
      'name',
      'code',
      'dependencies',
      'secrets',
      'all_changes_published',
      'actions_using_module_total',
      'created_at',
      'updated_at',
    ]);
    expect(created).toMatchObject({ all_changes_published: false, dependencies: [], secrets: [] });
    expect(created.created_at).toMatch(/\.\d{6}Z$/);
    const version = await publish(created.id);
    expect(Object.keys(version)).toEqual([
      'id',
      'module_id',
      'version_number',
      'code',
      'secrets',
      'dependencies',
      'created_at',
    ]);
    expect(await getModule(created.id)).toMatchObject({
      all_changes_published: true,
      latest_version: { id: version.id, version_number: 1, code, dependencies: [], secrets: [] },
    });
    const changed = await patchModule(created.id, { code: '// other' });
    expect(changed).toMatchObject({ all_changes_published: false, latest_version: { code } });
    // A content comparison: the old content is the published one again.
    expect((await patchModule(created.id, { code })).all_changes_published).toBe(true);
    expect(await getVersion(created.id, version.id)).toEqual(version);
  });

  test('are published at creation when asked for', async () => {
    const created = await createModule({ publish: true, api_version: 'v1' });
    expect(created).toMatchObject({
      all_changes_published: true,
      latest_version: { version_number: 1 },
    });
  });

  test('have unique names', async () => {
    const { name } = await createModule();
    const answer = await management.request('POST', 'actions/modules', { body: { name, code } });
    expect(answer.body).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'An action module with the same name already exists.',
    });
  });

  test('are not published twice with the same content', async () => {
    const { id } = await createModule({ publish: true });
    const again = await management.request('POST', `actions/modules/${id}/versions`);
    expect(again.status).toBe(409);
    expect(again.body.message).toMatch(/^No draft version is available to publish/);
    expect((await management.ok('GET', `actions/modules/${id}/versions`)).total).toBe(1);
  });

  test('keep secrets that are sent without a value, and never answer one', async () => {
    const { id, name } = await createModule({ secrets: [{ name: 'KEY', value: 'very-secret' }] });
    const first = await publish(id);
    await patchModule(id, {
      secrets: [{ name: 'NEW', value: 'other-secret' }, { name: 'KEY' }],
    });
    const second = await publish(id);
    expect(second.secrets.map((secret: Wire) => secret.name)).toEqual(['KEY', 'NEW']);
    for (const path of [id, `${id}/versions`, `${id}/versions/${first.id}`, '']) {
      const { text } = await management.request(
        'GET',
        `actions/modules/${path}`.replace(/\/$/, ''),
      );
      expect(text).toContain('KEY');
      expect(text).not.toContain('-secret');
    }
    const stored = await management.storeOf().modules.findVersion(id, second.id);
    expect(stored?.secrets.map(({ value }) => value)).toEqual(['very-secret', 'other-secret']);
    // A changed value alone is a change.
    await patchModule(id, { secrets: [{ name: 'NEW', value: 'changed' }, { name: 'KEY' }] });
    expect(await getModule(id)).toMatchObject({ name, all_changes_published: false });
  });

  test('roll their draft back to a version', async () => {
    const { id } = await createModule({ secrets: [{ name: 'KEY', value: 'one' }] });
    const first = await publish(id);
    await patchModule(id, { code: '// second', secrets: [] });
    await publish(id);
    const path = `actions/modules/${id}/rollback`;
    const body = { module_version_id: first.id };
    expect(await management.ok('POST', path, body)).toMatchObject({
      code,
      secrets: [{ name: 'KEY' }],
      all_changes_published: false,
      latest_version: { version_number: 2, code: '// second' },
    });
    const again = await management.request('POST', path, { body });
    expect(again.body).toMatchObject({
      statusCode: 409,
      message: 'The specified version is already the current draft version.',
    });
    expect((await publish(id)).version_number).toBe(3);
  });

  test('answer lists newest first, and every number always', async () => {
    const { id } = await createModule();
    for (const text of ['1', '2', '3']) {
      await patchModule(id, { code: text });
      await publish(id);
    }
    const list = (query: string) => management.ok('GET', `actions/modules/${id}/versions?${query}`);
    const first = await list('page=0&per_page=2');
    expect(first).toMatchObject({ total: 3, page: 0, per_page: 2 });
    expect(first.versions.map((one: Wire) => one.version_number)).toEqual([3, 2]);
    expect(await list('page=9&per_page=2')).toEqual({
      versions: [],
      total: 0,
      page: 9,
      per_page: 2,
    });
  });

  test('that are absent answer 404, whatever is asked of them', async () => {
    const { id } = await createModule({ publish: true });
    const gone = '00000000-0000-4000-8000-000000000000';
    const cases: [method: string, path: string, body?: object][] = [
      ['GET', gone],
      ['GET', 'x'],
      ['PATCH', gone, {}],
      ['DELETE', gone],
      ['GET', `${gone}/actions`],
      ['GET', `${gone}/versions`],
      ['POST', `${gone}/versions`],
      ['GET', `${id}/versions/${gone}`],
      ['GET', `${gone}/versions/${gone}`],
      ['POST', `${id}/rollback`, { module_version_id: gone }],
      ['POST', `${gone}/rollback`, { module_version_id: gone }],
    ];
    for (const [method, path, body] of cases) {
      const answer = await management.request(method, `actions/modules/${path}`, { body });
      expect([path, answer.status, answer.body.error]).toEqual([path, 404, 'Not Found']);
    }
  });

  test('need the scopes of actions', async () => {
    const { id } = await createModule();
    const cases: [method: string, path: string, scope: string, body?: object][] = [
      ['GET', '', 'read:actions'],
      ['POST', '', 'create:actions', { name: 'x', code }],
      ['PATCH', `/${id}`, 'update:actions', {}],
      ['DELETE', `/${id}`, 'delete:actions'],
      ['POST', `/${id}/versions`, 'update:actions'],
      ['POST', `/${id}/rollback`, 'update:actions', { module_version_id: id }],
    ];
    for (const [method, path, scope, body] of cases) {
      const others = ['read', 'create', 'update', 'delete'].map((verb) => `${verb}:actions`);
      const scopes = others.filter((one) => one !== scope);
      const answer = await management.request(method, `actions/modules${path}`, { body, scopes });
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });

  test('of a tenant are its own', async () => {
    const other = unique('tenant').replace(' ', '-');
    await management.addTenant(other);
    const module = await createModule({ publish: true });
    const answer = await management.request('GET', `actions/modules/${module.id}`, {
      tenant: other,
    });
    expect(answer.status).toBe(404);
    const body = {
      name: 'thief',
      supported_triggers: [trigger],
      modules: [use(module, module.latest_version)],
    };
    const refused = await management.request('POST', 'actions/actions', { body, tenant: other });
    expect(refused.status).toBe(400);
  });
});

describe('published versions', () => {
  test('pin their dependencies in a build of their own; the draft follows', async () => {
    const dependencies = [{ name: 'axios', version: 'latest' }];
    management.buildsRunAtOnce = false;
    const { id } = await createModule({ dependencies });
    const { id: versionId } = await publish(id);
    expect(management.queue.waiting).toContainEqual(
      expect.objectContaining({ kind: 'build-module', moduleId: id, versionId }),
    );
    expect((await getVersion(id, versionId)).dependencies).toEqual(dependencies);
    await management.build();
    const pinned = [{ name: 'axios', version: '9.9.9' }];
    expect((await getVersion(id, versionId)).dependencies).toEqual(pinned);
    expect(await getModule(id)).toMatchObject({
      dependencies: pinned,
      all_changes_published: true,
    });
  });

  test('leave a draft alone that has other dependencies by now', async () => {
    management.buildsRunAtOnce = false;
    const { id } = await createModule({ dependencies: [{ name: 'axios', version: 'latest' }] });
    await publish(id);
    const dependencies = [{ name: 'lodash', version: 'latest' }];
    await patchModule(id, { dependencies });
    await management.build();
    expect(await getModule(id)).toMatchObject({ dependencies, all_changes_published: false });
  });

  test('that cannot be built say why, and are published all the same', async () => {
    const { id } = await createModule({ dependencies: [{ name: 'does-not-exist', version: '1' }] });
    const { id: versionId } = await publish(id);
    expect((await getVersion(id, versionId)).errors).toEqual([
      { id: 'dependency_not_found', msg: 'The package "does-not-exist" does not exist.' },
    ]);
    const down = await createModule({ dependencies: [{ name: 'registry-down', version: '1' }] });
    const { id: second } = await publish(down.id);
    expect((await getVersion(down.id, second)).errors).toEqual([
      expect.objectContaining({ id: 'build_unavailable' }),
    ]);
  });

  test('are 50 at most: the oldest unused one makes room, and none of 50 used ones', async () => {
    const store = management.storeOf();
    const module = await createModule();
    const version = await publish(module.id);
    const action = await createAction({ modules: [use(module, version)] });
    const content = { code, dependencies: [], secrets: [] };
    const add = () => store.modules.publish(module.id, { ...content, id: crypto.randomUUID() });
    for (let number = 2; number <= 50; number += 1) await add();
    await patchModule(module.id, { code: '// 51' });
    expect((await publish(module.id)).version_number).toBe(51);
    const numbers = async () => {
      const { items } = await store.modules.listVersions(module.id, { page: 0, perPage: 100 });
      return items.map(({ number }) => number);
    };
    expect(await numbers()).toHaveLength(50);
    // Version 1 is in use by a draft; version 2 went.
    expect((await numbers()).slice(-2)).toEqual([3, 1]);

    const { items } = await store.modules.listVersions(module.id, { page: 0, perPage: 100 });
    const unused = items.filter(({ number }) => number !== 1);
    const users: string[] = [];
    for (const [at, { id: moduleVersionId, number }] of unused.entries()) {
      const reference = {
        ...{ moduleId: module.id, moduleName: module.name, moduleVersionId },
        ...{ moduleVersionNumber: number, secrets: [] },
      };
      const user = await store.actions.create({
        ...{ id: crypto.randomUUID(), name: unique('user'), status: 'pending', code: '' },
        ...{ dependencies: [], secrets: [], runtime: 'node22', supportedTriggers: [trigger] },
        modules: [reference],
      });
      users.push(user.id);
      if (at === 0) await store.actions.updateDraft(user.id, { code: '// still used' });
    }
    await patchModule(module.id, { code: '// 52' });
    const full = await management.request('POST', `actions/modules/${module.id}/versions`);
    expect(full.status).toBe(412);
    expect(full.body).toMatchObject({
      error: 'Precondition Failed',
      message: expect.stringMatching(/^Maximum number of module versions \(50\) reached/),
    });
    expect((await getModule(module.id)).latest_version.version_number).toBe(51);
    for (const id of [...users, action.id]) await store.actions.delete(id);
    expect((await publish(module.id)).version_number).toBe(52);
  });
});

describe('actions with modules', () => {
  test('name the pinned versions in the draft and in versions, and count when deployed', async () => {
    const module = await createModule({ publish: true });
    const version = module.latest_version;
    const action = await createAction({ modules: [use(module, version)] });
    const modules = [
      {
        module_id: module.id,
        module_name: module.name,
        module_version_id: version.id,
        module_version_number: 1,
      },
    ];
    expect(action.modules).toEqual(modules);
    expect(Object.keys(action).slice(-3)).toEqual(['secrets', 'modules', 'all_changes_deployed']);
    expect((await getModule(module.id)).actions_using_module_total).toBe(0);
    const deployed = await deploy(action.id);
    expect(deployed.modules).toEqual(modules);
    expect((await getModule(module.id)).actions_using_module_total).toBe(1);
    const uses = await management.ok('GET', `actions/modules/${module.id}/actions`);
    expect(uses).toEqual({
      actions: [
        {
          action_id: action.id,
          action_name: action.name,
          module_version_id: version.id,
          module_version_number: 1,
        },
      ],
      total: 1,
      per_page: 20,
    });
  });

  test('compare pins for all_changes_deployed, and keep them until told otherwise', async () => {
    const module = await createModule({ publish: true });
    const action = await createAction({ modules: [use(module, module.latest_version)] });
    await deploy(action.id);
    await patchModule(module.id, { code: '// two' });
    const second = await publish(module.id);
    expect(await getAction(action.id)).toMatchObject({
      all_changes_deployed: true,
      modules: [{ module_version_number: 1 }],
    });
    const path = `actions/actions/${action.id}`;
    const patched = await management.ok('PATCH', path, { modules: [use(module, second)] });
    expect(patched).toMatchObject({
      all_changes_deployed: false,
      modules: [{ module_version_number: 2 }],
      deployed_version: { modules: [{ module_version_number: 1 }] },
    });
    expect((await management.ok('PATCH', path, { name: unique('renamed') })).modules).toHaveLength(
      1,
    );
    const emptied = await management.ok('PATCH', path, { modules: [] });
    expect(emptied).not.toHaveProperty('modules');
    expect(emptied.all_changes_deployed).toBe(false);
  });

  test('get the module’s code in the build, and its secrets in the run', async () => {
    const module = await createModule({
      code: 'exports.a = 1;',
      dependencies: [{ name: 'axios', version: '1.2.3' }],
      secrets: [{ name: 'KEY', value: 'of the module' }],
      publish: true,
    });
    const { latest_version } = module;
    const action = await createAction({
      modules: [use(module, latest_version)],
      secrets: [{ name: 'OWN', value: 'of the action' }],
    });
    const without = await createAction();
    expect((await getAction(action.id)).status).toBe('built');
    const find = async (id: string) => (await management.storeOf().actions.find(id))?.artifactHash;
    expect(await find(action.id)).not.toBe(await find(without.id));
    await management.ok('POST', `actions/actions/${action.id}/test`, { payload: {} });
    const ran = management.runner.requests.at(-1)?.actions[0];
    expect(ran).toMatchObject({
      secrets: { OWN: 'of the action' },
      modules: [
        { name: module.name, versionId: latest_version.id, secrets: { KEY: 'of the module' } },
      ],
    });
    const { text } = await management.request('GET', `actions/actions/${action.id}`);
    expect(text).not.toContain('of the');
  });

  test('are built with the version that they pin, whatever was published since', async () => {
    const module = await createModule({ code: 'exports.a = 1;', publish: true });
    const build = async (version: Wire) => {
      const { id } = await createAction({ modules: [use(module, version)] });
      return (await management.storeOf().actions.find(id))?.artifactHash;
    };
    const before = await build(module.latest_version);
    await patchModule(module.id, { code: 'exports.a = 2;' });
    const second = await publish(module.id);
    expect(await build(module.latest_version)).toBe(before);
    expect(await build(second)).not.toBe(before);
  });

  test.for([
    ['a module that does not exist', { module_id: 'x' }, 'modules[0].module_id'],
    ['a version that does not exist', { module_version_id: 'x' }, 'modules[0].module_version_id'],
  ] as const)('are refused with %s', async ([, wrong, property]) => {
    const module = await createModule({ publish: true });
    const modules = [{ ...use(module, module.latest_version), ...wrong }];
    const body = { name: unique('action'), supported_triggers: [trigger], modules };
    const refused = await management.request('POST', 'actions/actions', { body });
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain(`on property ${property}.`);
    const { id } = await createAction();
    const path = `actions/actions/${id}`;
    expect((await management.request('PATCH', path, { body: { modules } })).status).toBe(400);
  });

  test('are refused with the version of another module', async () => {
    const one = await createModule({ publish: true });
    const two = await createModule({ publish: true });
    const body = {
      name: unique('action'),
      supported_triggers: [trigger],
      modules: [use(one, two.latest_version)],
    };
    const { status, body: error } = await management.request('POST', 'actions/actions', { body });
    expect([status, error.message]).toEqual([
      400,
      `Payload validation error: 'The action module "${one.name}" has no version ${two.latest_version.id}' on property modules[0].module_version_id.`,
    ]);
  });

  test('keep their modules from being deleted, in drafts and deployed versions', async () => {
    const module = await createModule({ publish: true });
    const action = await createAction({ modules: [use(module, module.latest_version)] });
    const remove = () => management.request('DELETE', `actions/modules/${module.id}`);
    const refused = await remove();
    expect(refused.status).toBe(412);
    expect(refused.body.message).toBe(
      `The Actions Module cannot be deleted because it is in use by one or more actions: "${action.name}".`,
    );
    await deploy(action.id);
    await management.ok('PATCH', `actions/actions/${action.id}`, { modules: [] });
    expect((await remove()).status).toBe(412);
    await deploy(action.id);
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
  });

  test('roll back to a version whose module is gone: it runs as deployed, its draft says why not', async () => {
    const module = await createModule({
      publish: true,
      secrets: [{ name: 'KEY', value: 'kept' }],
    });
    const action = await createAction({ modules: [use(module, module.latest_version)] });
    const old = await deploy(action.id);
    await management.ok('PATCH', `actions/actions/${action.id}`, { modules: [] });
    await deploy(action.id);
    await management.ok('DELETE', `actions/modules/${module.id}`);
    const path = `actions/actions/${action.id}/versions/${old.id}/deploy`;
    const again = await management.ok('POST', path, { update_draft: true });
    expect(again.modules).toEqual(old.modules);
    const version = await management.storeOf().actions.findVersion(action.id, again.id);
    expect(version?.modules?.[0]?.secrets).toMatchObject([{ name: 'KEY', value: 'kept' }]);
    expect(await getAction(action.id)).toMatchObject({
      status: 'failed',
      errors: [{ id: 'module_not_found', msg: expect.stringContaining(`"${module.name}"`) }],
    });
  });
});
