import { z } from 'zod';
import { ACTION_LIMITS } from '../action-limits.ts';
import { defineOperations } from '../operation.ts';
import { countedPage, offsetPaging, protoPage } from '../paging.ts';
import { timestamp } from '../values.ts';
import { buildError, code, dependency, secret, uniqueNames, wireSecret } from './action-schemas.ts';

const draft = {
  code: code.describe('The source code of the action module.'),
  dependencies: uniqueNames(
    z.array(dependency.omit({ registry_url: true })).max(ACTION_LIMITS.dependencies),
  ).describe('The npm dependencies of the action module.'),
  secrets: uniqueNames(z.array(secret).max(ACTION_LIMITS.secrets)).describe(
    'The secrets to associate with the action module: `actions.secrets.<name>` in its code.',
  ),
};
const createModuleSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(ACTION_LIMITS.nameLength)
    .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u)
    .describe('The name of the action module; actions require `actions:<name>`.'),
  code: draft.code,
  dependencies: draft.dependencies.optional(),
  secrets: draft.secrets.optional(),
  api_version: z.string().max(20).optional().describe('Ignored.'),
  publish: z
    .boolean()
    .optional()
    .describe('Whether to publish the module immediately after creation.'),
});
const updateModuleSchema = z.strictObject(draft).partial();
export type CreateModuleBody = z.output<typeof createModuleSchema>;
export type UpdateModuleBody = z.output<typeof updateModuleSchema>;

const content = {
  code: z.string(),
  dependencies: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  secrets: z.array(wireSecret),
};
const moduleSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  ...content,
  all_changes_published: z.boolean(),
  actions_using_module_total: z.int(),
  created_at: timestamp,
  updated_at: timestamp,
  /** Absent until the first version is published. */
  latest_version: z
    .strictObject({ id: z.string(), version_number: z.int(), ...content })
    .optional(),
});
const versionSchema = z.strictObject({
  id: z.string(),
  module_id: z.string(),
  version_number: z.int(),
  ...content,
  created_at: timestamp,
  /** What keeps the version from being used; absent while it is not built, and when all is well. */
  errors: z.array(buildError).optional(),
});
const useSchema = z.strictObject({
  action_id: z.string(),
  action_name: z.string(),
  module_version_id: z.string(),
  module_version_number: z.int(),
});
export type WireModule = z.output<typeof moduleSchema>;
export type WireModuleVersion = z.output<typeof versionSchema>;

const tag = 'actions';

export const actionModuleOperations = defineOperations({
  listModules: {
    method: 'GET',
    path: '/actions/modules',
    tag,
    summary: 'Get action modules',
    scopes: ['read:actions'],
    query: z.strictObject(offsetPaging),
    responses: {
      200: {
        description: 'The action modules were retrieved.',
        schema: countedPage('modules', moduleSchema),
      },
    },
  },
  createModule: {
    method: 'POST',
    path: '/actions/modules',
    tag,
    summary: 'Create an action module',
    scopes: ['create:actions'],
    body: createModuleSchema,
    responses: { 201: { description: 'The action module was created.', schema: moduleSchema } },
  },
  getModule: {
    method: 'GET',
    path: '/actions/modules/{id}',
    tag,
    summary: 'Get an action module',
    scopes: ['read:actions'],
    responses: { 200: { description: 'The action module was retrieved.', schema: moduleSchema } },
  },
  updateModule: {
    method: 'PATCH',
    path: '/actions/modules/{id}',
    tag,
    summary: 'Update the draft of an action module',
    scopes: ['update:actions'],
    body: updateModuleSchema,
    responses: { 200: { description: 'The action module was updated.', schema: moduleSchema } },
  },
  deleteModule: {
    method: 'DELETE',
    path: '/actions/modules/{id}',
    tag,
    summary: 'Delete an action module that no action uses',
    scopes: ['delete:actions'],
    responses: { 204: { description: 'The action module was deleted.' } },
  },
  listModuleActions: {
    method: 'GET',
    path: '/actions/modules/{id}/actions',
    tag,
    summary: 'Get the actions whose deployed version uses a module',
    scopes: ['read:actions'],
    query: z.strictObject(offsetPaging),
    responses: {
      200: { description: 'The actions were retrieved.', schema: protoPage('actions', useSchema) },
    },
  },
  rollBackModule: {
    method: 'POST',
    path: '/actions/modules/{id}/rollback',
    tag,
    summary: 'Make the draft of a module what a published version is',
    scopes: ['update:actions'],
    body: z.strictObject({
      module_version_id: z.string().min(1).max(36).describe('The version to roll back to.'),
    }),
    responses: { 200: { description: 'The rollback was successful.', schema: moduleSchema } },
  },
  listModuleVersions: {
    method: 'GET',
    path: '/actions/modules/{id}/versions',
    tag,
    summary: 'Get the versions of an action module, newest first',
    scopes: ['read:actions'],
    query: z.strictObject(offsetPaging),
    responses: {
      200: {
        description: 'The module versions were retrieved.',
        schema: countedPage('versions', versionSchema),
      },
    },
  },
  publishModule: {
    method: 'POST',
    path: '/actions/modules/{id}/versions',
    tag,
    summary: 'Publish the draft of an action module as its next version',
    scopes: ['update:actions'],
    responses: {
      200: { description: 'The action module version was created.', schema: versionSchema },
    },
  },
  getModuleVersion: {
    method: 'GET',
    path: '/actions/modules/{id}/versions/{versionId}',
    tag,
    summary: 'Get a version of an action module',
    scopes: ['read:actions'],
    responses: {
      200: { description: 'The module version was retrieved.', schema: versionSchema },
    },
  },
});
