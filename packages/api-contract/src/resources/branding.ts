import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';

const httpsUrl = z.url({ protocol: /^https$/ }).max(2048);
const color = z.string().regex(/^#(?:[0-9a-fA-F]{3}){1,2}$/, 'must be a colour such as #0f6b63');
const gradient = z.looseObject({
  type: z.literal('linear-gradient'),
  start: color,
  end: color,
  angle_deg: z.number().optional(),
});

const brandingSchema = z.strictObject({
  colors: z
    .strictObject({
      primary: color.optional().describe('Accent color.'),
      page_background: z.union([color, jsonObjectSchema]).optional(),
    })
    .optional(),
  favicon_url: z.string().optional(),
  font: z.strictObject({ url: z.string() }).optional(),
  logo_url: z.string().optional(),
});
const updateBrandingSchema = z
  .strictObject({
    colors: z
      .strictObject({
        primary: color.nullable().describe('Accent color.'),
        page_background: z
          .union([color, gradient])
          .nullable()
          .describe('Page background: a color, or a gradient as an object.'),
      })
      .partial()
      .nullable(),
    favicon_url: httpsUrl.nullable().describe('URL of the icon. Must use HTTPS.'),
    logo_url: httpsUrl.nullable().describe('URL of the logo. Must use HTTPS.'),
    font: z
      .strictObject({ url: httpsUrl.nullable().describe('A font file, not a style sheet.') })
      .partial()
      .nullable(),
  })
  .partial();
export type UpdateBrandingBody = z.output<typeof updateBrandingSchema>;
export type WireBranding = z.output<typeof brandingSchema>;

/** Longest page template, in characters; its size in bytes is checked with its tags. */
const MAX_TEMPLATE_LENGTH = 102_400;
const templateText = z
  .string()
  .max(
    MAX_TEMPLATE_LENGTH,
    `Payload content length greater than maximum allowed: ${MAX_TEMPLATE_LENGTH}.`,
  );

const tag = 'branding';

export const brandingOperations = defineOperations({
  getBranding: {
    method: 'GET',
    path: '/branding',
    tag,
    summary: 'Get branding settings',
    scopes: ['read:branding'],
    responses: {
      200: { description: 'Branding settings successfully retrieved.', schema: brandingSchema },
    },
  },
  updateBranding: {
    method: 'PATCH',
    path: '/branding',
    tag,
    summary: 'Update branding settings',
    scopes: ['update:branding'],
    body: updateBrandingSchema,
    responses: {
      200: { description: 'Branding settings successfully updated.', schema: brandingSchema },
    },
  },
  getPageTemplate: {
    method: 'GET',
    path: '/branding/templates/universal-login',
    tag,
    summary: 'Get template for New Universal Login Experience',
    scopes: ['read:branding'],
    responses: {
      200: {
        description: 'Template successfully retrieved.',
        schema: z.strictObject({ body: z.string() }),
      },
    },
  },
  setPageTemplate: {
    method: 'PUT',
    path: '/branding/templates/universal-login',
    tag,
    summary: 'Set template for New Universal Login Experience',
    scopes: ['update:branding'],
    body: z.union([templateText, z.strictObject({ template: templateText })]),
    responses: {
      201: { description: 'Template successfully created.', schema: z.strictObject({}) },
      204: { description: 'Template successfully updated.' },
    },
  },
  deletePageTemplate: {
    method: 'DELETE',
    path: '/branding/templates/universal-login',
    tag,
    summary: 'Delete template for New Universal Login Experience',
    scopes: ['delete:branding'],
    responses: { 204: { description: 'Template successfully deleted.' } },
  },
});
