import type { JsonObject } from '@tessera/model';
import { index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant, sequence, tenantId } from './columns.ts';

/** Long work of the management API: imports of users, verification mails. `input` is sealed and removed when done. */
export const managementJobs = pgTable(
  'management_jobs',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    type: text().notNull(),
    status: text().$type<'pending' | 'processing' | 'completed' | 'failed'>().notNull(),
    content: jsonb().$type<JsonObject>().notNull(),
    input: bytes(),
    createdAt: instant('created_at').notNull().defaultNow(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('management_jobs_created_at').on(table.createdAt),
  ],
);
