import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { anyPage, totalsPaging } from '../paging.ts';
import { timestamp } from '../values.ts';

const STATUSES = ['queued', 'kept', 'sent', 'dropped', 'failed'] as const;

const messageSchema = z.strictObject({
  id: z.string(),
  channel: z.enum(['email', 'phone']),
  to: z.string(),
  template: z.string(),
  user_id: z.string().optional(),
  status: z.enum(STATUSES),
  attempts: z.int(),
  error: z.string().optional(),
  created_at: timestamp,
  sent_at: timestamp.optional(),
});
const messageWithContentSchema = messageSchema.extend({
  content: jsonObjectSchema
    .optional()
    .describe(
      'Texts, code and link; of kept messages only: those of others are gone or on their way.',
    ),
});
export type WireOutboxMessage = z.output<typeof messageWithContentSchema>;

const recipient = z
  .string()
  .min(1)
  .max(254)
  .optional()
  .describe('Address or number of the recipient, exactly.');

const tag = 'outbox';

/** The outbox is this server's own: messages of a tenant without a way out can be read here. */
export const outboxOperations = defineOperations({
  listOutbox: {
    method: 'GET',
    path: '/outbox',
    tag,
    summary: 'Get the messages of the outbox, newest first',
    scopes: ['read:outbox'],
    query: z.strictObject({
      ...totalsPaging,
      to: recipient,
      status: z.enum(STATUSES).optional(),
      template: z.string().min(1).max(100).optional(),
    }),
    responses: {
      200: { description: 'The messages.', schema: anyPage('messages', messageSchema) },
    },
  },
  getOutboxMessage: {
    method: 'GET',
    path: '/outbox/{id}',
    tag,
    summary: 'Get a message with its content',
    scopes: ['read:outbox'],
    responses: { 200: { description: 'The message.', schema: messageWithContentSchema } },
  },
  deleteOutboxMessage: {
    method: 'DELETE',
    path: '/outbox/{id}',
    tag,
    summary: 'Delete a message of the outbox; one that is queued is not sent',
    scopes: ['delete:outbox'],
    responses: { 204: { description: 'The message is gone.' } },
  },
  deleteOutbox: {
    method: 'DELETE',
    path: '/outbox',
    tag,
    summary: 'Delete all messages of the outbox, or those to one recipient',
    scopes: ['delete:outbox'],
    query: z.strictObject({ to: recipient }),
    responses: { 204: { description: 'The messages are gone.' } },
  },
});
