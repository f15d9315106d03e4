import { randomBytes } from 'node:crypto';
import { GROUP_LIMITS } from '@tessera/api-contract';
import { createGroupId } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_CONNECTION_NAME } from '../src/index.ts';
import { type RequestOptions, TestManagement } from './harness/open-management.ts';

let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('groups');
});
afterAll(() => management[Symbol.asyncDispose]());

const ok = (method: string, path: string, body?: unknown) => management.ok(method, path, body);
const nameNext = (what: string) => {
  count += 1;
  return `${what} ${count}`;
};
const createGroup = (members: object = {}) =>
  ok('POST', 'groups', { name: nameNext('Group'), ...members });
const createRole = () => ok('POST', 'roles', { name: nameNext('Role') });
async function createUser(): Promise<string> {
  const { user_id: userId } = await ok('POST', 'users', {
    connection: DEFAULT_CONNECTION_NAME,
    email: `user${nameNext('').trim()}@example.com`,
    password: 'Correct-horse-9',
  });
  return userId;
}
/** A request that has the body unless it reads. */
const send = (method: string, path: string, options: RequestOptions) => {
  const { body, ...rest } = options;
  return management.request(method, path, method === 'GET' ? rest : { ...rest, body });
};
const pathOf = (userId: string) => `users/${encodeURIComponent(userId)}`;
const INSTANT = expect.stringMatching(/^\d{4}-.+Z$/);

describe('groups', () => {
  test('are created, found, changed and deleted', async () => {
    const { status, body } = await management.request('POST', 'groups', {
      body: { name: 'Engineers', external_id: 'cn=engineers' },
    });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^grp_[1-9a-km-zA-HJ-NP-Z]{22}$/),
        name: 'Engineers',
        external_id: 'cn=engineers',
        tenant_name: expect.any(String),
        created_at: INSTANT,
        updated_at: INSTANT,
      },
    });
    expect(await ok('GET', `groups/${body.id}`)).toEqual(body);
    expect(await ok('GET', 'groups?name=Engineers')).toEqual([body]);
    expect(await ok('GET', 'groups?search=ENGIN&take=5')).toEqual({ groups: [body] });
    expect(await ok('GET', 'groups?external_id=cn%3Dengineers&fields=name')).toEqual([
      { name: 'Engineers' },
    ]);
    expect(await ok('GET', 'groups?connection_id=con_1')).toEqual([]);
    const changed = await ok('PATCH', `groups/${body.id}`, { name: 'Makers', external_id: null });
    expect(changed).toMatchObject({ id: body.id, name: 'Makers', created_at: body.created_at });
    expect(changed).not.toHaveProperty('external_id');
    expect((await management.request('DELETE', `groups/${body.id}`)).status).toBe(204);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const gone = await send(method, `groups/${body.id}`, { body: { name: 'A' } });
      expect(gone.body).toMatchObject({
        statusCode: 404,
        message: 'The group does not exist.',
        errorCode: 'inexistent_group',
      });
    }
  });

  test('have a name of their own', async () => {
    const { name } = await createGroup();
    const other = await createGroup();
    const taken = { statusCode: 409, errorCode: 'group_conflict' };
    const again = await management.request('POST', 'groups', { body: { name } });
    expect(again.body).toMatchObject(taken);
    const renamed = await management.request('PATCH', `groups/${other.id}`, { body: { name } });
    expect(renamed.body).toMatchObject(taken);
  });

  test.for([
    ['no name', {}],
    ['a name that reads like an id', { name: 'grp_123456789ABCDEFGHJKLMN' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a name beyond its limit', { name: 'a'.repeat(GROUP_LIMITS.nameCharacters + 1) }],
    ['an empty external id', { name: 'a', external_id: '' }],
    ['a member unheard of', { name: 'a', members: [] }],
  ] as const)('are not created with %s', async ([, body]) => {
    expect((await management.request('POST', 'groups', { body })).status).toBe(400);
  });

  test('are limited in number', async () => {
    const few = await TestManagement.open('few_groups');
    await using _ = few;
    const { groups } = few.storeOf();
    for (let at = 0; at < GROUP_LIMITS.perTenant; at += 1) {
      await groups.create({ id: createGroupId(randomBytes), name: `Group ${at}` });
    }
    const { body } = await few.request('POST', 'groups', { body: { name: 'One more' } });
    expect(body).toMatchObject({ message: 'The tenant has reached its limit of 1000 groups.' });
    expect(await groups.count()).toBe(GROUP_LIMITS.perTenant);
  });
});

describe('members of groups', () => {
  test('join, are listed from either side, and leave', async () => {
    const group = await createGroup();
    const [ada, bob] = [await createUser(), await createUser()];
    const path = `groups/${group.id}/members`;
    const joined = await management.request('POST', path, { body: { members: [ada, bob, ada] } });
    expect(joined).toMatchObject({ status: 204, text: '' });
    await ok('POST', path, { members: [ada] });
    const first = await ok('GET', `${path}?take=1`);
    expect(first.members).toHaveLength(1);
    const rest = await ok('GET', `${path}?from=${first.next}`);
    expect(rest).not.toHaveProperty('next');
    const members = [...first.members, ...rest.members];
    expect(members[0]).toMatchObject({ member_type: 'user', type: 'tenant', created_at: INSTANT });
    expect(members.map(({ id }: { id: string }) => id).sort()).toEqual([ada, bob].sort());
    const membership = { ...group, membership_created_at: INSTANT };
    expect(await ok('GET', `${pathOf(ada)}/groups`)).toEqual([membership]);
    expect(await ok('GET', `${pathOf(ada)}/groups?include_totals=true`)).toEqual({
      start: 0,
      limit: 50,
      total: 1,
      groups: [membership],
    });
    await ok('DELETE', path, { members: [ada] });
    expect(await ok('GET', `${pathOf(ada)}/groups`)).toEqual([]);
    expect(await ok('GET', `${path}?fields=id`)).toEqual({ members: [{ id: bob }] });
  });

  test('are users who exist, all or none of a request', async () => {
    const group = await createGroup();
    const ada = await createUser();
    const path = `groups/${group.id}/members`;
    const { body } = await management.request('POST', path, {
      body: { members: [ada, 'auth0|nobody'] },
    });
    expect(body).toMatchObject({ statusCode: 404, errorCode: 'inexistent_user' });
    expect(await ok('GET', path)).toEqual({ members: [] });
    const nowhere = `groups/${createGroupId(randomBytes)}/members`;
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await send(method, nowhere, { body: { members: [ada] } });
      expect(answer.body.errorCode, method).toBe('inexistent_group');
    }
    expect((await management.request('GET', 'users/auth0%7Cnobody/groups')).body).toMatchObject({
      statusCode: 404,
      errorCode: 'inexistent_user',
    });
  });

  test('come and go a hundred at a time', async () => {
    const group = await createGroup();
    const members = Array.from(
      { length: GROUP_LIMITS.membersPerRequest + 1 },
      (_, at) => `a|${at}`,
    );
    for (const method of ['POST', 'DELETE']) {
      const path = `groups/${group.id}/members`;
      const { status, body } = await management.request(method, path, { body: { members } });
      expect(status).toBe(400);
      expect(body.message).toContain('maximum 100');
    }
  });
});

describe('roles of groups', () => {
  test('are given and taken from either side', async () => {
    const [group, role, other] = [await createGroup(), await createRole(), await createRole()];
    const { id, name } = role;
    await ok('POST', `groups/${group.id}/roles`, { roles: [id, other.id] });
    await ok('POST', `roles/${id}/groups`, { groups: [group.id] });
    expect((await ok('GET', `groups/${group.id}/roles`)).roles).toContainEqual({
      id,
      name,
      description: '',
    });
    expect(await ok('GET', `roles/${id}/groups`)).toEqual({ groups: [group] });
    await ok('DELETE', `roles/${id}/groups`, { groups: [group.id] });
    expect(await ok('GET', `roles/${id}/groups`)).toEqual({ groups: [] });
    await ok('DELETE', `groups/${group.id}/roles`, { roles: [other.id, id] });
    expect(await ok('GET', `groups/${group.id}/roles`)).toEqual({ roles: [] });
  });

  test('are roles that exist, of groups that exist', async () => {
    const [group, role] = [await createGroup(), await createRole()];
    const none = createGroupId(randomBytes);
    const cases: readonly (readonly [path: string, body: object, message: string])[] = [
      [`groups/${group.id}/roles`, { roles: [role.id, 'rol_none'] }, 'The role does not exist.'],
      [`groups/${none}/roles`, { roles: [role.id] }, 'The group does not exist.'],
      ['roles/rol_none/groups', { groups: [group.id] }, 'The role does not exist.'],
      [`roles/${role.id}/groups`, { groups: [group.id, none] }, 'The group does not exist.'],
    ];
    for (const [path, body, message] of cases) {
      const answer = await management.request('POST', path, { body });
      expect(answer.body, path).toMatchObject({ statusCode: 404, message });
    }
    expect(await ok('GET', `groups/${group.id}/roles`)).toEqual({ roles: [] });
  });

  test('are roles of the members, with where they come from', async () => {
    const [group, own, given] = [await createGroup(), await createRole(), await createRole()];
    const ada = await createUser();
    await ok('POST', `groups/${group.id}/members`, { members: [ada] });
    await ok('POST', `groups/${group.id}/roles`, { roles: [own.id, given.id] });
    await ok('POST', `${pathOf(ada)}/roles`, { roles: [own.id] });
    const role = ({ id, name }: { id: string; name: string }) => ({ id, name, description: '' });
    expect(await ok('GET', `${pathOf(ada)}/effective-roles`)).toEqual({
      roles: [
        { ...role(own), sources: ['direct', 'groups'] },
        { ...role(given), sources: ['groups'] },
      ],
    });
    // Its own roles alone, as before.
    expect(await ok('GET', `${pathOf(ada)}/roles`)).toHaveLength(1);
    const sources = `${pathOf(ada)}/effective-roles/sources/groups`;
    expect(await ok('GET', `${sources}?role_id=${given.id}`)).toEqual({ groups: [group] });
    await ok('POST', 'resource-servers', {
      identifier: 'urn:orders',
      name: 'Orders',
      scopes: [{ value: 'read', description: 'Read orders' }, { value: 'write' }],
    });
    const permission = (name: string) => ({
      permissions: [{ permission_name: name, resource_server_identifier: 'urn:orders' }],
    });
    await ok('POST', `roles/${given.id}/permissions`, permission('read'));
    await ok('POST', `roles/${own.id}/permissions`, permission('write'));
    await ok('POST', `${pathOf(ada)}/permissions`, permission('read'));
    const permissions = `${pathOf(ada)}/effective-permissions`;
    const query = 'resource_server_identifier=urn%3Aorders';
    const ofOrders = {
      resource_server_name: 'Orders',
      resource_server_identifier: 'urn:orders',
    };
    const first = await ok('GET', `${permissions}?${query}&take=1`);
    expect(first.permissions).toEqual([
      {
        ...ofOrders,
        permission_name: 'read',
        description: 'Read orders',
        sources: ['direct', 'roles'],
      },
    ]);
    expect(await ok('GET', `${permissions}?${query}&from=${first.next}`)).toEqual({
      permissions: [expect.objectContaining({ permission_name: 'write', sources: ['roles'] })],
    });
    const roles = `${permissions}/sources/effective-roles?permission_name=read`;
    expect(await ok('GET', `${roles}&${query}`)).toEqual({
      roles: [{ ...role(given), sources: ['groups'] }],
    });
    for (const path of [`${permissions}?`, `${roles}&`]) {
      const unknown = await management.request('GET', `${path}resource_server_identifier=urn:x`);
      expect(unknown.body).toMatchObject({ errorCode: 'inexistent_resource_server' });
    }
    expect((await management.request('GET', sources)).status).toBe(400);
    expect((await management.request('GET', `${sources}?role_id=rol_none`)).status).toBe(404);
  });
});

test.for([
  ['GET', 'groups', 'read:groups'],
  ['POST', 'groups', 'create:groups'],
  ['PATCH', 'groups/g', 'update:groups'],
  ['DELETE', 'groups/g', 'delete:groups'],
  ['GET', 'groups/g/members', 'read:group_members'],
  ['POST', 'groups/g/members', 'create:group_members'],
  ['DELETE', 'groups/g/members', 'delete:group_members'],
  ['GET', 'groups/g/roles', 'read:group_roles'],
  ['POST', 'groups/g/roles', 'create:group_roles'],
  ['DELETE', 'groups/g/roles', 'delete:group_roles'],
  ['POST', 'roles/r/groups', 'create:group_roles'],
  ['DELETE', 'roles/r/groups', 'delete:group_roles'],
  ['GET', 'users/u/groups', 'read:groups'],
  ['GET', 'users/u/effective-roles', 'read:user_effective_roles'],
  ['GET', 'users/u/effective-roles/sources/groups', 'read:user_role_source_groups'],
  ['GET', 'users/u/effective-permissions', 'read:user_effective_permissions'],
  [
    'GET',
    'users/u/effective-permissions/sources/effective-roles',
    'read:user_permission_source_roles',
  ],
] as const)('%s %s needs %s', async ([method, path, scope]) => {
  const scopes = ['read:users', 'update:users', 'read:roles', 'create:role_members'];
  const refused = await send(method, path, { scopes, body: {} });
  expect(refused.body).toMatchObject({ statusCode: 403, errorCode: 'insufficient_scope' });
  const admitted = await send(method, path, { scopes: [scope], body: {} });
  expect(admitted.status).not.toBe(403);
});

test('a change of a group leaves an entry in the log, without the body', async () => {
  const group = await createGroup();
  const ada = await createUser();
  await ok('POST', `groups/${group.id}/members`, { members: [ada] });
  const entries = await ok('GET', 'logs?per_page=5&sort=date:-1');
  const entry = entries.find(({ description }: { description: string }) =>
    description.startsWith('Add users to a Group'),
  );
  expect(entry).toMatchObject({ type: 'sapi' });
  expect(JSON.stringify(entry)).not.toContain(ada);
});
