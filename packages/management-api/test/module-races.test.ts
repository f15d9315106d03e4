import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

const TRIES = 8;
let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('module races');
  management.buildsRunAtOnce = true;
});
afterAll(() => management[Symbol.asyncDispose]());

const call = (method: string, path: string, body?: object) =>
  management.request(method, `/api/v2/${path}`, body === undefined ? {} : { body });
const createModule = (members: object = {}) =>
  management.ok('POST', 'actions/modules', {
    name: `module ${++count}`,
    code: 'exports.one = 1;',
    ...members,
  });

test('a module that is deleted while an action begins to use it is used, or gone, never both', async () => {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const module = await createModule({ publish: true });
    const action = await management.ok('POST', 'actions/actions', {
      name: `action ${++count}`,
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
      code: 'exports.onExecutePostLogin = async () => {};',
    });
    const pin = { module_id: module.id, module_version_id: module.latest_version.id };
    const [deleted, pinned] = await Promise.all([
      call('DELETE', `actions/modules/${module.id}`),
      call('PATCH', `actions/actions/${action.id}`, { modules: [pin] }),
    ]);
    const isPinned = pinned.status === 200;
    expect([deleted.status, pinned.status]).toEqual(isPinned ? [412, 200] : [204, 400]);
    const left = await call('GET', `actions/modules/${module.id}`);
    expect(left.status).toBe(isPinned ? 200 : 404);
  }
});

test('one draft that several publish at once becomes one version', async () => {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { id } = await createModule();
    const answers = await Promise.all(
      [1, 2, 3].map(() => call('POST', `actions/modules/${id}/versions`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  }
});
