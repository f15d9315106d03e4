import { z } from 'zod';
import { ACTION_LIMITS } from '../action-limits.ts';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { offsetPaging, protoPage } from '../paging.ts';
import { queryBoolean } from '../values.ts';
import {
  actionSchema,
  actionTestResultSchema,
  actionVersionSchema,
  createActionSchema,
  triggerId,
  updateActionSchema,
} from './action-schemas.ts';

const tag = 'actions';

export const actionOperations = defineOperations({
  listActions: {
    method: 'GET',
    path: '/actions/actions',
    tag,
    summary: 'Get actions',
    scopes: ['read:actions'],
    query: z.strictObject({
      triggerId: triggerId.optional(),
      actionName: z
        .string()
        .max(ACTION_LIMITS.nameLength)
        .optional()
        .describe('The name of the action to retrieve.'),
      deployed: queryBoolean
        .optional()
        .describe('Optional filter to only retrieve actions that are deployed.'),
      installed: queryBoolean
        .optional()
        .describe('Optional. When true, return only installed actions; there are none here.'),
      ...offsetPaging,
    }),
    responses: {
      200: {
        description: 'The actions were retrieved.',
        schema: protoPage('actions', actionSchema),
      },
    },
  },
  createAction: {
    method: 'POST',
    path: '/actions/actions',
    tag,
    summary: 'Create an action',
    scopes: ['create:actions'],
    body: createActionSchema,
    responses: { 201: { description: 'Action successfully created.', schema: actionSchema } },
  },
  getAction: {
    method: 'GET',
    path: '/actions/actions/{id}',
    tag,
    summary: 'Get an action',
    scopes: ['read:actions'],
    responses: { 200: { description: 'The action was retrieved.', schema: actionSchema } },
  },
  updateAction: {
    method: 'PATCH',
    path: '/actions/actions/{id}',
    tag,
    summary: 'Update an action',
    scopes: ['update:actions'],
    body: updateActionSchema,
    responses: { 200: { description: 'Action successfully updated.', schema: actionSchema } },
  },
  deleteAction: {
    method: 'DELETE',
    path: '/actions/actions/{id}',
    tag,
    summary: 'Delete an action',
    scopes: ['delete:actions'],
    query: z.strictObject({
      force: queryBoolean.optional().describe('Force action deletion detaching bindings.'),
    }),
    responses: { 204: { description: 'Action successfully deleted.' } },
  },
  deployAction: {
    method: 'POST',
    path: '/actions/actions/{id}/deploy',
    tag,
    summary: 'Deploy an action',
    scopes: ['create:actions'],
    responses: {
      200: { description: 'The draft is the deployed version now.', schema: actionVersionSchema },
    },
  },
  testAction: {
    method: 'POST',
    path: '/actions/actions/{id}/test',
    tag,
    summary: 'Test an Action',
    scopes: ['create:actions'],
    body: z.strictObject({
      payload: z
        .strictObject({ event: jsonObjectSchema.optional() })
        .describe(
          'The payload for the action: its event is laid over the sample event of the trigger.',
        ),
    }),
    responses: { 200: { description: 'The draft ran.', schema: actionTestResultSchema } },
  },
  listActionVersions: {
    method: 'GET',
    path: '/actions/actions/{actionId}/versions',
    tag,
    summary: "Get an action's versions",
    scopes: ['read:actions'],
    query: z.strictObject(offsetPaging),
    responses: {
      200: {
        description: 'The action versions were retrieved.',
        schema: protoPage('versions', actionVersionSchema),
      },
    },
  },
  getActionVersion: {
    method: 'GET',
    path: '/actions/actions/{actionId}/versions/{id}',
    tag,
    summary: 'Get a specific version of an action',
    scopes: ['read:actions'],
    responses: {
      200: { description: 'The action version was retrieved.', schema: actionVersionSchema },
    },
  },
  deployActionVersion: {
    method: 'POST',
    path: '/actions/actions/{actionId}/versions/{id}/deploy',
    tag,
    summary: 'Roll back to a previous action version',
    scopes: ['create:actions'],
    body: z.strictObject({
      update_draft: z
        .boolean()
        .optional()
        .describe('True if the draft of the action should be updated with the reverted version.'),
    }),
    isBodyOptional: true,
    responses: {
      200: {
        description: 'The content of the version is deployed again.',
        schema: actionVersionSchema,
      },
    },
  },
});
