import type { TenantSettings } from '@tessera/model';
import { sql } from 'drizzle-orm';
import { bigint, boolean, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

/** Tenants. Every other table but `rate_limits` hangs on this one and is emptied with it. */
export const tenants = pgTable(
  'tenants',
  {
    id: text().primaryKey(),
    name: text().notNull().unique('tenants_name_unique'),
    isDefault: boolean('is_default').notNull(),
    settings: jsonb().$type<TenantSettings>().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    sequence: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
  },
  (table) => [
    // At most one tenant is the default.
    uniqueIndex('tenants_default_unique').on(table.isDefault).where(sql`${table.isDefault}`),
  ],
);
