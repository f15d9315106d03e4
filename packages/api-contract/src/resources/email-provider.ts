import { z } from 'zod';
import { type JsonObject, jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { fieldSelection } from '../paging.ts';
import { quote } from '../values.ts';

/** Names that the hosted service knows; only these two are served here. */
const SERVED = ['smtp', 'custom'] as const;
const MAX_TEXT = 1_024;
/** JSON characters of `settings`. */
const MAX_SETTINGS = 10_000;

const providerName = z
  .string()
  .refine((name) => SERVED.some((served) => served === name), {
    error: ({ input }) =>
      `The provider ${quote(input)} is not served here; use smtp (most services offer SMTP), or custom with an Action`,
  })
  .pipe(z.enum(SERVED));
const hostName = z
  .string()
  .min(1)
  .max(253)
  .refine(
    (text) =>
      /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$|^[0-9a-f:.]+$/i.test(
        text,
      ),
    {
      error: ({ input }) => `Object didn't pass validation for format hostname: ${quote(input)}`,
    },
  )
  .describe('SMTP host: a name or an address.');
const credentials = z.strictObject({
  smtp_host: hostName.optional(),
  smtp_port: z.int().min(1).max(65_535).optional().describe('SMTP port; default 587.'),
  smtp_user: z.string().min(1).max(MAX_TEXT).optional(),
  smtp_pass: z.string().min(1).max(MAX_TEXT).optional(),
});
const settings = jsonObjectSchema
  .refine((value: JsonObject) => JSON.stringify(value).length <= MAX_SETTINGS, {
    error: `Too large, maximum ${MAX_SETTINGS} characters`,
  })
  .nullable();
const sender = z
  .string()
  .max(400)
  .refine((text) => /^(?:[^<>\p{Cc}]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/u.test(text), {
    error: ({ input }) => `Object didn't pass validation for format mailbox: ${quote(input)}`,
  })
  .describe('Sender where the template names none: an address, or `Name <address>`.');

const createSchema = z.strictObject({
  name: providerName,
  enabled: z.boolean().optional(),
  default_from_address: sender.optional(),
  credentials,
  settings: settings.optional(),
});
const updateSchema = createSchema.partial();
export type CreateEmailProviderBody = z.output<typeof createSchema>;
export type UpdateEmailProviderBody = z.output<typeof updateSchema>;

const wireSchema = z
  .strictObject({
    name: z.string(),
    enabled: z.boolean(),
    default_from_address: z.string(),
    credentials: z.strictObject({
      smtp_host: z.string().optional(),
      smtp_port: z.int().optional(),
      smtp_user: z.string().optional(),
    }),
    settings: jsonObjectSchema,
  })
  .partial();
export type WireEmailProvider = z.output<typeof wireSchema>;

const tag = 'emails';

export const emailProviderOperations = defineOperations({
  getEmailProvider: {
    method: 'GET',
    path: '/emails/provider',
    tag,
    summary: 'Get email provider',
    scopes: ['read:email_provider'],
    query: z.strictObject(fieldSelection),
    responses: {
      200: { description: 'Email provider successfully retrieved.', schema: wireSchema },
    },
  },
  createEmailProvider: {
    method: 'POST',
    path: '/emails/provider',
    tag,
    summary: 'Configure email provider',
    scopes: ['create:email_provider'],
    body: createSchema,
    responses: { 201: { description: 'Email provider successfully created.', schema: wireSchema } },
  },
  updateEmailProvider: {
    method: 'PATCH',
    path: '/emails/provider',
    tag,
    summary: 'Update email provider',
    scopes: ['update:email_provider'],
    body: updateSchema,
    responses: { 200: { description: 'Email provider successfully updated.', schema: wireSchema } },
  },
  deleteEmailProvider: {
    method: 'DELETE',
    path: '/emails/provider',
    tag,
    summary: 'Delete email provider',
    scopes: ['delete:email_provider'],
    responses: { 204: { description: 'The email provider has been deleted.' } },
  },
});
