import type { PageRenderer } from '@tessera/model';

/** Pages as text, with their facts in the open. */
export const fakePages: PageRenderer = {
  error: async (_context, page) => `<h1>error page</h1> ${page.error}: ${page.description}`,
  loggedOut: async () => '<h1>logged out</h1>',
  confirmLogout: async (_context, form) => `<h1>log out?</h1> ${form}`,
  consent: async (_context, page) => `<h1>consent</h1> ${JSON.stringify(page)}`,
  device: async (_context, page) => `<h1>device</h1> ${JSON.stringify(page)}`,
  headers: () => ({ 'content-security-policy': "default-src 'none'", 'x-frame-options': 'DENY' }),
};
