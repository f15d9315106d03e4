import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
// biome-ignore lint/suspicious/noExplicitAny: answers of the API, see `Answer.body`
let own: Record<'module' | 'action' | 'exchange' | 'profile' | 'provider' | 'template', any>;
let foreign: { readonly theirToken: string; readonly ourToken: string };

beforeAll(async () => {
  management = await TestManagement.open('other tenants');
  await management.addTenant('acme');
  management.buildsRunAtOnce = true;
  const module = await management.ok('POST', 'actions/modules', {
    ...{ name: 'private', code: 'exports.one = 1;', publish: true },
    secrets: [{ name: 'KEY', value: 'a secret of the module' }],
  });
  const action = await management.ok('POST', 'actions/actions', {
    ...{ name: 'private', supported_triggers: [{ id: 'post-login', version: 'v3' }] },
    modules: [{ module_id: module.id, module_version_id: module.latest_version.id }],
    egress: { allow: ['api.example.com'], deny: [] },
  });
  const exchange = await management.ok('POST', 'actions/actions', {
    ...{ name: 'exchange', supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }] },
    code: 'exports.onExecuteCustomTokenExchange = async () => {};',
  });
  await management.ok('POST', `actions/actions/${exchange.id}/deploy`);
  const profile = await management.ok('POST', 'token-exchange-profiles', {
    ...{ name: 'private', type: 'custom_authentication' },
    ...{ subject_token_type: 'urn:example:private', action_id: exchange.id },
  });
  const provider = await management.ok('POST', 'branding/phone/providers', {
    ...{ name: 'custom', credentials: {} },
  });
  const template = await management.ok('POST', 'branding/phone/templates', { type: 'otp_verify' });
  await management.storeOf().outbox.create({
    ...{ id: 'msg_private', channel: 'email', to: 'ada@example.com', template: 'reset_email' },
    ...{ status: 'kept', content: { code: 'a secret of the module' } },
  });
  own = { module, action, exchange, profile, provider, template };
  foreign = {
    theirToken: `Bearer ${await management.token(undefined, { tenant: 'acme' })}`,
    ourToken: `Bearer ${await management.token()}`,
  };
});
afterAll(() => management[Symbol.asyncDispose]());

/** Routes that name something of ours: method, path, body, and what another tenant is answered. */
type Row = readonly [method: string, path: () => string, body?: Body, status?: number];
type Body = (() => object) | undefined;
const pin = () => ({
  module_id: own.module.id,
  module_version_id: own.module.latest_version.id,
});
const post = { supported_triggers: [{ id: 'post-login', version: 'v3' }], name: 'thief' };
const versions = () => `actions/modules/${own.module.id}/versions`;
const ROUTES: readonly Row[] = [
  ['GET', () => `actions/modules/${own.module.id}`],
  ['PATCH', () => `actions/modules/${own.module.id}`, () => ({ code: 'stolen' })],
  ['GET', versions],
  ['POST', versions],
  ['GET', () => `${versions()}/${own.module.latest_version.id}`],
  ['GET', () => `actions/modules/${own.module.id}/actions`],
  [
    'POST',
    () => `actions/modules/${own.module.id}/rollback`,
    () => ({ module_version_id: own.module.latest_version.id }),
  ],
  ['DELETE', () => `actions/modules/${own.module.id}`],
  ['PATCH', () => `actions/actions/${own.action.id}`, () => ({ egress: { allow: [], deny: [] } })],
  ['POST', () => 'actions/actions', () => ({ ...post, modules: [pin()] }), 400],
  ['GET', () => 'outbox/msg_private'],
  ['DELETE', () => 'outbox/msg_private'],
  ['GET', () => `branding/phone/providers/${own.provider.id}`],
  ['PATCH', () => `branding/phone/providers/${own.provider.id}`, () => ({ disabled: true })],
  ['POST', () => `branding/phone/providers/${own.provider.id}/try`, () => ({ to: '+41445550100' })],
  ['DELETE', () => `branding/phone/providers/${own.provider.id}`],
  ['GET', () => `branding/phone/templates/${own.template.id}`],
  ['PATCH', () => `branding/phone/templates/${own.template.id}`, () => ({ disabled: true })],
  ['DELETE', () => `branding/phone/templates/${own.template.id}`],
  ['GET', () => `token-exchange-profiles/${own.profile.id}`],
  ['PATCH', () => `token-exchange-profiles/${own.profile.id}`, () => ({ name: 'stolen' })],
  // Deleting what is not there is no fault.
  ['DELETE', () => `token-exchange-profiles/${own.profile.id}`, undefined, 204],
  [
    'POST',
    () => 'token-exchange-profiles',
    () => ({
      ...{ name: 'thief', type: 'custom_authentication' },
      ...{ subject_token_type: 'urn:example:thief', action_id: own.exchange.id },
    }),
    400,
  ],
];

/** What is ours, as we see it. */
async function look(): Promise<string> {
  const paths = [
    ...[`actions/modules/${own.module.id}`, versions(), `actions/actions/${own.action.id}`],
    `token-exchange-profiles/${own.profile.id}`,
  ];
  const answers = await Promise.all(paths.map((path) => management.request('GET', path)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return answers.map(({ text }) => text).join('\n');
}

test.for(ROUTES.map((row, at) => [`${row[0]} of route ${at + 1}`, row] as const))(
  'another tenant finds nothing of ours, and changes nothing: %s',
  async ([, [method, path, body, status = 404]]) => {
    const before = await look();
    const given = body === undefined ? {} : { body: body() };
    const theirs = await management.request(method, path(), { ...given, tenant: 'acme' });
    expect(theirs.status).toBe(status);
    expect(theirs.text).not.toContain('secret of the module');
    // A token is good at its own tenant alone.
    const { theirToken, ourToken } = foreign;
    for (const wrong of [
      { authorization: theirToken },
      { authorization: ourToken, tenant: 'acme' },
      { authorization: null },
    ]) {
      expect((await management.request(method, path(), { ...given, ...wrong })).status).toBe(401);
    }
    expect(await look()).toBe(before);
  },
);

test('lists of another tenant are empty', async () => {
  for (const path of ['actions/modules', 'actions/actions', 'token-exchange-profiles']) {
    const { text } = await management.request('GET', path, { tenant: 'acme' });
    expect(text).not.toMatch(/private|exchange"/);
  }
});
