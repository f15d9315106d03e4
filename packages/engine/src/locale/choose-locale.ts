/** What is known of the language that a person wants. */
export interface LocaleWishes {
  /** `ui_locales` of the authorization request: tags by preference, separated by spaces. */
  readonly uiLocales?: string | undefined;
  /** The browser's `Accept-Language`. */
  readonly acceptLanguage?: string | undefined;
  /** The languages to choose from; the first is the default. Absent: English alone. */
  readonly enabledLocales?: readonly string[] | undefined;
}

/** Language where neither person nor tenant name one. */
const DEFAULT_LOCALE = 'en';
/** Longer headers and parameters are read up to here, in characters. */
const MAX_WISHES_LENGTH = 500;
const TAG = /^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/;

/**
 * The first wish that can be met, `ui_locales` before the browser's, else the default. `de-AT` is met by
 * `de`, and `pt` by `pt-BR` (RFC 4647, 3.4).
 */
export function chooseLocale(wishes: LocaleWishes): string {
  const enabled = wishes.enabledLocales ?? [DEFAULT_LOCALE];
  const uiLocales = (wishes.uiLocales ?? '').slice(0, MAX_WISHES_LENGTH).split(/\s+/);
  for (const wish of [...uiLocales, ...readAcceptLanguage(wishes.acceptLanguage)]) {
    const locale = matchLocale(wish, enabled);
    if (locale !== undefined) return locale;
  }
  return enabled[0] ?? DEFAULT_LOCALE;
}

/** The one of these languages that meets the wish; undefined for none, and for what is no tag. */
export function matchLocale(wish: string, among: readonly string[]): string | undefined {
  const tag = wish.toLowerCase().replaceAll('_', '-');
  if (!TAG.test(tag)) return undefined;
  const parts = tag.split('-');
  for (let length = parts.length; length > 0; length -= 1) {
    const prefix = parts.slice(0, length).join('-');
    const exact = among.find((locale) => locale.toLowerCase() === prefix);
    if (exact !== undefined) return exact;
  }
  return among.find((locale) => locale.toLowerCase().startsWith(`${parts[0]}-`));
}

/** Tags by falling quality; those of quality 0 are not wanted. */
function readAcceptLanguage(header: string | undefined): readonly string[] {
  return (header ?? '')
    .slice(0, MAX_WISHES_LENGTH)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
