import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';

const color = z
  .string()
  .regex(/^#(?:(?:[0-9a-fA-F]{3}){1,2}|(?:[0-9a-fA-F]{4}){1,2})$/, 'must be a colour');
const url = z.union([z.literal(''), z.url({ protocol: /^https$/ }).max(2048)]);
const style = z.enum(['pill', 'rounded', 'sharp']);
const between = (min: number, max: number) => z.number().min(min).max(max);
const text = (min = 0) => z.strictObject({ bold: z.boolean(), size: between(min, 150) });

/** Parts of a theme. */
const themeParts = {
  borders: z.strictObject({
    button_border_radius: between(1, 10),
    button_border_weight: between(0, 10),
    buttons_style: style,
    input_border_radius: between(0, 10),
    input_border_weight: between(0, 3),
    inputs_style: style,
    show_widget_shadow: z.boolean(),
    widget_border_weight: between(0, 10),
    widget_corner_radius: between(0, 50),
  }),
  colors: z.strictObject({
    base_focus_color: color.optional(),
    base_hover_color: color.optional(),
    body_text: color,
    captcha_widget_theme: z.enum(['auto', 'dark', 'light']).optional(),
    error: color,
    header: color,
    icons: color,
    input_background: color,
    input_border: color,
    input_filled_text: color,
    input_labels_placeholders: color,
    links_focused_components: color,
    primary_button: color,
    primary_button_label: color,
    read_only_background: color.optional(),
    secondary_button_border: color,
    secondary_button_label: color,
    success: color,
    widget_background: color,
    widget_border: color,
  }),
  displayName: z
    .string()
    .max(2048)
    .regex(/^[^<>]*$/, 'must not contain < or >')
    .optional(),
  fonts: z.strictObject({
    body_text: text(),
    buttons_text: text(),
    font_url: url,
    input_labels: text(),
    links: text(),
    links_style: z.enum(['normal', 'underlined']),
    reference_text_size: between(12, 24),
    subtitle: text(),
    title: text(75),
  }),
  identifiers: jsonObjectSchema
    .optional()
    .describe('How identifiers are shown; kept, without an effect on pages.'),
  page_background: z.strictObject({
    background_color: color,
    background_image_url: url,
    page_layout: z.enum(['center', 'left', 'right']),
  }),
  widget: z.strictObject({
    header_text_alignment: z.enum(['center', 'left', 'right']),
    logo_height: between(1, 100),
    logo_position: z.enum(['center', 'left', 'none', 'right']),
    logo_url: url,
    social_buttons_layout: z.enum(['bottom', 'top']),
  }),
};
const themeBody = z.strictObject(themeParts);
const themeSchema = z.strictObject({ ...themeParts, themeId: z.string() });
export type BrandingThemeBody = z.output<typeof themeBody>;

const tag = 'branding';
const answer = (description: string) => ({ 200: { description, schema: themeSchema } });

export const brandingThemeOperations = defineOperations({
  createBrandingTheme: {
    method: 'POST',
    path: '/branding/themes',
    tag,
    summary: 'Create branding theme',
    scopes: ['update:branding'],
    body: themeBody,
    responses: answer('Branding theme successfully created.'),
  },
  getDefaultBrandingTheme: {
    method: 'GET',
    path: '/branding/themes/default',
    tag,
    summary: 'Get default branding theme',
    scopes: ['read:branding'],
    responses: answer('Branding theme successfully retrieved.'),
  },
  getBrandingTheme: {
    method: 'GET',
    path: '/branding/themes/{themeId}',
    tag,
    summary: 'Get branding theme',
    scopes: ['read:branding'],
    responses: answer('Branding theme successfully retrieved.'),
  },
  updateBrandingTheme: {
    method: 'PATCH',
    path: '/branding/themes/{themeId}',
    tag,
    summary: 'Update branding theme',
    scopes: ['update:branding'],
    body: themeBody,
    responses: answer('Branding theme successfully updated.'),
  },
  deleteBrandingTheme: {
    method: 'DELETE',
    path: '/branding/themes/{themeId}',
    tag,
    summary: 'Delete branding theme',
    scopes: ['delete:branding'],
    responses: { 204: { description: 'Branding theme successfully deleted.' } },
  },
});
