import { chooseLocale, type LocaleWishes, matchLocale } from '@tessera/engine';
import { FALLBACK_LANGUAGE, LANGUAGES } from './translations.ts';

/** What is known of the language that a person wants; `enabledLocales` are the tenant's. */
export type LanguageWishes = LocaleWishes;

/** The language of a page: of the tenant's languages that there are texts of, the one that is wanted most. */
export function chooseLanguage(wishes: LanguageWishes): string {
  const enabled = (wishes.enabledLocales ?? [FALLBACK_LANGUAGE]).flatMap(
    (tag) => matchLocale(tag, LANGUAGES) ?? [],
  );
  return chooseLocale({ ...wishes, enabledLocales: enabled });
}
