import { AppError, type SigningKey, type SigningKeyRepository } from '@tessera/model';
import { and, desc, eq, getTableColumns, ne, sql } from 'drizzle-orm';
import type { Session, TransactionSession } from '../database/session.ts';
import { lockInTransaction } from '../database/transaction-lock.ts';
import { signingKeys } from '../schema/index.ts';
import { type RepositoryContext, readCached } from './context.ts';

const { tenantId: _, ...columns } = getTableColumns(signingKeys);

/** `current`, `next`, `previous`: what signs, what will, what did. */
const byState = sql`array_position(array['current', 'next', 'previous'], ${signingKeys.state})`;

export function createSigningKeyRepository(context: RepositoryContext): SigningKeyRepository {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const placeOf = (id: string) => ({ tenantId, table: 'signing_keys', id });

  const insert = async ({ db: target }: Session, key: SigningKey) => {
    const privateJwk = await secrets.encrypt(JSON.stringify(key.privateJwk), placeOf(key.kid));
    const { kid, alg, state, publicJwk, createdAt } = key;
    await target
      .insert(signingKeys)
      .values({ tenantId, kid, alg, state, publicJwk, privateJwk, createdAt });
  };
  const decrypt = async (row: Omit<typeof signingKeys.$inferSelect, 'tenantId'>) => ({
    ...row,
    privateJwk: JSON.parse(await secrets.decrypt(row.privateJwk, placeOf(row.kid))),
  });
  /** Two rotations at once would each make a key current. */
  const lockKeys = async (tx: TransactionSession) => {
    await lockInTransaction(tx, ['signing_keys', tenantId]);
    return tx.db
      .select({ kid: signingKeys.kid, state: signingKeys.state })
      .from(signingKeys)
      .where(eq(signingKeys.tenantId, tenantId));
  };
  const setState = (tx: Session, from: SigningKey['state'], to: SigningKey['state']) =>
    tx.db
      .update(signingKeys)
      .set({ state: to })
      .where(and(eq(signingKeys.tenantId, tenantId), eq(signingKeys.state, from)));

  return {
    list: () =>
      readCached(context, { kind: 'signingKeys', key: '' }, async () => {
        const rows = await db
          .select(columns)
          .from(signingKeys)
          .where(and(eq(signingKeys.tenantId, tenantId), ne(signingKeys.state, 'revoked')))
          .orderBy(byState, desc(signingKeys.createdAt));
        return Promise.all(rows.map(decrypt));
      }),
    create: async (key) => {
      await insert(session, key);
      session.changed({ tenantId, kind: 'signingKeys' });
    },
    rotate: (newNext) =>
      session.transaction(async (tx) => {
        const keys = await lockKeys(tx);
        if (!keys.some(({ state }) => state === 'next')) {
          throw new AppError('conflict', 'There is no next signing key to rotate to.');
        }
        await setState(tx, 'current', 'previous');
        await setState(tx, 'next', 'current');
        await insert(tx, { ...newNext, state: 'next' });
        tx.changed({ tenantId, kind: 'signingKeys' });
      }),
    revoke: (kid) =>
      session.transaction(async (tx) => {
        const key = (await lockKeys(tx)).find((candidate) => candidate.kid === kid);
        if (key === undefined || key.state === 'revoked') return false;
        if (key.state !== 'previous') {
          throw new AppError(
            'conflict',
            `The ${key.state} signing key cannot be revoked; rotate first.`,
          );
        }
        await tx.db
          .update(signingKeys)
          .set({ state: 'revoked' })
          .where(and(eq(signingKeys.tenantId, tenantId), eq(signingKeys.kid, kid)));
        tx.changed({ tenantId, kind: 'signingKeys' });
        return true;
      }),
  };
}
