import { z } from 'zod';
import { ACTION_LIMITS } from '../action-limits.ts';
import { defineOperations } from '../operation.ts';
import { offsetPaging, protoPage } from '../paging.ts';
import { timestamp } from '../values.ts';
import { boundActionSchema, triggerIdParams } from './action-schemas.ts';

const triggerSchema = z.strictObject({
  id: z.string(),
  version: z.string(),
  status: z.string(),
  runtimes: z.array(z.string()),
  default_runtime: z.string(),
  binding_policy: z.string(),
  compatible_triggers: z.array(z.strictObject({ id: z.string(), version: z.string() })),
});

const bindingSchema = z.strictObject({
  id: z.string(),
  trigger_id: z.string(),
  action: boundActionSchema,
  created_at: timestamp,
  updated_at: timestamp,
  display_name: z.string(),
});
export type WireBinding = z.output<typeof bindingSchema>;

const bindingRef = z.strictObject({
  type: z
    .enum(['action_id', 'action_name', 'binding_id'])
    .describe('How the action is being referred to.'),
  value: z
    .string()
    .min(1)
    .max(ACTION_LIMITS.nameLength)
    .describe('The id or name of an action that is being bound to a trigger.'),
});

const updateBindingsSchema = z.strictObject({
  bindings: z
    .array(
      z.strictObject({
        ref: bindingRef,
        display_name: z
          .string()
          .min(1)
          .max(ACTION_LIMITS.nameLength)
          .optional()
          .describe('The name of the binding; that of the action by default.'),
      }),
    )
    .max(ACTION_LIMITS.bindingsPerTrigger)
    .describe(
      'The actions that will be bound to this trigger. The order in which they are included will be the order in which they are executed.',
    ),
});
export type UpdateBindingsBody = z.output<typeof updateBindingsSchema>;

const tag = 'actions';

export const triggerOperations = defineOperations({
  listTriggers: {
    method: 'GET',
    path: '/actions/triggers',
    tag,
    summary: 'Get triggers',
    scopes: ['read:actions'],
    responses: {
      200: {
        description: 'The triggers were retrieved.',
        schema: z.strictObject({ triggers: z.array(triggerSchema) }),
      },
    },
  },
  listBindings: {
    method: 'GET',
    path: '/actions/triggers/{triggerId}/bindings',
    tag,
    summary: 'Get trigger bindings',
    scopes: ['read:actions'],
    params: triggerIdParams,
    query: z.strictObject(offsetPaging),
    responses: {
      200: {
        description: 'The bindings were retrieved.',
        schema: protoPage('bindings', bindingSchema),
      },
    },
  },
  updateBindings: {
    method: 'PATCH',
    path: '/actions/triggers/{triggerId}/bindings',
    tag,
    summary: 'Update trigger bindings',
    scopes: ['update:actions'],
    params: triggerIdParams,
    body: updateBindingsSchema,
    responses: {
      200: {
        description: 'The bindings were updated.',
        schema: z.strictObject({ bindings: z.array(bindingSchema) }),
      },
    },
  },
});
