import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { queryBoolean, quote, timestamp } from '../values.ts';

const DELIVERY_METHODS = ['text', 'voice'] as const;
const TYPES = [
  'otp_verify',
  'otp_enroll',
  'change_password',
  'blocked_account',
  'password_breach',
] as const;

const configuration = z.strictObject({
  delivery_methods: z.array(z.enum(DELIVERY_METHODS)).min(1).max(2),
});
const providerName = z
  .string()
  .refine((name) => name === 'custom', {
    error: ({ input }) =>
      `The provider ${quote(input)} is not served here; use custom, with an Action for the trigger custom-phone-provider`,
  })
  .pipe(z.literal('custom'));
const createProviderSchema = z.strictObject({
  name: providerName,
  disabled: z.boolean().optional(),
  configuration: configuration.optional(),
  credentials: z.strictObject({}),
});
const updateProviderSchema = createProviderSchema.partial();
export type CreatePhoneProviderBody = z.output<typeof createProviderSchema>;
export type UpdatePhoneProviderBody = z.output<typeof updateProviderSchema>;
const providerSchema = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  channel: z.literal('phone'),
  disabled: z.boolean(),
  configuration: configuration.optional(),
  credentials: z.null().optional(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type WirePhoneProvider = z.output<typeof providerSchema>;

const text = z.string().min(1).max(20_000);
const content = z
  .strictObject({
    syntax: z.enum(['liquid']),
    from: z.string().min(1).max(16).describe('Number of the sender.'),
    body: z
      .strictObject({ text, voice: text })
      .partial()
      .refine((body) => Object.keys(body).length > 0, {
        error: 'Too few properties defined (0), minimum 1',
      }),
  })
  .partial();
const createTemplateSchema = z.strictObject({
  type: z.enum(TYPES),
  disabled: z.boolean().optional(),
  content: content.optional(),
});
const updateTemplateSchema = createTemplateSchema.omit({ type: true }).partial();
export type CreatePhoneTemplateBody = z.output<typeof createTemplateSchema>;
export type UpdatePhoneTemplateBody = z.output<typeof updateTemplateSchema>;
const templateSchema = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  channel: z.literal('phone'),
  type: z.enum(TYPES),
  disabled: z.boolean(),
  created_at: timestamp,
  updated_at: timestamp,
  content,
});
export type WirePhoneTemplate = z.output<typeof templateSchema>;

const trySchema = z.strictObject({
  to: z
    .string()
    .regex(/^\+?[1-9]\d{5,14}$/, { error: "Object didn't pass validation for format phone-number" })
    .describe('Number of the recipient, E.164.'),
  delivery_method: z.enum(DELIVERY_METHODS).optional(),
});
export type TryPhoneBody = z.output<typeof trySchema>;
const triedSchema = z.strictObject({ code: z.literal(202), message: z.string() });

const tag = 'branding';
const READ_PROVIDERS = ['read:phone_providers'] as const;
const TRIED = { description: 'Phone notification sent.', schema: triedSchema };

export const phoneProviderOperations = defineOperations({
  listPhoneProviders: {
    method: 'GET',
    path: '/branding/phone/providers',
    tag,
    summary: 'Get a list of phone providers',
    scopes: READ_PROVIDERS,
    query: z.strictObject({ disabled: queryBoolean.optional() }),
    responses: {
      200: {
        description: 'Phone providers have been successfully retrieved.',
        schema: z.strictObject({ providers: z.array(providerSchema) }),
      },
    },
  },
  createPhoneProvider: {
    method: 'POST',
    path: '/branding/phone/providers',
    tag,
    summary: 'Configure the phone provider',
    scopes: ['create:phone_providers'],
    body: createProviderSchema,
    responses: {
      201: {
        description: 'Phone notification provider successfully created.',
        schema: providerSchema,
      },
    },
  },
  getPhoneProvider: {
    method: 'GET',
    path: '/branding/phone/providers/{id}',
    tag,
    summary: 'Get a phone provider',
    scopes: READ_PROVIDERS,
    responses: {
      200: { description: 'Phone provider successfully retrieved.', schema: providerSchema },
    },
  },
  updatePhoneProvider: {
    method: 'PATCH',
    path: '/branding/phone/providers/{id}',
    tag,
    summary: 'Update the phone provider',
    scopes: ['update:phone_providers'],
    body: updateProviderSchema,
    responses: {
      200: { description: 'Phone provider successfully updated.', schema: providerSchema },
    },
  },
  deletePhoneProvider: {
    method: 'DELETE',
    path: '/branding/phone/providers/{id}',
    tag,
    summary: 'Deletes a phone provider',
    scopes: ['delete:phone_providers'],
    responses: { 204: { description: 'Phone notification provider successfully deleted.' } },
  },
  tryPhoneProvider: {
    method: 'POST',
    path: '/branding/phone/providers/{id}/try',
    tag,
    summary: 'Send a test phone notification for the configured provider',
    scopes: ['create:phone_providers'],
    body: trySchema,
    responses: { 202: TRIED },
  },
});

export const phoneTemplateOperations = defineOperations({
  listPhoneTemplates: {
    method: 'GET',
    path: '/branding/phone/templates',
    tag,
    summary: 'Get a list of phone notification templates',
    scopes: ['read:phone_templates'],
    query: z.strictObject({ disabled: queryBoolean.optional() }),
    responses: {
      200: {
        description: 'The phone notification templates were retrieved.',
        schema: z.strictObject({ templates: z.array(templateSchema) }),
      },
    },
  },
  createPhoneTemplate: {
    method: 'POST',
    path: '/branding/phone/templates',
    tag,
    summary: 'Create a phone notification template',
    scopes: ['create:phone_templates'],
    body: createTemplateSchema,
    responses: {
      201: { description: 'The phone notification template was created.', schema: templateSchema },
    },
  },
  getPhoneTemplate: {
    method: 'GET',
    path: '/branding/phone/templates/{id}',
    tag,
    summary: 'Get a phone notification template',
    scopes: ['read:phone_templates'],
    responses: {
      200: {
        description: 'The phone notification template was retrieved.',
        schema: templateSchema,
      },
    },
  },
  updatePhoneTemplate: {
    method: 'PATCH',
    path: '/branding/phone/templates/{id}',
    tag,
    summary: 'Update a phone notification template',
    scopes: ['update:phone_templates'],
    body: updateTemplateSchema,
    responses: {
      200: { description: 'The phone notification template was updated.', schema: templateSchema },
    },
  },
  deletePhoneTemplate: {
    method: 'DELETE',
    path: '/branding/phone/templates/{id}',
    tag,
    summary: 'Delete a phone notification template',
    scopes: ['delete:phone_templates'],
    responses: { 204: { description: 'The phone notification template was deleted.' } },
  },
  tryPhoneTemplate: {
    method: 'POST',
    path: '/branding/phone/templates/{id}/try',
    tag,
    summary: 'Send a test phone notification for the configured template',
    scopes: ['create:phone_templates'],
    body: trySchema,
    responses: { 202: TRIED },
  },
});
