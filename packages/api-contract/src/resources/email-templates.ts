import { z } from 'zod';
import { defineOperations } from '../operation.ts';

/** Names of the templates that a tenant may have of its own. */
const EMAIL_TEMPLATE_NAMES = [
  'verify_email',
  'verify_email_by_code',
  'auth_email_by_code',
  'reset_email',
  'reset_email_by_code',
  'welcome_email',
  'blocked_account',
  'stolen_credentials',
  'enrollment_email',
  'mfa_oob_code',
  'user_invitation',
  'change_password',
  'password_reset',
  'async_approval',
] as const;

/** Characters of a body, and of the lines around it. */
const MAX_BODY = 100_000;
const MAX_LINE = 1_000;
/** Ten years. */
const MAX_LIFETIME_SECONDS = 315_360_000;

const name = z.enum(EMAIL_TEMPLATE_NAMES);
const line = z.string().max(MAX_LINE).nullable();

const members = {
  body: z.string().max(MAX_BODY).nullable().describe('Body of the email template: Liquid, HTML.'),
  from: line.describe('Sender: an address, or `Name <address>`; Liquid.'),
  resultUrl: line.describe('URL to redirect the user to after a successful action.').optional(),
  subject: line.describe('Subject line of the email; Liquid.'),
  syntax: z.enum(['liquid', 'html']).nullable().describe('Syntax of the template body.'),
  urlLifetimeInSeconds: z.number().min(0).max(MAX_LIFETIME_SECONDS).nullable().optional(),
  includeEmailInRedirect: z.boolean().optional(),
  enabled: z.boolean().nullable(),
};
const templateSchema = z.strictObject({ template: name, ...members });
export type EmailTemplateBody = z.output<typeof templateSchema>;
const patchSchema = templateSchema.partial();
export type EmailTemplatePatch = z.output<typeof patchSchema>;

const wireSchema = templateSchema;
export type WireEmailTemplate = EmailTemplateBody;
const params = z.strictObject({ templateName: name });

const tag = 'email-templates';

export const emailTemplateOperations = defineOperations({
  createEmailTemplate: {
    method: 'POST',
    path: '/email-templates',
    tag,
    summary: 'Create an email template',
    scopes: ['create:email_templates'],
    body: templateSchema,
    responses: { 200: { description: 'Template successfully created.', schema: wireSchema } },
  },
  getEmailTemplate: {
    method: 'GET',
    path: '/email-templates/{templateName}',
    tag,
    summary: 'Get an email template',
    scopes: ['read:email_templates'],
    params,
    responses: { 200: { description: 'Template successfully retrieved.', schema: wireSchema } },
  },
  updateEmailTemplate: {
    method: 'PATCH',
    path: '/email-templates/{templateName}',
    tag,
    summary: 'Patch an email template',
    scopes: ['update:email_templates'],
    params,
    body: patchSchema,
    responses: { 200: { description: 'Template successfully updated.', schema: wireSchema } },
  },
  replaceEmailTemplate: {
    method: 'PUT',
    path: '/email-templates/{templateName}',
    tag,
    summary: 'Update an email template',
    scopes: ['update:email_templates'],
    params,
    body: templateSchema,
    responses: { 200: { description: 'Template successfully updated.', schema: wireSchema } },
  },
});
