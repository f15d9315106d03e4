import type { UpdateBrandingBody, WireBranding } from '@tessera/api-contract';
import type { Branding, JsonObject, JsonValue } from '@tessera/model';
import { mergeExtra } from '../to-json.ts';

/** Branding as the wire has it: what is not set is not there. */
export function toWireBranding(branding: Branding = {}): WireBranding {
  const { primaryColor, pageBackground, faviconUrl, fontUrl, logoUrl, extra } = branding;
  const background = readObject(extra?.page_background) ?? pageBackground;
  const colors = {
    ...(background === undefined ? {} : { page_background: background }),
    ...(primaryColor === undefined ? {} : { primary: primaryColor }),
  };
  return {
    ...(Object.keys(colors).length === 0 ? {} : { colors }),
    ...(faviconUrl === undefined ? {} : { favicon_url: faviconUrl }),
    ...(fontUrl === undefined ? {} : { font: { url: fontUrl } }),
    ...(logoUrl === undefined ? {} : { logo_url: logoUrl }),
  };
}

/** Branding after a change: absent members stay, `null` removes. */
export function changeBranding(branding: Branding = {}, body: UpdateBrandingBody): Branding {
  const { colors, favicon_url: faviconUrl, font, logo_url: logoUrl } = body;
  const background = colors === null ? null : colors?.page_background;
  const isGradient = typeof background === 'object' && background !== null;
  const changed = {
    ...branding,
    ...(logoUrl === undefined ? {} : { logoUrl }),
    ...(faviconUrl === undefined ? {} : { faviconUrl }),
    ...(font === undefined ? {} : { fontUrl: font?.url ?? null }),
    ...(colors === undefined || colors?.primary === undefined
      ? {}
      : { primaryColor: colors.primary }),
    ...(colors === null ? { primaryColor: null } : {}),
    ...(background === undefined
      ? {}
      : {
          // What does not know gradients has their first colour.
          pageBackground: isGradient ? background.start : background,
          extra: mergeExtra(branding.extra ?? {}, {
            page_background: isGradient ? background : null,
          }),
        }),
  };
  const set = Object.entries(changed).filter(([, value]) => value !== null);
  return Object.fromEntries(set) as Branding;
}

function readObject(value: JsonValue | undefined): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : undefined;
}
