import type { Branding } from '@tessera/model';
import { z } from 'zod';
import {
  type Color,
  contrast,
  mix,
  readableOn,
  readColor,
  SHAPE_CONTRAST,
  WHITE,
  writeColor,
} from './color.ts';
import { accentVariables, footVariables } from './variables.ts';
import { readFontUrl } from './web-address.ts';

const color = z.string().transform((text, context): Color => {
  const found = readColor(text);
  if (found !== undefined) return found;
  context.addIssue('not a colour');
  return z.NEVER;
});

/** What pages take from a branding theme (`branding/themes`); the rest is kept and has no effect here. */
const themeSchema = z.object({
  colors: z.object({
    body_text: color,
    error: color,
    header: color,
    input_background: color,
    input_border: color,
    input_filled_text: color,
    input_labels_placeholders: color,
    links_focused_components: color,
    primary_button: color,
    primary_button_label: color,
    secondary_button_border: color,
    secondary_button_label: color,
    widget_background: color,
    widget_border: color,
  }),
  borders: z.object({
    button_border_radius: z.number(),
    buttons_style: z.string(),
    input_border_radius: z.number(),
    inputs_style: z.string(),
    show_widget_shadow: z.boolean(),
    widget_border_weight: z.number(),
    widget_corner_radius: z.number(),
  }),
  fonts: z.object({ font_url: z.string() }),
  page_background: z.object({ background_color: color, background_image_url: z.string() }),
  widget: z.object({
    header_text_alignment: z.string(),
    logo_height: z.number(),
    logo_position: z.string(),
    logo_url: z.string(),
  }),
});
export type Theme = z.infer<typeof themeSchema>;

/** The tenant's theme; undefined when it has none, or one that pages cannot read. */
export function readTheme(branding: Branding | undefined): Theme | undefined {
  return themeSchema.safeParse(branding?.extra?.theme).data;
}

/** A theme as values for `assets/pages.css`, in one scheme for everybody. */
export function themeRules(theme: Theme): readonly string[] {
  const variables = [...colorVariables(theme), ...shapeVariables(theme), ...pageVariables(theme)];
  const isDark = contrast(theme.colors.widget_background, WHITE) > 10;
  return [
    `:root{color-scheme:${isDark ? 'dark' : 'light'};${variables.join(';')}}`,
    ...alignmentRules(theme),
  ];
}

function colorVariables({ colors }: Theme): readonly string[] {
  const card = colors.widget_background;
  const input = colors.input_background;
  const text = readableOn(colors.body_text, card);
  const bad = readableOn(colors.error, card);
  const badGround = mix(card, bad, 0.08);
  return [
    `--card:${writeColor(card)}`,
    `--text:${writeColor(text)}`,
    `--soft:${writeColor(text)}`,
    `--title:${writeColor(readableOn(colors.header, card))}`,
    `--label:${writeColor(readableOn(colors.input_labels_placeholders, card))}`,
    `--input-ground:${writeColor(input)}`,
    `--input-text:${writeColor(readableOn(colors.input_filled_text, input))}`,
    `--line:${writeColor(readableOn(colors.input_border, card, SHAPE_CONTRAST))}`,
    `--edge:${writeColor(colors.widget_border)}`,
    ...accentVariables(colors.primary_button, card, colors.primary_button_label),
    `--link:${writeColor(readableOn(colors.links_focused_components, card))}`,
    `--ring:${writeColor(readableOn(colors.links_focused_components, card, SHAPE_CONTRAST))}`,
    `--secondary-line:${writeColor(readableOn(colors.secondary_button_border, card, SHAPE_CONTRAST))}`,
    `--secondary-text:${writeColor(readableOn(colors.secondary_button_label, card))}`,
    `--bad:${writeColor(readableOn(bad, badGround))}`,
    `--bad-ground:${writeColor(badGround)}`,
  ];
}

/** Radii by the style's name, in px: `pill`, `rounded` (the number given), `sharp`. */
function radius(style: string, rounded: number): string {
  if (style === 'pill') return '9999px';
  return style === 'sharp' ? '0' : `${rounded}px`;
}

function shapeVariables({ borders, widget }: Theme): readonly string[] {
  return [
    `--button-radius:${radius(borders.buttons_style, borders.button_border_radius)}`,
    `--input-radius:${radius(borders.inputs_style, borders.input_border_radius)}`,
    `--card-radius:${borders.widget_corner_radius}px`,
    `--card-line:${borders.widget_border_weight}px`,
    ...(borders.show_widget_shadow ? [] : ['--shadow:none']),
    `--logo-height:${widget.logo_height}px`,
  ];
}

function pageVariables({ page_background: page, colors }: Theme): readonly string[] {
  const ground = page.background_color;
  const picture = readFontUrl(page.background_image_url);
  const card = colors.widget_background;
  const soft = readableOn(colors.body_text, card);
  return [
    `--ground:${writeColor(ground)}`,
    '--tesserae:transparent',
    ...(picture === null ? [] : [`--page-image:url("${picture}")`]),
    // What a picture has behind the footer is not known here.
    ...footVariables(picture === null ? [ground] : [], { card, soft }),
  ];
}

function alignmentRules({ widget }: Theme): readonly string[] {
  const places: Record<string, string> = { left: 'start', center: 'center', right: 'end' };
  const logo = places[widget.logo_position];
  const title = places[widget.header_text_alignment];
  return [
    ...(widget.logo_position === 'none' ? ['.brand-logo,.brand-mark{display:none}'] : []),
    ...(logo === undefined ? [] : [`.brand{justify-content:${logo}}.brand-name{flex:none}`]),
    ...(title === undefined ? [] : [`h1,.lede{text-align:${title}}`]),
  ];
}
