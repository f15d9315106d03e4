import { createHash } from 'node:crypto';
import type { Branding } from '@tessera/model';
import { z } from 'zod';
import { type Color, readColor, writeColor } from './color.ts';
import { readTheme, themeRules } from './theme.ts';
import { accentVariables, footVariables } from './variables.ts';
import { readFontUrl } from './web-address.ts';

/** Colours of `assets/pages.css` that a tenant's colours must be readable on. */
export const SCHEMES = {
  light: { card: [0xff, 0xff, 0xff], soft: [0x59, 0x64, 0x6b] },
  dark: { card: [0x1a, 0x22, 0x26], soft: [0xa5, 0xb1, 0xb4] },
} as const satisfies Record<string, { readonly card: Color; readonly soft: Color }>;
type Scheme = (typeof SCHEMES)[keyof typeof SCHEMES];

/** Path of a tenant's own style sheet; its name is the hash of what is in it. */
export const BRAND_STYLESHEET_PATH = '/u/brand/:file';

/** Paths by branding: every page asks, and settings stay the same object until they change. */
const paths = new WeakMap<Branding, string | null>();

/** Where the tenant's own style sheet is; null when it has none. */
export function brandStylesheetPath(branding: Branding | undefined): string | null {
  if (branding === undefined) return null;
  const known = paths.get(branding);
  if (known !== undefined) return known;
  const css = writeBrandStylesheet(branding);
  const hash = createHash('sha256').update(css).digest('hex').slice(0, 12);
  const path = css === '' ? null : `/u/brand/${hash}.css`;
  paths.set(branding, path);
  return path;
}

/**
 * The tenant's colours, background and font as values for `assets/pages.css`; empty when nothing is
 * set. Whatever colours were chosen, text stays readable: labels become black or white, and what is
 * too faint on its ground is moved towards the readable end.
 */
export function writeBrandStylesheet(branding: Branding | undefined): string {
  if (branding === undefined) return '';
  const theme = readTheme(branding);
  const font = readFontUrl(theme?.fonts.font_url || branding.fontUrl);
  const rules = [
    ...(font === null
      ? []
      : [`@font-face{font-family:"brand";src:url("${font}");font-display:swap}`]),
    ...schemeRules(branding),
    ...(theme === undefined ? [] : themeRules(theme)),
    ...(font === null ? [] : [':root{--font:"brand"}']),
  ];
  return rules.join('\n');
}

function schemeRules(branding: Branding): readonly string[] {
  const light = schemeVariables(branding, SCHEMES.light);
  if (light.length === 0) return [];
  const dark = schemeVariables(branding, SCHEMES.dark);
  return [
    `:root{${light.join(';')}}`,
    `@media (prefers-color-scheme:dark){:root{${dark.join(';')}}}`,
  ];
}

function schemeVariables(branding: Branding, scheme: Scheme): readonly string[] {
  const primary = readColor(branding.primaryColor);
  return [
    ...(primary === undefined ? [] : accentVariables(primary, scheme.card)),
    ...backgroundVariables(branding, scheme),
  ];
}

function backgroundVariables(branding: Branding, { card, soft }: Scheme): readonly string[] {
  const gradient = readGradient(branding);
  const plain = readColor(branding.pageBackground);
  const grounds = gradient ? [gradient.start, gradient.end] : plain ? [plain] : [];
  const [ground] = grounds;
  if (ground === undefined) return [];
  return [
    `--ground:${writeColor(ground)}`,
    '--tesserae:transparent',
    ...(gradient ? [`--page-image:${gradient.css}`] : []),
    ...footVariables(grounds, { card, soft }),
  ];
}

const gradientSchema = z.object({
  type: z.literal('linear-gradient'),
  start: z.string(),
  end: z.string(),
  angle_deg: z.number().catch(0),
});

/** `page_background` of the management API, where it is an object. */
function readGradient({ extra }: Branding) {
  const gradient = gradientSchema.safeParse(extra?.page_background).data;
  const start = readColor(gradient?.start);
  const end = readColor(gradient?.end);
  if (!gradient || !start || !end) return undefined;
  const { angle_deg: degrees } = gradient;
  const css = `linear-gradient(${degrees}deg,${writeColor(start)},${writeColor(end)})`;
  return { start, end, css };
}
