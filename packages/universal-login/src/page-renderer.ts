import type { Client, Logger, PageRenderer, RequestContext, Store } from '@tessera/model';
import { CONSENT_SCREEN, viewScope } from './consent/screens.ts';
import {
  DEVICE_CODE_SCREEN,
  DEVICE_CONFIRM_SCREEN,
  DEVICE_END_SCREEN,
  deviceFormState,
  viewDeviceCode,
  viewDeviceConfirm,
  viewDeviceEnd,
} from './device/screens.ts';
import type { FormState } from './forms/form-state.ts';
import { loadTenantTranslator } from './i18n/tenant-translator.ts';
import { renderScreen, type ScreenData } from './render-screen.ts';
import type { Screen } from './screen.ts';
import { screenHeaders } from './security-headers.ts';
import { CONFIRM_LOGOUT_SCREEN, ERROR_SCREEN, LOGGED_OUT_SCREEN } from './system/screens.ts';

/** What the pages of the protocol need. */
export interface PageRendererOptions {
  readonly store: Store;
  readonly logger: Logger;
}

/**
 * Creates the pages that the protocol shows by itself.
 *
 * The form of the consent page posts `state`, `csrf_token` and `decision` (`accept` or `deny`).
 */
export function createPageRenderer(options: PageRendererOptions): PageRenderer {
  const show = <Data extends object>(
    context: RequestContext,
    screen: Screen<Data>,
    view: Parameters<typeof render<Data>>[2],
  ) => render({ ...options, context }, screen, view);
  return {
    error: (context, { error, reason = error, description, traceId }) =>
      show(context, ERROR_SCREEN, {
        data: (t) => {
          const key = `errors.protocol.${reason}`;
          const isEnglish = t.language === 'en';
          return {
            heading: t.text('errors.internal.heading'),
            // The protocol's own words say more, but say it in English.
            description: !isEnglish && t.has(key) ? t.text(key) : description,
            advice: t.text('errors.go-back'),
            retryUrl: null,
            code: error,
            traceId: traceId ?? null,
          };
        },
      }),
    loggedOut: (context) => show(context, LOGGED_OUT_SCREEN, { data: {} }),
    confirmLogout: (context, formHtml) =>
      show(context, CONFIRM_LOGOUT_SCREEN, { data: { formHtml } }),
    consent: (context, page) =>
      show(context, CONSENT_SCREEN, {
        uiLocales: page.uiLocales,
        data: (t) => ({
          application: page.clientName,
          userName: page.userName,
          scopes: page.scopes.map((scope) => viewScope(t, scope)),
          submitUrl: page.submitUrl,
          state: page.state,
          csrfToken: page.csrfToken,
        }),
      }),
    device: (context, page) => {
      if (page.kind === 'code') {
        const form = deviceFormState(page);
        const { csrfToken } = page;
        return show(context, DEVICE_CODE_SCREEN, {
          form,
          data: (t) => viewDeviceCode(t, form, csrfToken),
        });
      }
      return page.kind === 'confirm'
        ? show(context, DEVICE_CONFIRM_SCREEN, { data: viewDeviceConfirm(page) })
        : show(context, DEVICE_END_SCREEN, { data: (t) => viewDeviceEnd(t, page) });
    },
    headers: ({ tenant }) => screenHeaders({ forms: 'any' }, tenant),
  };
}

async function render<Data extends object>(
  { store, logger, context }: PageRendererOptions & { readonly context: RequestContext },
  screen: Screen<Data>,
  view: {
    readonly data: ScreenData<Data>;
    readonly form?: FormState;
    readonly client?: Client;
    readonly uiLocales?: string | undefined;
  },
): Promise<string> {
  const { tenant, acceptLanguage } = context;
  const { data, form, client, uiLocales = context.uiLocales } = view;
  const wishes = { uiLocales, acceptLanguage };
  return renderScreen(screen, {
    translator: await loadTenantTranslator(store, { tenant, client, wishes }),
    tenant,
    client,
    data,
    form,
    logger,
  });
}
