import { type Attack, BLOCK, JOB, later, REFUSED, TICKET } from './victim.ts';

/** Reads of what identity flows keep. */
export const FLOW_READS: readonly Attack[] = [
  ['passwordHistory.list', (s, it) => s.passwordHistory.list(it.user.userId, 24), []],
  ['loginBlocks.listForUser', (s, it) => s.loginBlocks.listForUser(it.user.userId), []],
  ['managementJobs.find', (s) => s.managementJobs.find(JOB.id), undefined],
  ['managementJobs.findInput', (s) => s.managementJobs.findInput(JOB.id), undefined],
  ['managementJobs.countUnfinished', (s) => s.managementJobs.countUnfinished(JOB.type), 0],
  ['tickets.find', (s) => s.tickets.find(TICKET.kind, TICKET.key), undefined],
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
  ['tickets.attempt', (s) => s.tickets.attempt(TICKET.kind, TICKET.key), undefined],
  ['tickets.consume', (s) => s.tickets.consume(TICKET.kind, TICKET.key), undefined],
  ['tickets.update', (s) => s.tickets.update(TICKET.kind, TICKET.key, { mine: true }), false],
  ['tickets.revoke', (s, it) => s.tickets.revoke(it.user.userId), undefined],
  ['tickets.save', (s) => s.tickets.save({ ...TICKET, payload: { mine: true } }), undefined],
  // What the attacker saved expires later still.
  ['tickets.deleteExpired', (s) => s.tickets.deleteExpired(later), 1],
];
