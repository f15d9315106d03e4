import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('token-exchange-profiles');
});
afterAll(() => management[Symbol.asyncDispose]());

const PATH = 'token-exchange-profiles';
const createAction = async (id = 'custom-token-exchange'): Promise<string> => {
  count += 1;
  const supported_triggers = [{ id }];
  return (
    await management.ok('POST', 'actions/actions', { name: `a ${count}`, supported_triggers })
  ).id;
};
const profile = (action_id: string, members: object = {}) => {
  count += 1;
  return {
    name: 'My profile',
    subject_token_type: `urn:acme:token-${count}`,
    action_id,
    type: 'custom_authentication',
    ...members,
  };
};

test('profiles are created, read, changed and deleted', async () => {
  const body = profile(await createAction());
  const created = await management.ok('POST', PATH, body);
  expect(Object.keys(created)).toEqual([
    'id',
    'name',
    'type',
    'subject_token_type',
    'action_id',
    'created_at',
    'updated_at',
  ]);
  expect(created).toMatchObject(body);
  expect(created.id).toMatch(/^tep_[A-Za-z0-9]{16}$/);
  expect(created.created_at).toMatch(/\.\d{3}Z$/);
  const path = `${PATH}/${created.id}`;
  expect(await management.ok('GET', path)).toEqual(created);
  const change = { name: 'Renamed', subject_token_type: `https://acme.example/${created.id}` };
  expect(await management.ok('PATCH', path, change)).toMatchObject({ ...body, ...change });
  const store = management.storeOf().tokenExchangeProfiles;
  expect(await store.findBySubjectTokenType(change.subject_token_type)).toMatchObject({
    id: created.id,
    actionId: body.action_id,
  });
  expect((await management.request('DELETE', path)).status).toBe(204);
  expect((await management.request('GET', path)).status).toBe(404);
  expect((await management.request('PATCH', path, { body: change })).status).toBe(404);
  // As recorded of this resource: the second time as the first.
  expect((await management.request('DELETE', path)).status).toBe(204);
});

test('a subject token type belongs to one profile', async () => {
  const one = await management.ok('POST', PATH, profile(await createAction()));
  const two = await management.ok('POST', PATH, profile(one.action_id));
  const { subject_token_type } = one;
  const again = await management.request('POST', PATH, {
    body: profile(one.action_id, { subject_token_type }),
  });
  expect(again.body).toMatchObject({
    statusCode: 409,
    message: 'Token exchange profile with the same subject_token_type already exists',
  });
  const path = `${PATH}/${two.id}`;
  expect((await management.request('PATCH', path, { body: { subject_token_type } })).status).toBe(
    409,
  );
});

test.for([
  ['a name that is too short', { name: 'ab' }],
  ['a name that is too long', { name: 'a'.repeat(51) }],
  ['a type of token that is no URI', { subject_token_type: 'no uri at all' }],
  ['a type of token that is too long', { subject_token_type: `urn:${'a'.repeat(97)}` }],
  ['another type', { type: 'on_behalf_of' }],
  ['no action', { action_id: undefined }],
  ['an action that does not exist', { action_id: '00000000-0000-4000-8000-000000000000' }],
  ['an unknown member', { color: 'red' }],
] as const)('a profile with %s is refused', async ([, members]) => {
  const body = profile(await createAction(), members);
  const answer = await management.request('POST', PATH, { body });
  expect(answer.status).toBe(400);
});

test('profiles take what is just within the limits, and changes of something only', async () => {
  const action = await createAction();
  const members = { name: 'a'.repeat(50), subject_token_type: `urn:${'a'.repeat(96)}` };
  const { id } = await management.ok('POST', PATH, profile(action, members));
  await management.ok('POST', PATH, profile(action, { name: 'abc' }));
  expect((await management.request('PATCH', `${PATH}/${id}`, { body: {} })).status).toBe(400);
});

test('a profile refuses an action of another trigger, and names both', async () => {
  const body = profile(await createAction('post-login'));
  const answer = await management.request('POST', PATH, { body });
  expect(answer.status).toBe(400);
  expect(answer.body.message).toMatch(/"a \d+" does not support the trigger custom-token-exchange/);
});

test('profiles are listed by checkpoints', async () => {
  const tenant = 'listed';
  await management.addTenant(tenant);
  const action = await management.ok(
    'POST',
    'actions/actions',
    { name: 'a', supported_triggers: [{ id: 'custom-token-exchange' }] },
    tenant,
  );
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    ids.push((await management.ok('POST', PATH, profile(action.id), tenant)).id);
  }
  const list = (query: string) => management.ok('GET', `${PATH}${query}`, undefined, tenant);
  const idsOf = (page: { token_exchange_profiles: { id: string }[] }) =>
    page.token_exchange_profiles.map(({ id }) => id);
  const first = await list('?take=2');
  expect(idsOf(first)).toEqual(ids.slice(0, 2));
  const rest = await list(`?from=${first.next}&take=2`);
  expect(rest).not.toHaveProperty('next');
  expect(idsOf(rest)).toEqual(ids.slice(2));
  expect(idsOf(await list(''))).toEqual(ids);
  const ofOther = await management.request('GET', `${PATH}/${ids[0]}`);
  expect(ofOther.status).toBe(404);
});

test('deleteAction keeps an action that a profile runs unless forced, and then takes the profile with it', async () => {
  const action = await createAction();
  const { id } = await management.ok('POST', PATH, profile(action));
  const refused = await management.request('DELETE', `actions/actions/${action}`);
  expect(refused.body).toMatchObject({
    statusCode: 409,
    message: 'Unable to delete an action bound to a trigger.',
  });
  await management.ok('DELETE', `actions/actions/${action}?force=true`);
  expect((await management.request('GET', `${PATH}/${id}`)).status).toBe(404);
});

test('profiles need scopes of their own', async () => {
  const scopes = ['read:actions', 'create:actions', 'update:actions', 'delete:actions'];
  for (const [method, path] of [
    ['GET', PATH],
    ['POST', PATH],
    ['GET', `${PATH}/tep_1`],
    ['PATCH', `${PATH}/tep_1`],
    ['DELETE', `${PATH}/tep_1`],
  ] as const) {
    expect((await management.request(method, path, { scopes })).status).toBe(403);
  }
});

test('the 101st profile of a tenant is refused', async () => {
  const tenant = 'full';
  const store = await management.addTenant(tenant);
  const action = await management.ok(
    'POST',
    'actions/actions',
    { name: 'a', supported_triggers: [{ id: 'custom-token-exchange' }] },
    tenant,
  );
  for (let index = 0; index < 99; index += 1) {
    await store.tokenExchangeProfiles.create({
      ...{ id: `tep_${index}`, name: 'abc', type: 'custom_authentication' },
      ...{ subjectTokenType: `urn:acme:${index}`, actionId: action.id },
    });
  }
  await management.ok('POST', PATH, profile(action.id), tenant);
  const answer = await management.request('POST', PATH, { body: profile(action.id), tenant });
  expect(answer.body.message).toBe(
    'The tenant has reached its limit of 100 token exchange profiles.',
  );
  expect(await store.tokenExchangeProfiles.count()).toBe(100);
});
