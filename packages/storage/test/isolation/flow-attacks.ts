import { firstPage } from '../samples.ts';
import { type Attack, BLOCK, GROUP_ID, JOB, later, NOTHING, REFUSED, TICKET } from './victim.ts';

/** Reads of what identity flows keep. */
export const FLOW_READS: readonly Attack[] = [
  ['passwordHistory.list', (s, it) => s.passwordHistory.list(it.user.userId, 24), []],
  ['loginBlocks.listForUser', (s, it) => s.loginBlocks.listForUser(it.user.userId), []],
  ['managementJobs.find', (s) => s.managementJobs.find(JOB.id), undefined],
  ['managementJobs.findInput', (s) => s.managementJobs.findInput(JOB.id), undefined],
  ['managementJobs.countUnfinished', (s) => s.managementJobs.countUnfinished(JOB.type), 0],
  ['tickets.find', (s) => s.tickets.find(TICKET.kind, TICKET.key), undefined],
  ['roles.listEffective', (s, it) => s.roles.listEffective(it.user.userId, firstPage), NOTHING],
  [
    'roles.listPermissionSources',
    (s, it) =>
      s.roles.listPermissionSources(it.user.userId, { ...firstPage, audience: it.api.identifier }),
    NOTHING,
  ],
  ['groups.find', (s, it) => s.groups.find(it.group.id), undefined],
  ['groups.list', (s) => s.groups.list(firstPage), NOTHING],
  ['groups.count', (s) => s.groups.count(), 0],
  ['groups.listMembers', (s, it) => s.groups.listMembers(it.group.id, firstPage), NOTHING],
  ['groups.listForUser', (s, it) => s.groups.listForUser(it.user.userId, firstPage), NOTHING],
  ['groups.isMember', (s, it) => s.groups.isMember(it.user.userId, [it.group.id, 'Staff']), false],
  ['groups.listRoles', (s, it) => s.groups.listRoles(it.group.id, firstPage), NOTHING],
  ['groups.listForRole', (s, it) => s.groups.listForRole(it.role.id, firstPage), NOTHING],
  [
    'groups.listForRole of a member',
    (s, it) => s.groups.listForRole(it.role.id, { ...firstPage, memberId: it.user.userId }),
    NOTHING,
  ],
];

/** Writes of what identity flows keep. */
export const FLOW_WRITES: readonly Attack[] = [
  ['passwordHistory.add', (s, it) => s.passwordHistory.add(it.user.userId, '$mine', 1), REFUSED],
  [
    'loginBlocks.save',
    (s, it) => s.loginBlocks.save({ ...BLOCK, userId: it.user.userId }),
    REFUSED,
  ],
  ['loginBlocks.deleteForUser', (s, it) => s.loginBlocks.deleteForUser(it.user.userId), undefined],
  ['loginBlocks.deleteExpired', (s) => s.loginBlocks.deleteExpired(new Date('2200-01-01')), 0],
  [
    'managementJobs.update',
    (s) => s.managementJobs.update(JOB.id, { status: 'failed' }),
    undefined,
  ],
  ['managementJobs.deleteOlderThan', (s) => s.managementJobs.deleteOlderThan(later), 0],
  // The same id, in a tenant of its own.
  ['managementJobs.create', async (s) => (await s.managementJobs.create(JOB)).id, JOB.id],
  ['groups.update', (s, it) => s.groups.update(it.group.id, { name: 'mine' }), undefined],
  ['groups.delete', (s, it) => s.groups.delete(it.group.id), false],
  ['groups.addMembers', (s, it) => s.groups.addMembers(it.group.id, [it.user.userId]), REFUSED],
  [
    'groups.removeMembers',
    (s, it) => s.groups.removeMembers(it.group.id, [it.user.userId]),
    undefined,
  ],
  ['groups.assignRoles', (s, it) => s.groups.assignRoles(it.group.id, [it.role.id]), REFUSED],
  ['groups.unassignRoles', (s, it) => s.groups.unassignRoles(it.group.id, [it.role.id]), undefined],
  // The same id, in a tenant of its own; it takes in nobody from elsewhere, and gives no foreign role.
  [
    'groups.create',
    async (s) => (await s.groups.create({ id: GROUP_ID, name: 'Mine' })).id,
    GROUP_ID,
  ],
  [
    'groups.addMembers of another tenant',
    (s, it) => s.groups.addMembers(GROUP_ID, [it.user.userId]),
    REFUSED,
  ],
  [
    'groups.assignRoles of another tenant',
    (s, it) => s.groups.assignRoles(GROUP_ID, [it.role.id]),
    REFUSED,
  ],
  ['tickets.attempt', (s) => s.tickets.attempt(TICKET.kind, TICKET.key), undefined],
  ['tickets.consume', (s) => s.tickets.consume(TICKET.kind, TICKET.key), undefined],
  ['tickets.update', (s) => s.tickets.update(TICKET.kind, TICKET.key, { mine: true }), false],
  ['tickets.revoke', (s, it) => s.tickets.revoke(it.user.userId), undefined],
  ['tickets.save', (s) => s.tickets.save({ ...TICKET, payload: { mine: true } }), undefined],
  // What the attacker saved expires later still.
  ['tickets.deleteExpired', (s) => s.tickets.deleteExpired(later), 1],
];
