import type { MANAGEMENT_OPERATIONS, WireOutboxMessage } from '@tessera/api-contract';
import type { Clock, OutboxMessage } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';

type OutboxOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'listOutbox' | 'getOutboxMessage' | 'deleteOutboxMessage' | 'deleteOutbox'
>;

export function outboxHandlers(services: {
  readonly clock: Clock;
}): OperationHandlers<OutboxOperations> {
  return {
    listOutbox: async ({ store, query }) => {
      const { to, status, template } = query;
      const page = await store.outbox.list({
        ...toPageQuery(query),
        ...(to === undefined ? {} : { to }),
        ...(status === undefined ? {} : { status }),
        ...(template === undefined ? {} : { template }),
      });
      const items = page.items.map(toWireMessage);
      return { status: 200, body: toListBody('messages', { ...page, items }, { query }) };
    },
    getOutboxMessage: async ({ store, params, token, facts }) => {
      const message = await store.outbox.find(params.id);
      if (message === undefined) throw notFound('The message does not exist.');
      if (message.status !== 'kept') return { status: 200, body: toWireMessage(message) };
      // Codes and links open accounts: who read them is written down.
      await store.logs.append({
        type: 'mgmt_api_read',
        date: services.clock.now(),
        description: 'Read a message of the outbox',
        ip: facts.ip,
        hostname: facts.hostname,
        ...(token.clientId === undefined ? {} : { clientId: token.clientId }),
        ...(message.userId === undefined ? {} : { userId: message.userId }),
        details: { message: { id: message.id, template: message.template } },
      });
      return { status: 200, body: { ...toWireMessage(message), content: message.content } };
    },
    deleteOutboxMessage: async ({ store, params }) => {
      if (!(await store.outbox.delete(params.id))) throw notFound('The message does not exist.');
      return { status: 204 };
    },
    deleteOutbox: async ({ store, query }) => {
      await store.outbox.deleteAll(query.to);
      return { status: 204 };
    },
  };
}

const toWireMessage = (message: OutboxMessage): WireOutboxMessage => ({
  id: message.id,
  channel: message.channel,
  to: message.to,
  template: message.template,
  ...(message.userId === undefined ? {} : { user_id: message.userId }),
  status: message.status,
  attempts: message.attempts,
  ...(message.error === undefined ? {} : { error: message.error }),
  created_at: message.createdAt.toISOString(),
  ...(message.sentAt === undefined ? {} : { sent_at: message.sentAt.toISOString() }),
});
