import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('actions');
});
beforeEach(() => {
  management.buildsRunAtOnce = true;
});
afterAll(() => management[Symbol.asyncDispose]());

const trigger = { id: 'post-login', version: 'v3' };
const code = 'exports.onExecutePostLogin = async () => {};';

async function createAction(members: object = {}) {
  count += 1;
  return await management.ok('POST', 'actions/actions', {
    name: `action ${count}`,
    supported_triggers: [trigger],
    code,
    ...members,
  });
}
const get = (id: string) => management.ok('GET', `actions/actions/${id}`);
const patch = (id: string, body: object) => management.ok('PATCH', `actions/actions/${id}`, body);
const deploy = (id: string) => management.ok('POST', `actions/actions/${id}/deploy`);

describe('createAction', () => {
  test('answers in the recorded key order, pending, with the runtime of the trigger', async () => {
    const created = await createAction();
    expect(Object.keys(created)).toEqual([
      'id',
      'name',
      'supported_triggers',
      'created_at',
      'updated_at',
      'code',
      'dependencies',
      'runtime',
      'status',
      'secrets',
      'all_changes_deployed',
    ]);
    expect(created).toMatchObject({
      status: 'pending',
      runtime: 'node22',
      all_changes_deployed: false,
    });
    expect(created.created_at).toMatch(/\.\d{9}Z$/);
  });

  test('takes the current version of a trigger that names none', async () => {
    const created = await createAction({ supported_triggers: [{ id: 'credentials-exchange' }] });
    expect(created.supported_triggers).toEqual([{ id: 'credentials-exchange', version: 'v2' }]);
  });

  test('refuses a name that is taken', async () => {
    const { name } = await createAction();
    const { body } = await management.request('POST', 'actions/actions', {
      body: { name, supported_triggers: [trigger] },
    });
    expect(body).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'An action with that name already exists.',
      errorCode: 'action_name_conflict',
    });
  });

  test('deploys at once when asked to, and builds the version', async () => {
    const created = await createAction({ deploy: true });
    expect(created.all_changes_deployed).toBe(true);
    expect(created.current_version).toMatchObject({ status: 'PENDING', number: 1 });
    expect(created.deployed_version).toMatchObject({ status: 'pending', deployed: true });
    expect((await get(created.id)).deployed_version).toMatchObject({
      status: 'built',
      deployed: true,
    });
  });

  test('refuses the 101st action of a tenant and keeps neither it nor its build', async () => {
    const store = await management.addTenant('crowded');
    for (let index = 0; index < 100; index += 1) {
      await store.actions.create({
        id: crypto.randomUUID(),
        name: `action ${index}`,
        supportedTriggers: [trigger],
        code,
        dependencies: [],
        secrets: [],
        runtime: 'node22',
        status: 'pending',
      });
    }
    const { status, body } = await management.request('POST', 'actions/actions', {
      tenant: 'crowded',
      body: { name: 'one too many', supported_triggers: [trigger] },
    });
    expect({ status, message: body.message }).toEqual({
      status: 400,
      message: 'The tenant has reached its limit of 100 actions.',
    });
    expect(await store.actions.count()).toBe(100);
  });
});

describe('secrets of an action', () => {
  test('are never answered, wherever the action is', async () => {
    const secret = 'hunter2-very-secret';
    const { id } = await createAction({ secrets: [{ name: 'KEY', value: secret }] });
    await deploy(id);
    await management.ok('PATCH', 'actions/triggers/post-login/bindings', {
      bindings: [{ ref: { type: 'action_id', value: id } }],
    });
    for (const path of [
      `actions/actions/${id}`,
      'actions/actions',
      `actions/actions/${id}/versions`,
      'actions/triggers/post-login/bindings',
    ]) {
      expect((await management.request('GET', path)).text).not.toContain(secret);
    }
    await management.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
  });

  test('are replaced as a set; known ones keep their place and, without value, their value', async () => {
    const { id } = await createAction({
      secrets: [
        { name: 'foo', value: '1' },
        { name: 'old', value: '2' },
      ],
    });
    const patched = await patch(id, { secrets: [{ name: 'bar', value: '3' }, { name: 'foo' }] });
    expect(patched.secrets.map(({ name }: { name: string }) => name)).toEqual(['foo', 'bar']);
    const { secrets } = (await management.storeOf().actions.find(id)) ?? { secrets: [] };
    expect(secrets.map(({ name, value }) => [name, value])).toEqual([
      ['foo', '1'],
      ['bar', '3'],
    ]);
  });

  test('are refused without value when none is stored', async () => {
    const { id } = await createAction();
    const { status, body } = await management.request('PATCH', `actions/actions/${id}`, {
      body: { code: 'changed', secrets: [{ name: 'NEW' }] },
    });
    expect(status).toBe(400);
    expect(body.message).toBe(
      "Payload validation error: 'Missing required property: value' on property secrets[0].",
    );
    expect((await get(id)).code).toBe(code);
  });

  test('survive two saves at the same time: neither brings back what the other replaced', async () => {
    const { id } = await createAction({ secrets: [{ name: 'a', value: 'old' }] });
    await Promise.all([
      management.request('PATCH', `actions/actions/${id}`, {
        body: { secrets: [{ name: 'a', value: 'new' }] },
      }),
      management.request('PATCH', `actions/actions/${id}`, { body: { secrets: [{ name: 'a' }] } }),
    ]);
    const found = await management.storeOf().actions.find(id);
    expect(found?.secrets.map(({ value }) => value)).toEqual(['new']);
  });
});

describe('updateAction', () => {
  test('keeps what it does not name, empties what is empty, and builds again', async () => {
    const { id } = await createAction({ dependencies: [{ name: 'axios', version: '1.0.0' }] });
    const patched = await patch(id, { name: `renamed ${id}` });
    expect(patched).toMatchObject({
      status: 'pending',
      code,
      dependencies: [{ name: 'axios', version: '1.0.0' }],
    });
    expect(await get(id)).toMatchObject({ status: 'built', name: `renamed ${id}` });
    expect((await patch(id, { dependencies: [] })).dependencies).toEqual([]);
  });

  test('refuses another trigger, and takes a compatible version', async () => {
    const { id } = await createAction({
      supported_triggers: [{ id: 'post-login', version: 'v2' }],
    });
    const refused = await management.request('PATCH', `actions/actions/${id}`, {
      body: { supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }] },
    });
    expect(refused.body).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: "can't upgrade to this trigger.",
    });
    const patched = await patch(id, { supported_triggers: [trigger] });
    expect(patched.supported_triggers).toEqual([trigger]);
  });

  test('refuses the name of another action and changes nothing', async () => {
    const { name } = await createAction();
    const { id } = await createAction();
    const { status } = await management.request('PATCH', `actions/actions/${id}`, {
      body: { name, code: 'x' },
    });
    expect(status).toBe(409);
    expect((await get(id)).code).toBe(code);
  });

  test('says of equal content that all is deployed', async () => {
    const { id } = await createAction({ secrets: [{ name: 'a', value: '1' }] });
    await deploy(id);
    expect((await patch(id, { code })).all_changes_deployed).toBe(true);
    expect((await patch(id, { secrets: [{ name: 'a', value: '2' }] })).all_changes_deployed).toBe(
      false,
    );
  });
});

describe('deployAction', () => {
  test('answers a version that the next reading calls deployed', async () => {
    const { id } = await createAction();
    const version = await deploy(id);
    expect(version).toMatchObject({
      deployed: false,
      number: 1,
      status: 'built',
      action: { id, all_changes_deployed: false },
    });
    expect(version.built_at).toBeUndefined();
    const action = await get(id);
    expect(action.deployed_version).toMatchObject({ id: version.id, deployed: true });
    expect(action.current_version).toMatchObject({ id: version.id, status: 'BUILT' });
    expect(action.all_changes_deployed).toBe(true);
  });

  test('refuses a draft that is not built yet', async () => {
    management.buildsRunAtOnce = false;
    const { id } = await createAction();
    const { body } = await management.request('POST', `actions/actions/${id}/deploy`);
    expect(body).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: "A draft must be in the 'built' state before it can be deployed.",
    });
  });

  test('leaves the deployed version serving when a later draft cannot be built', async () => {
    const { id } = await createAction();
    const version = await deploy(id);
    await patch(id, { dependencies: [{ name: 'does-not-exist', version: '1.0.0' }] });
    const action = await get(id);
    expect(action).toMatchObject({ status: 'failed', deployed_version: { id: version.id } });
    expect(action.errors).toEqual([
      { id: 'dependency_not_found', msg: 'The package "does-not-exist" does not exist.' },
    ]);
    expect((await management.request('POST', `actions/actions/${id}/deploy`)).status).toBe(400);
  });

  test('numbers versions that are deployed at the same time one after the other', async () => {
    const { id } = await createAction();
    const versions = await Promise.all(Array.from({ length: 5 }, () => deploy(id)));
    expect(versions.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('deployActionVersion', () => {
  test('makes the old content a new version; the draft follows only when asked to', async () => {
    const { id } = await createAction({ code: 'one' });
    const first = await deploy(id);
    await patch(id, { code: 'two' });
    await deploy(id);
    const back = await management.ok(
      'POST',
      `actions/actions/${id}/versions/${first.id}/deploy`,
      null,
    );
    expect(back).toMatchObject({ number: 3, code: 'one' });
    expect(await get(id)).toMatchObject({
      code: 'two',
      deployed_version: { id: back.id },
      all_changes_deployed: false,
    });
    await management.ok('POST', `actions/actions/${id}/versions/${first.id}/deploy`, {
      update_draft: true,
    });
    expect(await get(id)).toMatchObject({
      code: 'one',
      status: 'built',
      all_changes_deployed: true,
    });
  });

  test('refuses a version of another action', async () => {
    const one = await createAction();
    const other = await createAction();
    const version = await deploy(one.id);
    const { body } = await management.request(
      'POST',
      `actions/actions/${other.id}/versions/${version.id}/deploy`,
    );
    expect(body).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'That action version does not exist.',
    });
  });
});

describe('listActionVersions', () => {
  test('answers newest first, says which is deployed, and omits zeros', async () => {
    const { id } = await createAction();
    expect(await management.ok('GET', `actions/actions/${id}/versions`)).toEqual({
      versions: [],
      per_page: 20,
    });
    await deploy(id);
    await deploy(id);
    const page = await management.ok('GET', `actions/actions/${id}/versions?per_page=1`);
    expect(page).toMatchObject({
      total: 2,
      per_page: 1,
      versions: [{ number: 2, deployed: true }],
    });
    const next = await management.ok('GET', `actions/actions/${id}/versions?per_page=1&page=1`);
    expect(next).toMatchObject({ total: 2, page: 1, versions: [{ number: 1, deployed: false }] });
    const [version] = next.versions;
    expect(await management.ok('GET', `actions/actions/${id}/versions/${version.id}`)).toEqual(
      version,
    );
  });
});

describe('listActions', () => {
  test('filters by name, trigger and deployment', async () => {
    await management.addTenant('lists');
    const send = (method: string, path: string, body?: object) =>
      management.ok(method, path, body, 'lists');
    const create = (name: string, id: string) =>
      send('POST', 'actions/actions', { name, supported_triggers: [{ id }] });
    const login = await create('login', 'post-login');
    await create('machine', 'credentials-exchange');
    await send('POST', `actions/actions/${login.id}/deploy`);
    const names = async (query: string) => {
      const { actions } = await send('GET', `actions/actions?${query}`);
      return actions.map(({ name }: { name: string }) => name);
    };
    expect(await names('')).toEqual(['login', 'machine']);
    expect(await names('actionName=machine')).toEqual(['machine']);
    expect(await names('triggerId=post-login')).toEqual(['login']);
    expect(await names('deployed=true')).toEqual(['login']);
    expect(await names('deployed=false')).toEqual(['machine']);
    expect(await names('installed=true')).toEqual([]);
    expect(await send('GET', 'actions/actions?page=5&per_page=100')).toEqual({
      actions: [],
      page: 5,
      per_page: 100,
    });
  });
});

describe('testAction', () => {
  test('runs the draft on the sample event with the given one laid over it, and applies nothing', async () => {
    const { id } = await createAction({ secrets: [{ name: 'KEY', value: 'value' }] });
    management.runner.ending = {
      kind: 'completed',
      commands: [
        { method: 'accessToken.setCustomClaim', args: ['https://example.com/plan', 'gold'] },
      ],
      logs: [{ level: 'log', time: '2026-11-21T10:00:00.000Z', message: 'hello' }],
      requests: [
        {
          method: 'GET',
          host: 'api.example.com',
          port: 443,
          status: 200,
          durationMs: 12.34,
          bytesSent: 1,
          bytesReceived: 2,
        },
      ],
    };
    const answer = await management.ok('POST', `actions/actions/${id}/test`, {
      payload: { event: { user: { email: 'j@example.com' } } },
    });
    expect(answer).toEqual({
      payload: {
        commands: [
          { method: 'accessToken.setCustomClaim', args: ['https://example.com/plan', 'gold'] },
        ],
        logs: [{ level: 'log', time: '2026-11-21T10:00:00.000Z', message: 'hello' }],
        requests: [
          {
            ...{ method: 'GET', host: 'api.example.com', port: 443, status: 200 },
            ...{ duration_ms: 12.3, bytes_sent: 1, bytes_received: 2 },
          },
        ],
        error: null,
        stats: { action_duration_ms: 0, boot_duration_ms: 0, total_request_duration_ms: 3.5 },
      },
    });
    const run = management.runner.requests.at(-1);
    expect(run?.event.user).toMatchObject({ email: 'j@example.com', user_id: expect.any(String) });
    expect(run?.actions[0]).toMatchObject({ actionId: id, secrets: { KEY: 'value' } });
  });

  test('answers the error of an action as data', async () => {
    const { id } = await createAction();
    management.runner.ending = {
      kind: 'failed',
      commands: [],
      logs: [],
      requests: [],
      error: { name: 'TypeError', message: 'no', stack: 'TypeError: no', line: 3, column: 7 },
    };
    const { payload } = await management.ok('POST', `actions/actions/${id}/test`, { payload: {} });
    expect(payload.error).toEqual({
      name: 'TypeError',
      message: 'no',
      stack: 'TypeError: no',
      line: 3,
      column: 7,
    });
  });

  test('gives each run a cache of its own', async () => {
    const { id } = await createAction();
    await management.ok('POST', `actions/actions/${id}/test`, { payload: {} });
    await management.runner.requests.at(-1)?.onHostCall?.('cache.set', ['key', 'value']);
    await management.ok('POST', `actions/actions/${id}/test`, { payload: {} });
    expect(
      await management.runner.requests.at(-1)?.onHostCall?.('cache.get', ['key']),
    ).toBeUndefined();
  });

  test('refuses a draft that is not built', async () => {
    management.buildsRunAtOnce = false;
    const pending = await createAction();
    const { body } = await management.request('POST', `actions/actions/${pending.id}/test`, {
      body: { payload: {} },
    });
    expect(body.message).toBe("A draft must be in the 'built' state before it can be tested.");
  });
});

describe('getExecution', () => {
  test('answers the record with console, requests and commands', async () => {
    const at = new Date('2026-11-21T10:00:00.000Z');
    const id = 'M9IqRp9wQLaYNrSwz6YPTTIwMjYxMTIx';
    await management.storeOf().executions.save({
      id,
      triggerId: 'post-login',
      status: 'final',
      createdAt: at,
      updatedAt: at,
      results: [
        {
          kind: 'limit-exceeded',
          limit: 'time',
          error: { name: 'Error', message: 'took too long', line: 2, column: 1 },
          actionId: 'a',
          actionName: 'slow',
          versionId: 'v',
          versionNumber: 4,
          startedAt: at,
          endedAt: at,
          commands: [],
          logs: [{ level: 'warn', time: at.toISOString(), message: 'slow' }],
          requests: [
            {
              host: '10.0.0.1',
              port: 80,
              durationMs: 1,
              bytesSent: 0,
              bytesReceived: 0,
              error: 'EACCES',
            },
          ],
        },
      ],
    });
    const execution = await management.ok('GET', `actions/executions/${id}`);
    expect(execution).toMatchObject({
      id,
      trigger_id: 'post-login',
      status: 'final',
      created_at: '2026-11-21T10:00:00.000000000Z',
      results: [
        {
          action_name: 'slow',
          error: { id: 'time_limit_exceeded', msg: 'took too long', line: 2 },
          version_number: 4,
          outcome: 'limit-exceeded',
          logs: [{ level: 'warn', message: 'slow' }],
          requests: [{ host: '10.0.0.1', error: 'EACCES' }],
        },
      ],
    });
  });

  test.for(['nothing', '%00', '..%2f..', 'a'.repeat(100)])('knows no execution %s', async (id) => {
    expect((await management.request('GET', `actions/executions/${id}`)).status).toBeOneOf([
      400, 404,
    ]);
  });
});

test.for(['made-up', '00000000-0000-4000-8000-000000000000'])(
  'an action with the id %s does not exist',
  async (id) => {
    const expected = {
      statusCode: 404,
      error: 'Not Found',
      message: 'That action does not exist.',
    };
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', '?force=true'],
      ['POST', '/deploy'],
      ['GET', '/versions'],
    ] as const) {
      const body = method === 'PATCH' ? { code: 'x' } : undefined;
      expect(
        (await management.request(method, `actions/actions/${id}${path}`, { body })).body,
      ).toEqual(expected);
    }
  },
);
