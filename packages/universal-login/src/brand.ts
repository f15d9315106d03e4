import type { Client, Tenant } from '@tessera/model';

/** Whose page it is. Every member is safe to stand in an attribute once escaped. */
export interface Brand {
  readonly name: string;
  /** Address of a picture, or null: then our mark is shown. */
  readonly logo: string | null;
  readonly supportUrl: string | null;
}

/** Name and logo of the tenant; the application's own logo, where it has one, goes first. */
export function readBrand(tenant: Tenant, client?: Client): Brand {
  const { friendlyName, pictureUrl, supportEmail, supportUrl } = tenant.settings;
  const mail = supportEmail !== undefined && /^[^\s@?&]+@[^\s@?&]+$/.test(supportEmail);
  return {
    name: friendlyName?.trim() || 'Tessera',
    logo: readPictureUrl(client?.logoUri) ?? readPictureUrl(pictureUrl),
    supportUrl: readWebUrl(supportUrl) ?? (mail ? `mailto:${supportEmail}` : null),
  };
}

/** An address that `img-src` lets through; others would be a broken picture. */
function readPictureUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = URL.parse(text);
  const isPicture = url?.protocol === 'https:' || /^data:image\/[a-z+.-]+[;,]/i.test(text);
  return isPicture ? text : null;
}

function readWebUrl(text: string | undefined): string | null {
  const url = text === undefined ? null : URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}
