import type { ActionDependency, BuildDiagnostic } from '@tessera/model';
import { sql } from 'drizzle-orm';
import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { actions } from './actions.ts';
import { instant, sequence, tenantId } from './columns.ts';

/** `secrets` is one encrypted JSON array, or null for none. */
const content = () => ({
  code: text().notNull(),
  dependencies: jsonb().$type<readonly ActionDependency[]>().notNull(),
  secrets: text(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Shared code of Actions, as drafts. */
export const actionModules = pgTable(
  'action_modules',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    name: text().notNull(),
    ...content(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    /** Number of the version that was published last; 0 before the first. Never goes back. */
    versionCount: integer('version_count').notNull(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('action_modules_name_unique').on(table.tenantId, table.name),
  ],
);

export const actionModuleVersions = pgTable(
  'action_module_versions',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    moduleId: text('module_id').notNull(),
    number: integer().notNull(),
    ...content(),
    diagnostics: jsonb().$type<readonly BuildDiagnostic[]>().notNull().default(sql`'[]'::jsonb`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('action_module_versions_number_unique').on(
      table.tenantId,
      table.moduleId,
      table.number,
    ),
    foreignKey({
      name: 'action_module_versions_module_fk',
      columns: [table.tenantId, table.moduleId],
      foreignColumns: [actionModules.tenantId, actionModules.id],
    }).onDelete('cascade'),
  ],
);

/** Which action judges the subject tokens of a type. Goes with its action. */
export const tokenExchangeProfiles = pgTable(
  'token_exchange_profiles',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    name: text().notNull(),
    type: text().$type<'custom_authentication'>().notNull(),
    subjectTokenType: text('subject_token_type').notNull(),
    actionId: text('action_id').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('token_exchange_profiles_type_unique').on(table.tenantId, table.subjectTokenType),
    index('token_exchange_profiles_action').on(table.tenantId, table.actionId),
    foreignKey({
      name: 'token_exchange_profiles_action_fk',
      columns: [table.tenantId, table.actionId],
      foreignColumns: [actions.tenantId, actions.id],
    }).onDelete('cascade'),
  ],
);
