import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { timestamp } from '../values.ts';
import { triggerId } from './action-schemas.ts';

const executionError = z.strictObject({
  id: z.string(),
  msg: z.string(),
  url: z.string().optional(),
  stack: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
});

/** One action of an execution. What goes beyond the hosted service's shape comes last. */
const executionResult = z.strictObject({
  action_name: z.string(),
  error: executionError.optional(),
  started_at: timestamp,
  ended_at: timestamp,
  action_id: z.string(),
  version_id: z.string(),
  version_number: z.int(),
  /** `skipped`: the version does not export the handler of the trigger. */
  outcome: z.enum(['completed', 'skipped', 'failed', 'limit-exceeded']),
  logs: z.array(z.strictObject({ level: z.string(), time: z.string(), message: z.string() })),
  requests: z.array(
    z.strictObject({
      method: z.string().optional(),
      host: z.string(),
      port: z.int(),
      status: z.int().optional(),
      duration_ms: z.number(),
      bytes_sent: z.int(),
      bytes_received: z.int(),
      error: z.string().optional(),
    }),
  ),
  commands: z.array(z.strictObject({ method: z.string(), args: z.array(z.unknown()) })),
});

const executionSchema = z.strictObject({
  id: z.string(),
  trigger_id: z.string(),
  status: z.enum(['unspecified', 'pending', 'final', 'partial', 'canceled', 'suspended']),
  results: z.array(executionResult),
  created_at: timestamp,
  updated_at: timestamp,
});
export type WireExecution = z.output<typeof executionSchema>;

export const executionOperations = defineOperations({
  getExecution: {
    method: 'GET',
    path: '/actions/executions/{id}',
    tag: 'actions',
    summary: 'Get an execution',
    scopes: ['read:actions'],
    responses: { 200: { description: 'The execution was retrieved.', schema: executionSchema } },
  },
  streamActionLogs: {
    method: 'GET',
    path: '/actions/log-stream',
    tag: 'actions',
    summary: 'Follow what Actions print, throw and end with, as server-sent events',
    scopes: ['read:logs'],
    query: z.strictObject({
      trigger_id: triggerId.optional(),
      action_id: z.string().max(64).optional(),
      /** Console lines of this level and above. */
      level: z.enum(['debug', 'log', 'info', 'warn', 'error']).optional(),
    }),
    responses: {
      200: {
        description:
          'Events `console`, `exception`, `execution` and `end`, until the reader leaves.',
        schema: z.string(),
        mediaType: 'text/event-stream',
      },
    },
  },
});
