import type { JsonObject, Ticket, TicketKind, TicketRepository } from '@tessera/model';
import { and, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import { tickets } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { deleteRows } from './delete-rows.ts';

type Row = typeof tickets.$inferSelect;

/** How tickets of one tenant are found and read. */
function createRows({ tenantId, seal }: RepositoryContext) {
  // The kind is part of what is hashed: equal keys of two kinds look unrelated.
  const hash = (kind: TicketKind, key: string) => seal.hash(JSON.stringify([tenantId, kind, key]));
  const placeOf = (kind: TicketKind, idHash: Buffer) => ({
    tenantId,
    model: `ticket ${kind}`,
    idHash,
  });
  return {
    hash,
    living: (kind: TicketKind, key: string): SQL | undefined =>
      and(
        eq(tickets.tenantId, tenantId),
        eq(tickets.kind, kind),
        eq(tickets.keyHash, hash(kind, key)),
        gt(tickets.expiresAt, sql`now()`),
      ),
    seal: (kind: TicketKind, keyHash: Buffer, payload: JsonObject) =>
      seal.seal(payload, placeOf(kind, keyHash)),
    open: (row: Row | undefined): Ticket | undefined =>
      row && {
        kind: row.kind,
        payload: seal.open(row.payload, placeOf(row.kind, row.keyHash)),
        attempts: row.attempts,
        createdAt: row.createdAt,
        expiresAt: row.expiresAt,
        ...(row.userId === null ? {} : { userId: row.userId }),
      },
  };
}

export function createTicketRepository(context: RepositoryContext): TicketRepository {
  const { tenantId, session } = context;
  const { db } = session;
  const { hash, living, seal, open } = createRows(context);
  return {
    ...createEndings(context),
    save: async ({ kind, key, userId, payload, expiresAt }) => {
      const keyHash = hash(kind, key);
      const values = {
        userId: userId ?? null,
        payload: seal(kind, keyHash, payload),
        attempts: 0,
        createdAt: new Date(),
        expiresAt,
      };
      await db
        .insert(tickets)
        .values({ tenantId, kind, keyHash, ...values })
        .onConflictDoUpdate({
          target: [tickets.tenantId, tickets.kind, tickets.keyHash],
          set: values,
        });
    },
    find: async (kind, key) => {
      const [row] = await db.select().from(tickets).where(living(kind, key)).limit(1);
      return open(row);
    },
    attempt: async (kind, key) => {
      const [row] = await db
        .update(tickets)
        .set({ attempts: sql`${tickets.attempts} + 1` })
        .where(living(kind, key))
        .returning();
      return open(row);
    },
    consume: async (kind, key) => {
      const [row] = await db.delete(tickets).where(living(kind, key)).returning();
      return open(row);
    },
    update: async (kind, key, payload) => {
      const changed = await db
        .update(tickets)
        .set({ payload: seal(kind, hash(kind, key), payload) })
        .where(living(kind, key))
        .returning({ kind: tickets.kind });
      return changed.length === 1;
    },
  };
}

function createEndings({
  tenantId,
  session: { db },
}: RepositoryContext): Pick<TicketRepository, 'revoke' | 'deleteExpired'> {
  const ofTenant = eq(tickets.tenantId, tenantId);
  return {
    revoke: async (userId, kind) => {
      const ofKind = kind === undefined ? undefined : eq(tickets.kind, kind);
      await db.delete(tickets).where(and(ofTenant, eq(tickets.userId, userId), ofKind));
    },
    deleteExpired: (now) => deleteRows(db, tickets, and(ofTenant, lte(tickets.expiresAt, now))),
  };
}
