import {
  createAlphanumericId,
  ENROLLMENT_TICKET_LIFETIME_SECONDS,
  type EnrollmentTicket,
  inSeconds,
  type Multifactor,
  SECOND_FACTOR_TYPES,
  type Ticket,
} from '@tessera/model';
import { z } from 'zod';
import type { MultifactorOptions } from './multifactor-services.ts';

/** Letters and digits of a ticket, as recorded ones have them: 190 bits. */
const TICKET_LENGTH = 32;
const keyOf = (id: string) => `enrollment ticket ${id}`;

const payloadSchema = z.strictObject({
  type: z.enum(SECOND_FACTOR_TYPES).optional(),
  allowsFurther: z.boolean(),
  isUsed: z.boolean(),
});

function readTicket(ticket: Ticket | undefined): EnrollmentTicket | undefined {
  if (ticket?.userId === undefined) return undefined;
  const { type, ...payload } = payloadSchema.parse(ticket.payload);
  return { userId: ticket.userId, ...payload, ...(type === undefined ? {} : { type }) };
}

/** Links by which an administrator lets a person set up a factor. */
export function createEnrollmentTickets({
  clock,
  randomBytes,
}: MultifactorOptions): Pick<
  Multifactor,
  'createEnrollmentTicket' | 'findEnrollmentTicket' | 'closeEnrollmentTicket'
> {
  return {
    async createEnrollmentTicket({ store }, { userId, ...payload }) {
      const id = createAlphanumericId(randomBytes, TICKET_LENGTH);
      await store.tickets.save({
        kind: 'mfa-code',
        key: keyOf(id),
        userId,
        payload: { ...payload, isUsed: false },
        expiresAt: inSeconds(clock, ENROLLMENT_TICKET_LIFETIME_SECONDS),
      });
      return id;
    },
    findEnrollmentTicket: async ({ store }, id) =>
      readTicket(await store.tickets.find('mfa-code', keyOf(id))),
    async closeEnrollmentTicket({ store }, id) {
      const found = await store.tickets.find('mfa-code', keyOf(id));
      if (!found) return false;
      return store.tickets.update('mfa-code', keyOf(id), { ...found.payload, isUsed: true });
    },
  };
}
