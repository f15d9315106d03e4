import {
  createAlphanumericId,
  ENROLLMENT_TICKET_LIFETIME_SECONDS,
  type EnrollmentTicket,
  inSeconds,
  type Multifactor,
  type MultifactorContext,
  type MultifactorSubject,
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
  isClosed: z.boolean(),
});

function readTicket(ticket: Ticket | undefined): EnrollmentTicket | undefined {
  if (ticket?.userId === undefined) return undefined;
  const { type, ...payload } = payloadSchema.parse(ticket.payload);
  return {
    userId: ticket.userId,
    ...payload,
    isUsed: ticket.attempts > 0,
    ...(type === undefined ? {} : { type }),
  };
}

/**
 * Takes the ticket's one use: exactly one of any number of concurrent callers gets it. Within the
 * transaction that confirms the factor, so that the use comes back when that fails.
 */
export async function useEnrollmentTicket(
  { store }: Pick<MultifactorContext, 'store'>,
  { user, binding }: MultifactorSubject,
): Promise<boolean> {
  const ticket = await store.tickets.attempt('mfa-code', keyOf(binding));
  return ticket?.userId === user.userId && ticket.attempts === 1;
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
        payload: { ...payload, isClosed: false },
        expiresAt: inSeconds(clock, ENROLLMENT_TICKET_LIFETIME_SECONDS),
      });
      return id;
    },
    findEnrollmentTicket: async ({ store }, id) =>
      readTicket(await store.tickets.find('mfa-code', keyOf(id))),
    async closeEnrollmentTicket({ store }, id) {
      const found = await store.tickets.find('mfa-code', keyOf(id));
      if (!found) return false;
      return store.tickets.update('mfa-code', keyOf(id), { ...found.payload, isClosed: true });
    },
  };
}
