import type { PageRenderer } from '@tessera/model';
import { readBrand } from './brand.ts';
import { pageHeaders } from './security-headers.ts';
import { renderTemplate } from './templates.ts';

/** What the common scopes mean to a person; those of APIs bring their own description. */
const SCOPE_TEXTS: Record<string, string> = {
  openid: 'Know who you are',
  profile: 'See your profile: name and picture',
  email: 'See your email address',
  phone: 'See your phone number',
  address: 'See your postal address',
  offline_access: 'Stay connected while you are away',
};

/**
 * Creates the pages that the protocol shows by itself.
 *
 * The form of the consent page posts `state`, `csrf_token` and `decision` (`accept` or `deny`).
 */
export function createPageRenderer(): PageRenderer {
  return {
    error: ({ tenant }, { error, description, traceId }) =>
      renderTemplate('error', {
        title: 'Something went wrong',
        brand: readBrand(tenant),
        data: {
          heading: 'Something went wrong',
          description,
          advice: 'Please go back to the application and try again.',
          retryUrl: null,
          code: error,
          traceId: traceId ?? null,
        },
      }),
    loggedOut: ({ tenant }) =>
      renderTemplate('logged-out', { title: 'Logged out', brand: readBrand(tenant), data: {} }),
    confirmLogout: ({ tenant }, formHtml) =>
      renderTemplate('confirm-logout', {
        title: 'Log out',
        brand: readBrand(tenant),
        data: { formHtml },
      }),
    consent: ({ tenant }, page) =>
      renderTemplate('consent', {
        title: 'Allow access',
        brand: readBrand(tenant),
        data: {
          application: page.clientName,
          userName: page.userName,
          scopes: page.scopes.map(({ value, description }) => viewScope(value, description)),
          submitUrl: page.submitUrl,
          state: page.state,
          csrfToken: page.csrfToken,
        },
      }),
    headers: () => pageHeaders('any'),
  };
}

function viewScope(value: string, description: string | undefined) {
  const text = description ?? (Object.hasOwn(SCOPE_TEXTS, value) ? SCOPE_TEXTS[value] : undefined);
  return text === undefined ? { text: value, value: null } : { text, value };
}
