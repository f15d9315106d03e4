import type { JsonObject, MessageProvider, MessageProviderRepository } from '@tessera/model';
import { and, asc, eq } from 'drizzle-orm';
import { messageProviders } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch } from './rows.ts';

type Row = typeof messageProviders.$inferSelect;

/** What stands in `content`. */
type Content = Pick<MessageProvider, 'name' | 'isEnabled' | 'defaultFrom' | 'settings'>;

const CONTENT = ['name', 'isEnabled', 'defaultFrom', 'settings'] as const;

export function createMessageProviderRepository({
  tenantId,
  session,
  secrets,
}: RepositoryContext): MessageProviderRepository {
  const { db } = session;
  const ofTenant = eq(messageProviders.tenantId, tenantId);
  const rowOf = (id: string) => and(ofTenant, eq(messageProviders.id, id));
  const placeOf = (id: string) => ({ tenantId, table: 'message_providers', id });
  const encrypt = (id: string, credentials: JsonObject) =>
    secrets.encrypt(JSON.stringify(credentials), placeOf(id));
  const read = async (row: Row): Promise<MessageProvider> => ({
    // Written by this repository only.
    ...(row.content as unknown as Content),
    id: row.id,
    channel: row.channel,
    credentials:
      row.credentials === null
        ? {}
        : JSON.parse(await secrets.decrypt(row.credentials, placeOf(row.id))),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });

  return {
    create: async (provider) => {
      const { id, channel, credentials } = provider;
      const rows = await db
        .insert(messageProviders)
        .values({
          ...{ tenantId, id, channel },
          content: pickPatch(provider, CONTENT) as unknown as JsonObject,
          credentials: await encrypt(id, credentials),
        })
        .returning();
      return read(first(rows));
    },
    find: async (id) => {
      const [row] = await db.select().from(messageProviders).where(rowOf(id)).limit(1);
      return row && read(row);
    },
    list: async (channel) => {
      const rows = await db
        .select()
        .from(messageProviders)
        .where(and(ofTenant, eq(messageProviders.channel, channel)))
        .orderBy(asc(messageProviders.sequence));
      return Promise.all(rows.map(read));
    },
    // Members that a change leaves out stay, so it must see the newest.
    update: (id, patch) =>
      session.transaction(async (tx) => {
        const [row] = await tx.db.select().from(messageProviders).where(rowOf(id)).for('update');
        if (row === undefined) return undefined;
        const rows = await tx.db
          .update(messageProviders)
          .set({
            content: { ...row.content, ...pickPatch(patch, CONTENT) } as unknown as JsonObject,
            ...(patch.credentials && { credentials: await encrypt(id, patch.credentials) }),
            updatedAt: new Date(),
          })
          .where(rowOf(id))
          .returning();
        return read(first(rows));
      }),
    delete: async (id) => {
      const deleted = await db
        .delete(messageProviders)
        .where(rowOf(id))
        .returning({ id: messageProviders.id });
      return deleted.length > 0;
    },
  };
}
