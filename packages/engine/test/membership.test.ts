import type { PostLoginAPI } from '@tessera/action-types';
import { describe, expect, test } from 'vitest';
import { createTestTenant } from './support/tenant.ts';

const ROLES = Array.from({ length: 120 }, (_, at) => ({
  id: `rol_${at}`,
  name: `Role ${String(at).padStart(3, '0')}`,
  ...(at === 0 && { description: 'The first' }),
}));

const groupsUpTo = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    id: `grp_${at}`,
    name: `Group ${String(at).padStart(4, '0')}`,
  }));
const GROUPS = groupsUpTo(120);
const tooMany = groupsUpTo(1_101);

/** Asks as an action of a login would; resolves to the answer, or to the message it failed with. */
async function ask(
  question: (api: PostLoginAPI) => Promise<unknown>,
  event: { readonly user?: { readonly user_id: string } } = { user: { user_id: 'auth0|1' } },
): Promise<unknown> {
  let answer: unknown;
  const file = {
    onExecutePostLogin: async (_: unknown, api: PostLoginAPI) => {
      answer = await question(api);
    },
  };
  const tenant = createTestTenant([{ file }], {
    roles: { 'auth0|1': ROLES },
    groups: { 'auth0|1': GROUPS, 'auth0|9': tooMany },
  });
  const { end } = await tenant.run({ event });
  return end.kind === 'failed' ? end.message : answer;
}

describe('api.roles', () => {
  test('answers in order of name, fifty at a time, and where to go on', async () => {
    const first = await ask((api) => api.roles.getUserEffectiveRoles());
    expect(first).toMatchObject({ next: '50' });
    expect(first).toHaveProperty('roles.0', {
      id: 'rol_0',
      name: 'Role 000',
      description: 'The first',
    });
    expect(first).toHaveProperty('roles.49', { id: 'rol_49', name: 'Role 049' });
    const last = await ask((api) => api.roles.getUserEffectiveRoles({ take: 100, from: '50' }));
    expect(last).toHaveProperty('roles.length', 70);
    expect(last).not.toHaveProperty('next');
  });

  test('answers those of some ids or names that the person has', async () => {
    expect(await ask((api) => api.roles.getUserEffectiveRolesByIds(['rol_7', 'rol_x']))).toEqual({
      roles: [{ id: 'rol_7', name: 'Role 007' }],
    });
    expect(
      await ask((api) => api.roles.getUserEffectiveRolesByNames(['role 007', 'Role 119'])),
    ).toEqual({ roles: [{ id: 'rol_119', name: 'Role 119' }] });
  });

  test("answers about the run's own user, whoever the guest asks about", async () => {
    const question = (api: PostLoginAPI) =>
      api.roles.getUserEffectiveRoles({ user_id: 'auth0|1' } as never);
    expect(await ask(question, { user: { user_id: 'auth0|2' } })).toEqual({ roles: [] });
    expect(await ask(question, {})).toEqual({ roles: [] });
  });

  test('refuses wrong slices', async () => {
    expect(await ask((api) => api.roles.getUserEffectiveRoles({ take: 0 }))).toContain(
      '"params.take"',
    );
    expect(await ask((api) => api.roles.getUserEffectiveRoles({ take: 101 }))).toContain(
      '1 to 100',
    );
    expect(await ask((api) => api.roles.getUserEffectiveRoles({ from: '-1' }))).toContain('"next"');
    const many = Array.from({ length: 101 }, (_, at) => `rol_${at}`);
    expect(await ask((api) => api.roles.getUserEffectiveRolesByIds(many))).toContain('at most 100');
  });

  test('refuses after the handler has settled', async () => {
    let late: Promise<unknown> | undefined;
    const file = {
      onExecutePostLogin: (_: unknown, api: PostLoginAPI) => {
        late = new Promise((resolve) => setImmediate(resolve)).then(() =>
          api.roles.getUserEffectiveRoles(),
        );
        late.catch(() => {});
      },
    };
    await createTestTenant([{ file }]).run();
    await expect(late).rejects.toThrow('after the handler had finished');
  });
});

describe('api.groups', () => {
  test('answers in order of name, fifty at a time, and where to go on', async () => {
    const first = await ask((api) => api.groups.getUserGroups());
    expect(first).toMatchObject({ next: '50' });
    expect(first).toHaveProperty('groups.0', { id: 'grp_0', name: 'Group 0000' });
    expect(first).toHaveProperty('groups.length', 50);
    const last = await ask((api) => api.groups.getUserGroups({ take: 100, from: '50' }));
    expect(last).toHaveProperty('groups.length', 70);
    expect(last).not.toHaveProperty('next');
  });

  test('tells whether the person is in one of some groups, by id or name', async () => {
    const isIn = (...groups: string[]) => ask((api) => api.groups.hasGroupMembership(groups));
    expect(await isIn('grp_x', 'grp_7')).toBe(true);
    expect(await isIn('Group 0007')).toBe(true);
    expect(await isIn('group 0007')).toBe(false);
    expect(await isIn()).toBe(false);
  });

  test("answers about the run's own user, whoever the guest asks about", async () => {
    const user = { user_id: 'auth0|2' };
    const list = (api: PostLoginAPI) => api.groups.getUserGroups({ user_id: 'auth0|1' } as never);
    const has = (api: PostLoginAPI) => api.groups.hasGroupMembership(['grp_7']);
    expect(await ask(list, { user })).toEqual({ groups: [] });
    expect(await ask(has, { user })).toBe(false);
    expect(await ask(list, {})).toEqual({ groups: [] });
    expect(await ask(has, {})).toBe(false);
  });

  test('refuses wrong slices, too many names, and users with too many groups', async () => {
    expect(await ask((api) => api.groups.getUserGroups({ take: 101 }))).toContain('1 to 100');
    const many = Array.from({ length: 101 }, (_, at) => `grp_${at}`);
    expect(await ask((api) => api.groups.hasGroupMembership(many))).toContain('at most 100');
    const user = { user_id: 'auth0|9' };
    expect(await ask((api) => api.groups.getUserGroups(), { user })).toContain(
      'more than 1000 groups',
    );
  });
});
