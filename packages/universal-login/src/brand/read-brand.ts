import type { Client, Tenant } from '@tessera/model';
import { brandStylesheetPath } from './brand-stylesheet.ts';
import { readTheme } from './theme.ts';
import { readFontUrl, readPictureUrl, readWebUrl } from './web-address.ts';

/** Whose page it is. Every member is safe to stand in an attribute once escaped. */
export interface Brand {
  readonly name: string;
  /** Address of a picture, or null: then our mark is shown. */
  readonly logo: string | null;
  /** Address of the icon of the browser's tab, or null: then ours is shown. */
  readonly favicon: string | null;
  readonly supportUrl: string | null;
  /** Path of the tenant's own colours and font; null when it has none. */
  readonly stylesheet: string | null;
  /** The page loads a font from elsewhere. */
  readonly hasFont: boolean;
  /** Liquid template of the page around the widget; null: our own layout. */
  readonly pageTemplate: string | null;
}

/** How a tenant looks; the application's own logo, where it has one, goes first. */
export function readBrand(tenant: Tenant, client?: Client): Brand {
  const { friendlyName, pictureUrl, supportEmail, supportUrl, branding } = tenant.settings;
  const mail = supportEmail !== undefined && /^[^\s@?&]+@[^\s@?&]+$/.test(supportEmail);
  const theme = readTheme(branding);
  return {
    name: friendlyName?.trim() || 'Tessera',
    logo:
      readPictureUrl(client?.logoUri) ??
      readPictureUrl(theme?.widget.logo_url) ??
      readPictureUrl(branding?.logoUrl) ??
      readPictureUrl(pictureUrl),
    favicon: readPictureUrl(branding?.faviconUrl),
    supportUrl: readWebUrl(supportUrl) ?? (mail ? `mailto:${supportEmail}` : null),
    stylesheet: brandStylesheetPath(branding),
    hasFont: readFontUrl(theme?.fonts.font_url || branding?.fontUrl) !== null,
    pageTemplate: branding?.pageTemplate ?? null,
  };
}
