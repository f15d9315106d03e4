import type { JsonObject } from '@tessera/model';
import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, sequence, tenantId } from './columns.ts';

/** Declarative forms that Actions render. */
export const forms = pgTable(
  'forms',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    name: text().notNull(),
    content: jsonb().$type<JsonObject>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    submittedAt: instant('submitted_at'),
    sequence: sequence(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

/** A tenant's own texts of pages, by prompt and language: `{screen: {key: text}}`. */
export const customTexts = pgTable(
  'custom_texts',
  {
    tenantId: tenantId(),
    prompt: text().notNull(),
    language: text().notNull(),
    texts: jsonb().$type<JsonObject>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.prompt, table.language] })],
);
