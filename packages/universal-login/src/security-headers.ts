import type { Tenant } from '@tessera/model';
import { readBrand } from './brand/read-brand.ts';

/** Where the forms of a page may lead. */
export type FormTargets =
  /** To this origin, redirects included: pages that passwords are typed into. */
  | 'self'
  /** The page has no form. */
  | 'none'
  /**
   * Anywhere: pages whose form the protocol answers with a redirect to the application. Chromium
   * applies `form-action` to every redirect that follows, and where those lead is not known here.
   */
  | 'any';

/** Headers of a screen of a tenant, whose font and page template may need more than ours. */
export function screenHeaders(
  screen: { readonly forms: FormTargets; readonly scripts?: readonly string[] },
  tenant: Tenant,
): Readonly<Record<string, string>> {
  const { hasFont, pageTemplate } = readBrand(tenant);
  return pageHeaders({ ...screen, hasFont, hasTemplate: pageTemplate !== null });
}

/**
 * Headers of a page. Nothing is loaded but our style sheet, images and the scripts that the page names; the pages
 * cannot be framed, are never stored, and tell no one where the visitor comes from.
 *
 * No `Cross-Origin-Opener-Policy`: applications open the login in a popup and wait for its message.
 */
function pageHeaders(page: {
  readonly forms: FormTargets;
  /** The page loads scripts, which may talk to this origin alone. */
  readonly scripts?: readonly string[] | undefined;
  /** The tenant has a font of its own. */
  readonly hasFont?: boolean;
  /** The tenant has a page template, which brings styles of its own, but never scripts. */
  readonly hasTemplate?: boolean;
}): Readonly<Record<string, string>> {
  const { forms, scripts = [], hasFont = false, hasTemplate = false } = page;
  const directives = [
    "default-src 'none'",
    ...(scripts.length > 0 ? ["script-src 'self'", "connect-src 'self'"] : []),
    hasTemplate ? "style-src 'self' 'unsafe-inline' https:" : "style-src 'self'",
    ...(hasFont || hasTemplate ? ['font-src https: data:'] : []),
    "img-src 'self' https: data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(forms === 'any' ? [] : [`form-action '${forms}'`]),
  ];
  return {
    'content-security-policy': directives.join('; '),
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
