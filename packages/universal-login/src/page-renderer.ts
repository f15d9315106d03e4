import type { PageRenderer, RequestContext } from '@tessera/model';
import { readBrand } from './brand.ts';
import { CONSENT_SCREEN, viewScope } from './consent/screens.ts';
import { chooseLanguage } from './i18n/choose-language.ts';
import { createTranslator } from './i18n/translator.ts';
import { renderScreen, type ScreenData } from './render-screen.ts';
import type { Screen } from './screen.ts';
import { pageHeaders } from './security-headers.ts';
import { CONFIRM_LOGOUT_SCREEN, ERROR_SCREEN, LOGGED_OUT_SCREEN } from './system/screens.ts';

/**
 * Creates the pages that the protocol shows by itself.
 *
 * The form of the consent page posts `state`, `csrf_token` and `decision` (`accept` or `deny`).
 */
export function createPageRenderer(): PageRenderer {
  return {
    error: (context, { error, description, traceId }) =>
      render(context, ERROR_SCREEN, (t) => ({
        heading: t.text('errors.internal.heading'),
        description,
        advice: t.text('errors.go-back'),
        retryUrl: null,
        code: error,
        traceId: traceId ?? null,
      })),
    loggedOut: (context) => render(context, LOGGED_OUT_SCREEN, () => ({})),
    confirmLogout: (context, formHtml) =>
      render(context, CONFIRM_LOGOUT_SCREEN, () => ({ formHtml })),
    consent: (context, page) =>
      render(context, CONSENT_SCREEN, (t) => ({
        application: page.clientName,
        userName: page.userName,
        scopes: page.scopes.map((scope) => viewScope(t, scope)),
        submitUrl: page.submitUrl,
        state: page.state,
        csrfToken: page.csrfToken,
      })),
    headers: () => pageHeaders({ forms: 'any' }),
  };
}

async function render<Data extends object>(
  { tenant }: RequestContext,
  screen: Screen<Data>,
  data: ScreenData<Data>,
): Promise<string> {
  const { enabledLocales } = tenant.settings;
  return renderScreen(screen, {
    translator: createTranslator(chooseLanguage({ enabledLocales })),
    brand: readBrand(tenant),
    data,
  });
}
