import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIENCE, LoginFlows } from './login-flows.ts';

const GROUPS_CLAIM = 'https://example.com/groups';
const ROLES_CLAIM = 'https://example.com/roles';

/** Lets in who is in the group by name or in the other by id, and tells what else is known. */
const codeFor = (groupId: string) => `exports.onExecutePostLogin = async (event, api) => {
  const isStaff = await api.groups.hasGroupMembership(['Staff', '${groupId}']);
  if (!isStaff) return api.access.deny('For staff only.');
  const { groups, next } = await api.groups.getUserGroups({ take: 1 });
  const rest = next === undefined ? [] : (await api.groups.getUserGroups({ from: next })).groups;
  api.idToken.setCustomClaim('${GROUPS_CLAIM}', [...groups, ...rest].map(({ name }) => name));
  const { roles } = await api.roles.getUserEffectiveRoles();
  const names = roles.map(({ name }) => name);
  api.idToken.setCustomClaim('${ROLES_CLAIM}', [names, event.authorization.roles]);
};`;

let flows: LoginFlows;
beforeAll(async () => {
  flows = await LoginFlows.open();
});
afterAll(() => flows?.[Symbol.asyncDispose]());

const ok = (method: string, path: string, body?: unknown) =>
  flows.server.management.ok(method, path, body);

test('an Action decides by group, and roles of groups give permissions', async () => {
  const [api] = (await ok('GET', 'resource-servers')).filter(
    ({ identifier }: { identifier: string }) => identifier === AUDIENCE,
  );
  await ok('PATCH', `resource-servers/${api.id}`, {
    enforce_policies: true,
    token_dialect: 'access_token_authz',
    scopes: [{ value: 'read:reports' }, { value: 'write:reports' }],
  });
  const role = await ok('POST', 'roles', { name: 'Reporter' });
  await ok('POST', `roles/${role.id}/permissions`, {
    permissions: [{ resource_server_identifier: AUDIENCE, permission_name: 'read:reports' }],
  });
  const staff = await ok('POST', 'groups', { name: 'Staff' });
  const board = await ok('POST', 'groups', { name: 'Board' });
  await ok('POST', `groups/${staff.id}/roles`, { roles: [role.id] });
  const person = await flows.addPerson();
  await flows.bind('post-login', codeFor(board.id));

  const outside = await flows.newLogin().authorize(person);
  expect(outside.get('error')).toBe('access_denied');
  expect(outside.get('error_description')).toBe('For staff only.');

  const join = { members: [person.user_id] };
  await ok('POST', `groups/${board.id}/members`, join);
  const member = await flows.newLogin().tokens(person);
  expect(decodeJwt(member.id_token ?? '')).toMatchObject({
    [GROUPS_CLAIM]: ['Board'],
    [ROLES_CLAIM]: [[], []],
  });
  expect(decodeJwt(member.access_token ?? '').permissions).toEqual([]);

  await ok('POST', `groups/${staff.id}/members`, join);
  const login = flows.newLogin();
  const both = await login.tokens(person);
  expect(decodeJwt(both.id_token ?? '')).toMatchObject({
    [GROUPS_CLAIM]: ['Board', 'Staff'],
    // Of the groups too; the event has the person's own alone.
    [ROLES_CLAIM]: [['Reporter'], []],
  });
  expect(decodeJwt(both.access_token ?? '').permissions).toEqual(['read:reports']);

  // A refresh asks again: who has left has neither the permission nor, at last, the login.
  await ok('DELETE', `groups/${staff.id}/members`, join);
  const refreshed = await flows.refresh(both.refresh_token);
  expect(decodeJwt(refreshed.id_token ?? '')).toMatchObject({ [GROUPS_CLAIM]: ['Board'] });
  expect(decodeJwt(refreshed.access_token ?? '').permissions).toEqual([]);
  await ok('DELETE', `groups/${board.id}`);
  const silent = await login.authorize(undefined, { prompt: 'none' });
  expect(silent.get('error')).toBe('access_denied');
});
