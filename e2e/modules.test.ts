import { eventually, startTestServer, type TestServer } from '@tessera/testkit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const CLAIM = 'https://example.com/module';
// biome-ignore lint/suspicious/noExplicitAny: tests read any member of any answer; a wrong one fails their assertions
type Body = any;
const ok = (method: string, path: string, body?: unknown): Promise<Body> =>
  server.management.ok(method, path, body);

/** Reads until it is as wanted. */
function waitFor(path: string, isDone: (body: Body) => boolean): Promise<Body> {
  return eventually(`such ${path}`, async () => {
    const body = await ok('GET', path);
    return isDone(body) ? body : undefined;
  });
}

/** What the module said while a machine got its token. */
async function claimOfToken(): Promise<unknown> {
  return decodeJwt(await server.getToken(`${server.url}/platform/v1/`))[CLAIM];
}

async function deploy(actionId: string): Promise<void> {
  await waitFor(`actions/actions/${actionId}`, ({ status }) => status === 'built');
  await ok('POST', `actions/actions/${actionId}/deploy`);
}

test('an action runs the module version that it pins, until it pins another one', async () => {
  const module = await ok('POST', 'actions/modules', {
    name: 'greeter',
    code: `export const greet = (name: string): string => [name, actions.secrets.KEY].join(' ');`,
    secrets: [{ name: 'KEY', value: 'first' }],
    publish: true,
  });
  const use = (version: Body) => [{ module_id: module.id, module_version_id: version.id }];
  const action = await ok('POST', 'actions/actions', {
    name: 'with module',
    supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
    code: `const { greet } = require('actions:greeter');
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('${CLAIM}', [greet('hello'), Object.keys(event.secrets).length]);
};`,
    modules: use(module.latest_version),
  });
  await deploy(action.id);
  await ok('PATCH', 'actions/triggers/credentials-exchange/bindings', {
    bindings: [{ ref: { type: 'action_id', value: action.id } }],
  });
  expect(await claimOfToken()).toEqual(['hello first', 0]);

  await ok('PATCH', `actions/modules/${module.id}`, {
    code: `export const greet = (name: string): string => [name, 'from', actions.secrets.KEY].join(' ');`,
    secrets: [{ name: 'KEY', value: 'second' }],
  });
  const second = await ok('POST', `actions/modules/${module.id}/versions`);
  expect(await claimOfToken()).toEqual(['hello first', 0]);
  // A build of its own takes the pinned version too.
  await ok('PATCH', `actions/actions/${action.id}`, { code: `${action.code}\n// Built again.` });
  await deploy(action.id);
  expect(await claimOfToken()).toEqual(['hello first', 0]);

  await ok('PATCH', `actions/actions/${action.id}`, { modules: use(second) });
  expect(await claimOfToken()).toEqual(['hello first', 0]);
  await deploy(action.id);
  expect(await claimOfToken()).toEqual(['hello from second', 0]);
  const inUse = await server.management.request('DELETE', `actions/modules/${module.id}`);
  expect(inUse.status).toBe(412);

  const { versions } = await ok('GET', `actions/actions/${action.id}/versions`);
  const old = versions.find((version: Body) => version.number === 1);
  await ok('POST', `actions/actions/${action.id}/versions/${old.id}/deploy`);
  expect(await claimOfToken()).toEqual(['hello first', 0]);
});

test('a broken module says so where it is published, and in the draft that uses it', async () => {
  const module = await ok('POST', 'actions/modules', {
    name: 'broken',
    code: `exports.a = require('nowhere');`,
    publish: true,
  });
  const version = module.latest_version;
  const published = await waitFor(
    `actions/modules/${module.id}/versions/${version.id}`,
    ({ errors }) => errors !== undefined,
  );
  const msg = '"nowhere" is required but not declared: add it to the module\'s dependencies';
  expect(published.errors).toEqual([{ id: 'undeclared_dependency', msg, line: 1, column: 21 }]);
  const action = await ok('POST', 'actions/actions', {
    name: 'uses a broken module',
    supported_triggers: [{ id: 'post-login', version: 'v3' }],
    code: `require('actions:broken');`,
    modules: [{ module_id: module.id, module_version_id: version.id }],
  });
  const failed = await waitFor(`actions/actions/${action.id}`, ({ status }) => status === 'failed');
  expect(failed.errors).toEqual([
    { id: 'undeclared_dependency', msg: `In the module "broken", line 1, column 21: ${msg}` },
  ]);
});

test('many saves in a row build the last one', async () => {
  const action = await ok('POST', 'actions/actions', {
    name: 'saved often',
    supported_triggers: [{ id: 'post-login', version: 'v3' }],
    code: '0',
  });
  const codeOf = (number: number) =>
    `exports.onExecutePostLogin = async (event, api) => console.log('save ${number}');`;
  for (let number = 1; number <= 8; number += 1) {
    const saved = await ok('PATCH', `actions/actions/${action.id}`, { code: codeOf(number) });
    // No save waits for a build.
    expect(saved.status).toBe('pending');
  }
  await waitFor(`actions/actions/${action.id}`, ({ status }) => status === 'built');
  const { payload } = await ok('POST', `actions/actions/${action.id}/test`, { payload: {} });
  expect(payload.logs).toMatchObject([{ message: 'save 8' }]);
});
