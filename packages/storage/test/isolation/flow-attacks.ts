import { type Attack, later, TICKET } from './victim.ts';

/** Reads of what identity flows keep. */
export const FLOW_READS: readonly Attack[] = [
  ['tickets.find', (s) => s.tickets.find(TICKET.kind, TICKET.key), undefined],
];

/** Writes of what identity flows keep. */
export const FLOW_WRITES: readonly Attack[] = [
  ['tickets.attempt', (s) => s.tickets.attempt(TICKET.kind, TICKET.key), undefined],
  ['tickets.consume', (s) => s.tickets.consume(TICKET.kind, TICKET.key), undefined],
  ['tickets.update', (s) => s.tickets.update(TICKET.kind, TICKET.key, { mine: true }), false],
  ['tickets.revoke', (s, it) => s.tickets.revoke(it.user.userId), undefined],
  ['tickets.save', (s) => s.tickets.save({ ...TICKET, payload: { mine: true } }), undefined],
  // What the attacker saved expires later still.
  ['tickets.deleteExpired', (s) => s.tickets.deleteExpired(later), 1],
];
