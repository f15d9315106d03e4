import { FALLBACK_LANGUAGE, type Texts, TRANSLATIONS } from './translations.ts';

/** What stands in the placeholders of a text: `{application}` takes the member `application`. */
export type TextValues = Readonly<Record<string, string | number>>;

/** A text to be said in the language of whoever reads it; `text` is said as it is (an Action's words). */
export type Message =
  | { readonly key: string; readonly values?: TextValues }
  | { readonly text: string };

/** Speaks one language. */
export interface Translator {
  /** Tag for `lang`, e.g. `de`. */
  readonly language: string;
  /** For `dir`. */
  readonly direction: 'ltr' | 'rtl';
  /**
   * The text of a key with its placeholders filled, in English where the language lacks it. Plain
   * text: whoever puts it into a page escapes it, as templates do by themselves. Throws for a key that
   * English lacks too.
   */
  text(key: string, values?: TextValues): string;
  /** As `text`, for what code has kept to be said. */
  say(message: Message): string;
  has(key: string): boolean;
  /** As `text`, as HTML: everything escaped, each value inside `<strong><bdi>`. */
  html(key: string, values: TextValues): string;
}

/** Scripts that are written from right to left. */
const RIGHT_TO_LEFT = new Set(['Adlm', 'Arab', 'Hebr', 'Nkoo', 'Rohg', 'Syrc', 'Thaa']);
const PLACEHOLDER = /\{(\w+)\}/g;
const RIGHT_TO_LEFT_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * Creates a translator.
 *
 * @param language One of `LANGUAGES`.
 * @param own Texts of the tenant, which go before the product's.
 * @param known Values that the tenant's texts may use anywhere.
 */
export function createTranslator(
  language: string,
  own?: Texts,
  known: TextValues = {},
): Translator {
  const texts = TRANSLATIONS.get(language);
  const fallback = TRANSLATIONS.get(FALLBACK_LANGUAGE);
  const script = new Intl.Locale(language).maximize().script ?? '';
  const direction = RIGHT_TO_LEFT.has(script) ? 'rtl' : 'ltr';
  const find = (key: string) => own?.get(key) ?? texts?.get(key) ?? fallback?.get(key);
  const get = (key: string) => {
    const text = find(key);
    if (text === undefined) throw new Error(`There is no text "${key}" in translations/en`);
    return text;
  };
  const text = (key: string, values: TextValues = {}) =>
    fill(get(key), { ...known, ...values }, (value) => isolate(value, direction));
  return {
    language,
    direction,
    text,
    say: (message) => ('key' in message ? text(message.key, message.values) : message.text),
    has: (key) => find(key) !== undefined,
    html: (key, values) =>
      fill(
        escapeHtml(get(key)),
        values,
        (value) => `<strong><bdi>${escapeHtml(value)}</bdi></strong>`,
      ),
  };
}

/** Placeholders without a value stay as they are. */
function fill(text: string, values: TextValues, show: (value: string) => string): string {
  return text.replaceAll(PLACEHOLDER, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? placeholder : show(String(value));
  });
}

/** A value of the other direction must not rearrange the sentence (Unicode UAX 9, isolates). */
function isolate(value: string, direction: 'ltr' | 'rtl'): string {
  const isForeign = direction === 'rtl' || RIGHT_TO_LEFT_LETTER.test(value);
  return isForeign ? `\u2068${value}\u2069` : value;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** Escapes for text and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
