import { pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Ids of the master keys that this database was written with: a wrong key is noticed at start. */
export const masterKeys = pgTable('master_keys', {
  keyId: text('key_id').primaryKey(),
  createdAt: instant('created_at').notNull().defaultNow(),
});
