import { foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, sequence, tenantId } from './columns.ts';
import { users } from './users.ts';

/** Addresses that may not try a user's password any more. An empty `ip` stands for all. */
export const loginBlocks = pgTable(
  'login_blocks',
  {
    tenantId: tenantId(),
    userId: text('user_id').notNull(),
    connection: text().notNull(),
    identifier: text().notNull(),
    ip: text().notNull(),
    expiresAt: instant('expires_at').notNull(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenantId, table.userId, table.connection, table.identifier, table.ip],
    }),
    index('login_blocks_expires_at').on(table.expiresAt),
    foreignKey({
      name: 'login_blocks_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
  ],
);
