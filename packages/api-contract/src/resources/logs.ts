import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { anyPage, checkpointPaging, fieldSelection, totalsPaging } from '../paging.ts';

const text = z.string().nullable();

/** One entry of the tenant log. Keys stay when their values are unknown. */
export const logEntrySchema = z
  .strictObject({
    _id: z.string(),
    log_id: z.string(),
    date: z.string(),
    type: z.string(),
    description: z.string(),
    connection: text,
    connection_id: text,
    organization_id: text,
    organization_name: text,
    client_id: text,
    client_name: text,
    ip: text,
    hostname: text,
    details: jsonObjectSchema.nullable(),
    user_id: z.string(),
    user_name: z.string(),
    user_agent: text,
    audience: text,
    scope: text,
    strategy: text,
    strategy_type: text,
    isMobile: z.boolean(),
    location_info: jsonObjectSchema.nullable(),
    tenant_name: z.string(),
    environment_name: z.string(),
  })
  .partial();
export type WireLogEntry = z.output<typeof logEntrySchema>;

const tag = 'logs';
const scopes = ['read:logs', 'read:logs_users'];

export const logOperations = defineOperations({
  listLogs: {
    method: 'GET',
    path: '/logs',
    tag,
    summary: 'Search log events',
    scopes,
    query: z.strictObject({
      ...totalsPaging,
      ...fieldSelection,
      ...checkpointPaging,
      sort: z
        .string()
        .max(50)
        .optional()
        .describe('Field to use for sorting: `date:1` or `date:-1`.'),
      q: z
        .string()
        .max(2_000)
        .optional()
        .describe('Search criteria: `type`, `user_id`, `client_id` and `log_id`, joined by AND.'),
      search: z.string().max(2_000).optional().describe('The same as `q`.'),
    }),
    responses: {
      200: { description: 'Logs successfully retrieved.', schema: anyPage('logs', logEntrySchema) },
    },
  },
  getLog: {
    method: 'GET',
    path: '/logs/{id}',
    tag,
    summary: 'Get a log event by id',
    scopes,
    responses: { 200: { description: 'Log successfully retrieved.', schema: logEntrySchema } },
  },
});
