import type { Translator } from '../i18n/translator.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Data of the consent page. */
export interface ConsentData {
  readonly userName: string;
  readonly scopes: readonly ScopeView[];
  readonly submitUrl: string;
}

interface ScopeView {
  readonly text: string;
  /** Shown beside `text`; null where the text is the scope itself. */
  readonly value: string | null;
}

/** A scope in words: an API's own description, or ours for the common ones. */
export function viewScope(
  t: Translator,
  scope: { readonly value: string; readonly description?: string },
): ScopeView {
  const { value, description } = scope;
  const key = `consent.scope.${value}`;
  const text = description ?? (t.has(key) ? t.text(key) : undefined);
  return text === undefined ? { text: value, value: null } : { text, value };
}

export const CONSENT_SCREEN = defineScreen<ConsentData>({
  name: 'consent/consent',
  title: 'consent.title',
  forms: 'any',
  samples: {
    scopes: {
      data: (t) => ({
        userName: 'ada@example.com',
        submitUrl: '/x',
        scopes: [
          viewScope(t, { value: 'openid' }),
          viewScope(t, { value: 'email' }),
          viewScope(t, { value: 'read:notes', description: 'Read your notes' }),
          viewScope(t, { value: 'write:notes' }),
        ],
      }),
    },
  },
});

export const CONSENT_SCREENS: readonly Screen<object>[] = [CONSENT_SCREEN];
