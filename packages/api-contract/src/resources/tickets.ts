import { z } from 'zod';
import { defineOperations } from '../operation.ts';

const connectionId = z
  .string()
  .regex(/^con_[A-Za-z0-9]{16}$/)
  .describe('Id of the connection.');
const clientId = z.string().max(255).describe('Id of the application that the pages name.');
/** Longest lifetime of a ticket, s. */
const MAX_TTL_SECONDS = 2_592_000;

const shared = {
  result_url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional()
    .describe('Where the browser goes at the end.'),
  ttl_sec: z
    .int()
    .min(0)
    .max(MAX_TTL_SECONDS)
    .optional()
    .describe('Lifetime in seconds; 0 or absent: five days.'),
  client_id: clientId.optional(),
  includeEmailInRedirect: z
    .boolean()
    .optional()
    .describe('Adds the address to the query of `result_url`.'),
};
const identity = z.strictObject({
  user_id: z.string(),
  provider: z.string(),
  connection_id: connectionId.optional(),
});

const passwordChangeBody = z.strictObject({
  ...shared,
  user_id: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('The user; or `connection_id` and `email`.'),
  connection_id: connectionId.optional(),
  email: z.email().max(254).optional(),
  mark_email_as_verified: z.boolean().optional(),
  identity: identity.optional(),
});
export type PasswordChangeTicketBody = z.output<typeof passwordChangeBody>;

const emailVerificationBody = z.strictObject({
  ...shared,
  user_id: z.string().min(1).max(255),
  identity: identity.optional(),
});
export type EmailVerificationTicketBody = z.output<typeof emailVerificationBody>;

const ticket = z.strictObject({ ticket: z.string().describe('The URL.') });
const tag = 'tickets';

export const ticketOperations = defineOperations({
  createPasswordChangeTicket: {
    method: 'POST',
    path: '/tickets/password-change',
    tag,
    summary: 'Create a password change ticket',
    scopes: ['create:user_tickets'],
    body: passwordChangeBody,
    responses: { 201: { description: 'Ticket successfully created.', schema: ticket } },
  },
  createEmailVerificationTicket: {
    method: 'POST',
    path: '/tickets/email-verification',
    tag,
    summary: 'Create an email verification ticket',
    scopes: ['create:user_tickets'],
    body: emailVerificationBody,
    responses: { 201: { description: 'Ticket successfully created.', schema: ticket } },
  },
});
