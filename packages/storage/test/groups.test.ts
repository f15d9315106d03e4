import { randomBytes } from 'node:crypto';
import { createGroupId, type NewGroup, type TenantStore } from '@tessera/model';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import { createUser, firstPage, sampleApi, sampleRole } from './samples.ts';

const stores = openStorePerFile('groups');

const sampleGroup = (fields: Partial<NewGroup> = {}): NewGroup => {
  const id = createGroupId(randomBytes);
  return { id, name: `Group ${id}`, ...fields };
};
const createGroup = (tenant: TenantStore, fields?: Partial<NewGroup>) =>
  tenant.groups.create(sampleGroup(fields));
const names = (page: { readonly items: readonly { readonly name: string }[] }) =>
  page.items.map(({ name }) => name);

test('groups.create() keeps what find() returns, and a name once per tenant', async () => {
  const { groups } = await stores.createTenant();
  const group = await groups.create(sampleGroup({ name: 'Staff', externalId: 'cn=staff' }));
  expect(group).toMatchObject({ name: 'Staff', externalId: 'cn=staff' });
  expect(await groups.find(group.id)).toEqual(group);
  expect(await groups.find('grp_none')).toBeUndefined();
  await expect(groups.create(sampleGroup({ name: 'Staff' }))).rejects.toMatchObject({
    code: 'conflict',
    message: 'A group with that name already exists.',
  });
  const elsewhere = await stores.createTenant();
  await createGroup(elsewhere, { name: 'Staff' });
});

test('groups.update() changes what is named, and removes with null', async () => {
  const tenant = await stores.createTenant();
  const group = await createGroup(tenant, { name: 'A', externalId: 'a' });
  const taken = await createGroup(tenant, { name: 'B' });
  expect(await tenant.groups.update(group.id, { name: 'C' })).toMatchObject({
    name: 'C',
    externalId: 'a',
    createdAt: group.createdAt,
  });
  const without = await tenant.groups.update(group.id, { externalId: null });
  expect(without).not.toHaveProperty('externalId');
  expect(await tenant.groups.find(group.id)).toEqual(without);
  expect(await tenant.groups.update('grp_none', { name: 'D' })).toBeUndefined();
  await expect(tenant.groups.update(group.id, { name: taken.name })).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('groups.list() filters by name, external id and parts of either, in pages', async () => {
  const tenant = await stores.createTenant();
  await createGroup(tenant, { name: '100% staff', externalId: 'cn=X' });
  await createGroup(tenant, { name: 'Sales' });
  await createGroup(tenant, { name: 'Staff', externalId: 'cn=y' });
  const list = async (filter: object) =>
    names(await tenant.groups.list({ ...firstPage, ...filter }));
  expect(await list({})).toEqual(['100% staff', 'Sales', 'Staff']);
  expect(await list({ name: 'Staff' })).toEqual(['Staff']);
  expect(await list({ name: 'staff' })).toEqual([]);
  expect(await list({ externalId: 'cn=X' })).toEqual(['100% staff']);
  expect(await list({ search: 'STAFF' })).toEqual(['100% staff', 'Staff']);
  expect(await list({ search: 'cn=x' })).toEqual(['100% staff']);
  expect(await list({ search: '0%' })).toEqual(['100% staff']);
  expect(await list({ search: '1%s' })).toEqual([]);
  expect(await list({ search: 'cn=', name: 'Staff' })).toEqual(['Staff']);
  expect(await tenant.groups.list({ page: 1, perPage: 1 })).toMatchObject({ total: 3 });
  expect(await tenant.groups.count()).toBe(3);
});

test('groups holds members, once each, until they leave or are gone', async () => {
  const tenant = await stores.createTenant();
  const { groups } = tenant;
  const [staff, sales] = [await createGroup(tenant, { name: 'Staff' }), await createGroup(tenant)];
  const { user: ada } = await createUser(tenant);
  const { user: bob } = await createUser(tenant);
  await groups.addMembers(staff.id, [ada.userId, bob.userId]);
  await groups.addMembers(staff.id, [ada.userId]);
  await groups.addMembers(sales.id, [ada.userId]);
  const members = await groups.listMembers(staff.id, firstPage);
  expect(members.total).toBe(2);
  expect(members.items.map(({ userId }) => userId).toSorted()).toEqual(
    [ada.userId, bob.userId].toSorted(),
  );
  const [first] = (await groups.listForUser(ada.userId, firstPage)).items;
  expect(first).toEqual({ ...staff, memberSince: expect.any(Date) });
  expect(await groups.isMember(ada.userId, ['nobody', 'Staff'])).toBe(true);
  expect(await groups.isMember(ada.userId, [sales.id])).toBe(true);
  expect(await groups.isMember(ada.userId, ['staff', 'Sta%'])).toBe(false);
  expect(await groups.isMember(bob.userId, [sales.id, sales.name])).toBe(false);
  expect(await groups.isMember(ada.userId, [])).toBe(false);

  await groups.removeMembers(staff.id, [ada.userId, 'auth0|nobody']);
  expect(await groups.isMember(ada.userId, [staff.id])).toBe(false);
  expect(await tenant.users.delete(bob.userId)).toBe(true);
  expect(await groups.listMembers(staff.id, firstPage)).toEqual({ items: [], total: 0 });
  expect(await groups.delete(sales.id)).toBe(true);
  expect(await groups.delete(sales.id)).toBe(false);
  expect(await groups.listForUser(ada.userId, firstPage)).toEqual({ items: [], total: 0 });
});

test('groups says which of both does not exist', async () => {
  const tenant = await stores.createTenant();
  const group = await createGroup(tenant);
  const { user } = await createUser(tenant);
  const refusal = (thing: string) => ({
    code: 'not_found',
    message: `The ${thing} does not exist.`,
  });
  const { addMembers, assignRoles } = tenant.groups;
  await expect(addMembers('grp_none', [user.userId])).rejects.toMatchObject(refusal('group'));
  await expect(addMembers(group.id, ['auth0|none'])).rejects.toMatchObject(refusal('user'));
  await expect(assignRoles(group.id, ['rol_none'])).rejects.toMatchObject(refusal('role'));
});

test('memberships of a linked user rest until the account is its own again', async () => {
  const tenant = await stores.createTenant();
  const group = await createGroup(tenant);
  const { user: main } = await createUser(tenant);
  const { user: other } = await createUser(tenant);
  await tenant.groups.addMembers(group.id, [other.userId]);
  await tenant.users.link(main.userId, other.userId);
  expect(await tenant.groups.listMembers(group.id, firstPage)).toEqual({ items: [], total: 0 });
  expect(await tenant.groups.isMember(main.userId, [group.id])).toBe(false);
  expect(await tenant.groups.isMember(other.userId, [group.id])).toBe(false);
  const [provider = '', userId = ''] = other.userId.split('|');
  await tenant.users.unlink(main.userId, { provider, userId });
  expect(await tenant.groups.isMember(other.userId, [group.id])).toBe(true);
});

test('roles of groups are roles of their members, and so are the permissions', async () => {
  const tenant = await stores.createTenant();
  const { groups, roles } = tenant;
  const { identifier } = await tenant.resourceServers.create(sampleApi());
  const { user } = await createUser(tenant);
  const permission = (permissionName: string) => ({
    resourceServerIdentifier: identifier,
    permissionName,
  });
  const [own, shared, given] = await Promise.all(
    ['read', 'write', 'pay'].map(async (permissionName) => {
      const role = await roles.create(sampleRole({ name: permissionName }));
      await roles.addPermissions(role.id, [permission(permissionName)]);
      return role;
    }),
  );
  if (!own || !shared || !given) throw new Error('Three roles were made');
  const [staff, sales] = [await createGroup(tenant, { name: 'Staff' }), await createGroup(tenant)];
  await groups.addMembers(staff.id, [user.userId]);
  await groups.assignRoles(staff.id, [shared.id, given.id]);
  await groups.assignRoles(staff.id, [given.id]);
  await groups.assignRoles(sales.id, [given.id]);
  await roles.assign(user.userId, [own.id, shared.id]);

  const effective = await roles.listEffective(user.userId, firstPage);
  expect(effective.total).toBe(3);
  const sources = Object.fromEntries(effective.items.map((role) => [role.id, role.sources]));
  expect(sources).toEqual({
    [own.id]: ['direct'],
    [shared.id]: ['direct', 'groups'],
    [given.id]: ['groups'],
  });
  const slice = await roles.listEffective(user.userId, { page: 1, perPage: 1 });
  expect(slice).toEqual({ items: effective.items.slice(1, 2), total: 3 });
  expect(await roles.listEffective(user.userId, { page: 9, perPage: 5 })).toEqual({
    items: [],
    total: 3,
  });
  expect((await roles.listForUser(user.userId, firstPage)).total).toBe(2);
  expect(await roles.listEffectivePermissions(user.userId, identifier)).toEqual([
    'pay',
    'read',
    'write',
  ]);
  const sourcesOf = { audience: identifier, page: 0, perPage: 2 };
  await roles.grantToUser(user.userId, [permission('pay')]);
  expect(await roles.listPermissionSources(user.userId, sourcesOf)).toEqual({
    items: [
      { ...permission('pay'), sources: ['direct', 'roles'] },
      { ...permission('read'), sources: ['roles'] },
    ],
    total: 3,
  });
  await roles.revokeFromUser(user.userId, [permission('pay')]);
  const granting = { ...firstPage, granting: permission('write') };
  expect(await roles.listEffective(user.userId, granting)).toEqual({
    items: [{ ...shared, sources: ['direct', 'groups'] }],
    total: 1,
  });
  const elsewhere = { ...firstPage, granting: { ...permission('write'), permissionName: 'no' } };
  expect((await roles.listEffective(user.userId, elsewhere)).total).toBe(0);
  expect((await groups.listForRole(given.id, firstPage)).total).toBe(2);
  const query = { ...firstPage, memberId: user.userId };
  expect(names(await groups.listForRole(given.id, query))).toEqual(['Staff']);

  await groups.unassignRoles(staff.id, [shared.id]);
  expect(names(await groups.listRoles(staff.id, firstPage))).toEqual(['pay']);
  expect(await roles.delete(given.id)).toBe(true);
  expect(await groups.listRoles(staff.id, firstPage)).toEqual({ items: [], total: 0 });
  await groups.assignRoles(staff.id, [shared.id]);
  await roles.unassign(user.userId, [shared.id]);
  expect(await roles.listEffectivePermissions(user.userId, identifier)).toEqual(['read', 'write']);
  await groups.removeMembers(staff.id, [user.userId]);
  expect(await roles.listEffectivePermissions(user.userId, identifier)).toEqual(['read']);
});
