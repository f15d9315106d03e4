import type { JsonObject, OutboxMessage, OutboxRepository } from '@tessera/model';
import { and, desc, eq, lt } from 'drizzle-orm';
import { outbox } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { deleteRows } from './delete-rows.ts';
import { pickPatch, sliceOf, toPage } from './rows.ts';
import { toStorableText } from './storable-text.ts';

type Row = typeof outbox.$inferSelect;

/** What is sealed of a message. */
type Sealed = Pick<OutboxMessage, 'to' | 'content'>;

const INSERT = {
  name: 'insert_outbox',
  text: `INSERT INTO outbox (tenant_id, id, channel, template, recipient_hash, user_id, status, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

/** How messages of one tenant are sealed, read, and found by recipient. */
function createRows({ tenantId, seal }: RepositoryContext) {
  const placeOf = (id: string) => ({ tenantId, model: 'outbox', idHash: Buffer.from(id) });
  return {
    hashOf: (to: string) => seal.hash(JSON.stringify([tenantId, 'outbox', to.toLowerCase()])),
    seal: (id: string, { to, content }: Sealed) => seal.seal({ to, content }, placeOf(id)),
    open: (row: Row): OutboxMessage => {
      const { to, content } = seal.open(row.content, placeOf(row.id));
      return {
        id: row.id,
        channel: row.channel,
        template: row.template,
        status: row.status,
        attempts: row.attempts,
        createdAt: row.createdAt,
        to: String(to),
        content: content as JsonObject,
        ...(row.userId === null ? {} : { userId: row.userId }),
        ...(row.error === null ? {} : { error: row.error }),
        ...(row.sentAt === null ? {} : { sentAt: row.sentAt }),
      };
    },
  };
}

export function createOutboxRepository(context: RepositoryContext): OutboxRepository {
  return { ...createReads(context), ...createWrites(context), ...createEndings(context) };
}

function createReads(context: RepositoryContext): Pick<OutboxRepository, 'find' | 'list'> {
  const {
    tenantId,
    session: { db },
  } = context;
  const { hashOf, open } = createRows(context);
  return {
    find: async (id) => {
      const [row] = await db
        .select()
        .from(outbox)
        .where(and(eq(outbox.tenantId, tenantId), eq(outbox.id, id)))
        .limit(1);
      return row && open(row);
    },
    list: async (query) => {
      const { to, status, template } = query;
      const where = and(
        eq(outbox.tenantId, tenantId),
        to === undefined ? undefined : eq(outbox.recipientHash, hashOf(to)),
        status === undefined ? undefined : eq(outbox.status, status),
        template === undefined ? undefined : eq(outbox.template, template),
      );
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select()
        .from(outbox)
        .where(where)
        .orderBy(desc(outbox.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(open), () => db.$count(outbox, where));
    },
  };
}

function createWrites(context: RepositoryContext): Pick<OutboxRepository, 'create' | 'update'> {
  const { tenantId, session } = context;
  const { hashOf, open, seal } = createRows(context);
  const rowOf = (id: string) => and(eq(outbox.tenantId, tenantId), eq(outbox.id, id));
  return {
    create: async ({ id, channel, template, to, userId, status, content }, transaction) => {
      const sealed = seal(id, { to, content });
      const values = [
        ...[tenantId, id, channel, template, hashOf(to), userId ?? null, status],
        sealed,
      ];
      if (transaction === undefined) await session.run(INSERT, values);
      else await transaction.executeSql(INSERT.text, values);
    },
    update: async (id, patch) => {
      const isSealedPatched = patch.to !== undefined || patch.content !== undefined;
      return session.transaction(async ({ db }) => {
        const [row] = await db.select().from(outbox).where(rowOf(id)).for('update');
        if (row === undefined) return false;
        const before = open(row);
        const to = patch.to ?? before.to;
        await db
          .update(outbox)
          .set({
            ...pickPatch(patch, ['status', 'attempts', 'sentAt']),
            ...(patch.error !== undefined && { error: toStorableText(patch.error) }),
            ...(isSealedPatched && {
              content: seal(id, { to, content: patch.content ?? before.content }),
              recipientHash: hashOf(to),
            }),
          })
          .where(rowOf(id));
        return true;
      });
    },
  };
}

function createEndings(
  context: RepositoryContext,
): Pick<OutboxRepository, 'delete' | 'deleteAll' | 'deleteOlderThan'> {
  const {
    tenantId,
    session: { db },
  } = context;
  const { hashOf } = createRows(context);
  const ofTenant = eq(outbox.tenantId, tenantId);
  return {
    delete: async (id) => {
      const deleted = await db
        .delete(outbox)
        .where(and(ofTenant, eq(outbox.id, id)))
        .returning({ id: outbox.id });
      return deleted.length > 0;
    },
    deleteAll: async (to) => {
      const ofRecipient = to === undefined ? undefined : eq(outbox.recipientHash, hashOf(to));
      const deleted = await db
        .delete(outbox)
        .where(and(ofTenant, ofRecipient))
        .returning({ id: outbox.id });
      return deleted.length;
    },
    deleteOlderThan: (before) =>
      deleteRows(db, outbox, and(ofTenant, lt(outbox.createdAt, before))),
  };
}
