import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('bindings');
});
afterAll(() => management[Symbol.asyncDispose]());

const PATH = 'actions/triggers/post-login/bindings';
const byId = (value: string) => ({ ref: { type: 'action_id', value } });
const bind = (bindings: object[]) => management.ok('PATCH', PATH, { bindings });
const refuse = async (bindings: object[]) => {
  const { status, body } = await management.request('PATCH', PATH, { body: { bindings } });
  return { status, message: body.message };
};

async function createDeployed(name: string, triggerId = 'post-login'): Promise<string> {
  const { id } = await management.ok('POST', 'actions/actions', {
    name,
    supported_triggers: [{ id: triggerId }],
  });
  await management.ok('POST', `actions/actions/${id}/deploy`);
  return id;
}

test('updateBindings replaces all, in order, with new ids, by id, name or present binding', async () => {
  const one = await createDeployed('one');
  const two = await createDeployed('two');
  const first = await bind([
    byId(one),
    { ref: { type: 'action_name', value: 'two' }, display_name: 'Second' },
  ]);
  expect(first.bindings.map((binding: { display_name: string }) => binding.display_name)).toEqual([
    'one',
    'Second',
  ]);
  const kept = { ref: { type: 'binding_id', value: first.bindings[1].id } };
  const second = await bind([kept, byId(one)]);
  expect(second.bindings).toMatchObject([
    {
      display_name: 'Second',
      trigger_id: 'post-login',
      action: { id: two, all_changes_deployed: false },
    },
    { display_name: 'one', action: { id: one, deployed_version: { deployed: true } } },
  ]);
  expect(second.bindings[0].id).not.toBe(first.bindings[1].id);
  const { action } = second.bindings[0];
  expect(Object.keys(action)).toEqual([
    'id',
    'name',
    'supported_triggers',
    'created_at',
    'updated_at',
    'current_version',
    'deployed_version',
    'all_changes_deployed',
  ]);
  expect(await management.ok('GET', `${PATH}?page=0&per_page=50`)).toEqual({
    ...second,
    total: 2,
    per_page: 50,
  });
  expect(await management.ok('GET', `${PATH}?page=1&per_page=100`)).toEqual({
    bindings: [],
    page: 1,
    per_page: 100,
  });
  expect(await bind([])).toEqual({ bindings: [] });
});

test('updateBindings refuses what cannot run, and then changes nothing', async () => {
  const good = await createDeployed('good');
  const machine = await createDeployed('machine', 'credentials-exchange');
  const { id: draft } = await management.ok('POST', 'actions/actions', {
    name: 'draft',
    supported_triggers: [{ id: 'post-login' }],
  });
  await bind([byId(good)]);
  expect(await refuse([byId(good), byId(draft)])).toEqual({
    status: 400,
    message: 'Trying to create a binding for an action that has not been deployed yet',
  });
  expect(await refuse([byId(machine)])).toEqual({
    status: 400,
    message: 'The action "machine" does not support the trigger post-login.',
  });
  expect(await refuse([byId(good), byId(good)])).toEqual({
    status: 400,
    message: 'The action "good" can be bound to a trigger only once.',
  });
  expect(await refuse([{ ref: { type: 'action_name', value: 'nobody' } }])).toEqual({
    status: 400,
    message: 'That action does not exist: "nobody" (bindings[0]).',
  });
  expect(await refuse([{ ref: { type: 'binding_id', value: 'nobody' } }])).toEqual({
    status: 400,
    message: 'That binding does not exist: "nobody" (bindings[0]).',
  });
  const { bindings } = await management.ok('GET', PATH);
  expect(bindings).toMatchObject([{ action: { id: good } }]);
  await bind([]);
});

test('updateBindings refuses the 21st binding', async () => {
  const bindings = Array.from({ length: 21 }, (_, index) => ({
    ref: { type: 'action_name', value: `a${index}` },
  }));
  const { status, message } = await refuse(bindings);
  expect(status).toBe(400);
  expect(message).toContain("'Array is too long (21), maximum 20' on property bindings");
});

test('entity-bound triggers have no bindings', async () => {
  const path = 'actions/triggers/event-stream/bindings';
  expect(await management.ok('GET', `${path}?per_page=50`)).toEqual({ bindings: [], per_page: 50 });
  const { status, body } = await management.request('PATCH', path, { body: { bindings: [] } });
  expect({ status, message: body.message }).toEqual({
    status: 400,
    message: 'cannot update action bindings for an entity-bound trigger',
  });
});

test('deleteAction keeps a bound action unless forced, and then unbinds it', async () => {
  const id = await createDeployed('bound');
  await bind([byId(id)]);
  const refused = await management.request('DELETE', `actions/actions/${id}`);
  expect(refused.body).toEqual({
    statusCode: 409,
    error: 'Conflict',
    message: 'Unable to delete an action bound to a trigger.',
  });
  expect((await management.request('DELETE', `actions/actions/${id}?force=true`)).status).toBe(204);
  expect(await management.ok('GET', PATH)).toEqual({ bindings: [], per_page: 20 });
});

test('listTriggers answers the catalog with statuses in upper case', async () => {
  const { triggers } = await management.ok('GET', 'actions/triggers');
  expect(triggers).toHaveLength(20);
  expect(triggers).toContainEqual({
    id: 'post-login',
    version: 'v3',
    status: 'CURRENT',
    runtimes: ['node18-actions', 'node22'],
    default_runtime: 'node22',
    binding_policy: 'trigger-bound',
    compatible_triggers: [{ id: 'post-login', version: 'v2' }],
  });
});
