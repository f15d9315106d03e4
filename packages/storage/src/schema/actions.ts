import type {
  ActionDependency,
  BuildDiagnostic,
  BuildStatus,
  EgressRules,
  ModuleReference,
  SupportedTrigger,
} from '@tessera/model';
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
import { bytes, instant, sequence, tenantId } from './columns.ts';

/** A module that an action uses, as it is stored: its secrets are in `module_secrets`. */
export type StoredModule = Omit<ModuleReference, 'secrets'>;

/**
 * What a draft and a version have in common. `secrets` is one encrypted JSON array, or null for none;
 * `module_secrets` likewise, with such an array for each of `modules`. Both are copies: a version runs
 * as it was deployed, whatever becomes of the module.
 */
const content = () => ({
  code: text().notNull(),
  dependencies: jsonb().$type<readonly ActionDependency[]>().notNull(),
  secrets: text(),
  runtime: text().notNull(),
  supportedTriggers: jsonb('supported_triggers').$type<readonly SupportedTrigger[]>().notNull(),
  modules: jsonb().$type<readonly StoredModule[]>(),
  moduleSecrets: text('module_secrets'),
  egress: jsonb().$type<EgressRules>(),
  status: text().$type<BuildStatus>().notNull(),
  artifactHash: text('artifact_hash'),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

export const actions = pgTable(
  'actions',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    name: text().notNull(),
    ...content(),
    diagnostics: jsonb().$type<readonly BuildDiagnostic[]>().notNull(),
    draftRevision: integer('draft_revision').notNull(),
    // No foreign key: it would be a circle with action_versions. `deploy` alone writes both, in one transaction.
    deployedVersionId: text('deployed_version_id'),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('actions_name_unique').on(table.tenantId, table.name),
  ],
);

export const actionVersions = pgTable(
  'action_versions',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    actionId: text('action_id').notNull(),
    number: integer().notNull(),
    ...content(),
    builtAt: instant('built_at'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('action_versions_number_unique').on(table.tenantId, table.actionId, table.number),
    foreignKey({
      name: 'action_versions_action_fk',
      columns: [table.tenantId, table.actionId],
      foreignColumns: [actions.tenantId, actions.id],
    }).onDelete('cascade'),
  ],
);

export const bindings = pgTable(
  'bindings',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    triggerId: text('trigger_id').notNull(),
    actionId: text('action_id').notNull(),
    displayName: text('display_name').notNull(),
    position: integer().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('bindings_position_unique').on(table.tenantId, table.triggerId, table.position),
    index('bindings_action').on(table.tenantId, table.actionId),
    foreignKey({
      name: 'bindings_action_fk',
      columns: [table.tenantId, table.actionId],
      foreignColumns: [actions.tenantId, actions.id],
    }).onDelete('cascade'),
  ],
);

/** Built files, gzipped: they are large, compress well, and may hold bytes that `text` refuses. */
export const artifacts = pgTable(
  'artifacts',
  {
    tenantId: tenantId(),
    hash: text().notNull(),
    bundle: bytes().notNull(),
    sourceMap: bytes('source_map').notNull(),
    lockfile: bytes().notNull(),
    dependencies: jsonb().$type<readonly ActionDependency[]>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.hash] })],
);
