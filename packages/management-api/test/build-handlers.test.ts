import type { ActionBuilder, BuildOutcome } from '@tessera/model';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createBuildHandlers } from '../src/index.ts';
import { fakeBuilder } from './harness/fake-builder.ts';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('builds');
});
beforeEach(() => {
  management.buildsRunAtOnce = false;
});
afterAll(() => management[Symbol.asyncDispose]());

let count = 0;
async function createAction(members: object = {}): Promise<string> {
  count += 1;
  const { id } = await management.ok('POST', 'actions/actions', {
    name: `action ${count}`,
    supported_triggers: [{ id: 'post-login' }],
    ...members,
  });
  return id;
}
const get = (id: string) => management.ok('GET', `actions/actions/${id}`);
const handlersWith = (builder: ActionBuilder) =>
  createBuildHandlers({ store: management.store, builder, logger: management.logger });

/** A builder that waits until the test lets it go on. */
function pausedBuilder() {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const build: ActionBuilder['build'] = async (request): Promise<BuildOutcome> => {
    started.resolve();
    await release.promise;
    return await fakeBuilder.build(request);
  };
  return { build, started: started.promise, release: release.resolve };
}

test('createBuildHandlers() goes from pending over building to built and pins dependencies', async () => {
  const id = await createAction({
    dependencies: [{ name: 'axios', version: 'latest', registry_url: 'https://npm.example.com' }],
  });
  expect(await get(id)).toMatchObject({
    status: 'pending',
    dependencies: [{ version: 'latest', registry_url: 'https://npm.example.com' }],
  });
  const builder = pausedBuilder();
  const run = management.queue.run(handlersWith(builder));
  await builder.started;
  expect((await get(id)).status).toBe('building');
  builder.release();
  await run;
  expect(await get(id)).toMatchObject({
    status: 'built',
    dependencies: [{ name: 'axios', version: '9.9.9' }],
  });
  expect((await get(id)).dependencies[0].registry_url).toBeUndefined();
  const action = await management.storeOf().actions.find(id);
  expect(await management.storeOf().artifacts.find(action?.artifactHash ?? '')).toBeDefined();
});

test('createBuildHandlers() drops what it found when the draft has changed meanwhile', async () => {
  const id = await createAction({ code: 'old' });
  const builder = pausedBuilder();
  const run = management.queue.run(handlersWith(builder));
  await builder.started;
  await management.ok('PATCH', `actions/actions/${id}`, { code: 'new' });
  builder.release();
  await run;
  expect(await get(id)).toMatchObject({ status: 'pending', code: 'new' });
  await management.build();
  expect((await get(id)).status).toBe('built');
});

test('createBuildHandlers() builds only the newest revision of a draft that was saved twice', async () => {
  const id = await createAction({ code: 'one' });
  await management.ok('PATCH', `actions/actions/${id}`, { code: 'two' });
  const built: string[] = [];
  await management.queue.run(
    handlersWith({
      build: async (request) => {
        built.push(request.code);
        return await fakeBuilder.build(request);
      },
    }),
  );
  expect(built).toEqual(['two']);
});

test('createBuildHandlers() says retrying while the registry does not answer, failed after the last attempt', async () => {
  const id = await createAction({ dependencies: [{ name: 'registry-down', version: '1.0.0' }] });
  const [job] = management.queue.waiting;
  await expect(management.queue.run(handlersWith(fakeBuilder), { isLast: false })).rejects.toThrow(
    'ECONNREFUSED',
  );
  expect((await get(id)).status).toBe('retrying');
  if (job?.kind !== 'build-draft') throw new Error('a build is expected');
  const attempt = { attempt: 5, isLast: true, signal: new AbortController().signal };
  await expect(handlersWith(fakeBuilder)['build-draft'](job, attempt)).rejects.toThrow(
    'ECONNREFUSED',
  );
  const action = await get(id);
  expect(action.status).toBe('failed');
  expect(action.errors[0].msg).toBe(
    'The build did not finish: the package registry did not answer.',
  );
});

test('an action whose code cannot be parsed is built, and its errors say where; warnings are not told', async () => {
  const id = await createAction({ code: 'exports.x = ;' });
  const syntax = { id: 'syntax_error', message: 'Unexpected ";"', line: 1, column: 13 };
  const warning = { id: 'optional_native_addon', message: 'pg-native is left out' };
  const build: ActionBuilder['build'] = async (request) => ({
    ...(await fakeBuilder.build(request)),
    diagnostics: [syntax, warning],
  });
  await management.queue.run(handlersWith({ build }));
  expect(await get(id)).toMatchObject({
    status: 'built',
    errors: [{ id: 'syntax_error', msg: 'Unexpected ";"', line: 1, column: 13 }],
  });
  expect((await get(id)).errors).toHaveLength(1);
});

test('createBuildHandlers() does nothing for an action or a tenant that is gone', async () => {
  const id = await createAction();
  await management.ok('DELETE', `actions/actions/${id}`);
  await management.queue.run(handlersWith(fakeBuilder));
  const attempt = { attempt: 1, isLast: true, signal: new AbortController().signal };
  const gone = { tenantId: 'ten_nobody', actionId: id };
  await handlersWith(fakeBuilder)['build-draft'](
    { kind: 'build-draft', ...gone, draftRevision: 1 },
    attempt,
  );
  await handlersWith(fakeBuilder)['build-version'](
    { kind: 'build-version', ...gone, versionId: id },
    attempt,
  );
});

test('createBuildHandlers() fails the version that was deployed at creation, and it serves nothing', async () => {
  const id = await createAction({
    deploy: true,
    dependencies: [{ name: 'does-not-exist', version: '1.0.0' }],
  });
  await management.build();
  expect(await get(id)).toMatchObject({ status: 'failed', deployed_version: { status: 'failed' } });
  await management.ok('PATCH', 'actions/triggers/post-login/bindings', {
    bindings: [{ ref: { type: 'action_id', value: id } }],
  });
  expect(await management.storeOf().bindings.listBound('post-login')).toEqual([]);
});
