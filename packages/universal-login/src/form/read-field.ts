import type { FormField, JsonValue } from '@tessera/model';
import type { Message } from '../i18n/translator.ts';
import { PAGE_LIMITS } from '../limits.ts';

/** What was typed into a field: nothing, a text, or several choices. */
export type RawValue = readonly string[];

/** A field's value, that it has none, or what is wrong with it. Messages never repeat the value. */
export type FieldReading =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'empty' }
  | { readonly kind: 'problem'; readonly message: Message };

const EMAIL = /^[^\s@"<>()\\,;:]+@[^\s@"<>()\\,;:]+\.[^\s@"<>()\\,;:.]+$/;
const PHONE = /^\+?[0-9][0-9 ()./-]{2,28}[0-9]$/;
const NUMBER = /^[+-]?\d{1,15}(?:[.,]\d{1,10})?$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
/** Characters that no keyboard makes and no database holds; lines and tabs are for long texts. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]/u;
const LINES = /[\n\r\t]/;
/** Longest e-mail address (RFC 5321), and address of a page. */
const MAX_EMAIL = 254;
const MAX_URL = 2_048;

/** Reads a field as its type and settings want it. */
export function readField(field: FormField, raw: RawValue): FieldReading {
  const given = raw.filter((text) => text.trim() !== '');
  if (given.length === 0) return field.required === true ? required(field) : { kind: 'empty' };
  if (given.length > 1 && !isMultiple(field)) return problem('common.field-repeated');
  if (given.some((text) => text.length > PAGE_LIMITS.fieldLength)) {
    return problem('common.field-too-long', { max: PAGE_LIMITS.fieldLength });
  }
  const [text = ''] = given;
  if (given.some((one) => CONTROL.test(one))) return problem('form.invalid');
  return readText(field, text, given);
}

function readText(field: FormField, text: string, given: RawValue): FieldReading {
  switch (field.type) {
    case 'TEXT':
      if (field.config?.multiline !== true && LINES.test(text)) return problem('form.invalid');
      return withinLength(field.config, text);
    case 'TEL':
      if (!PHONE.test(text.trim())) return problem('form.invalid-phone');
      return withinLength(field.config, text.trim());
    case 'EMAIL': {
      const address = text.trim();
      const isAddress = address.length <= MAX_EMAIL && EMAIL.test(address);
      return isAddress ? value(address) : problem('form.invalid-email');
    }
    case 'URL':
      return isWebAddress(text.trim()) ? value(text.trim()) : problem('form.invalid-url');
    case 'NUMBER':
      return readNumber(field.config, text.trim());
    case 'BOOLEAN':
      return text === 'true' || text === 'false' ? value(text === 'true') : problem('form.invalid');
    case 'LEGAL':
      return text === 'true' ? value(true) : problem('form.invalid');
    case 'DATE':
      return isMoment(field.config?.format ?? 'DATE', text)
        ? value(text)
        : problem('form.invalid-date');
    case 'CHOICE':
    case 'DROPDOWN': {
      const known = new Set((field.config?.options ?? []).map((option) => option.value));
      if (!given.every((one) => known.has(one))) return problem('form.invalid-choice');
      return value(field.config?.multiple === true ? [...new Set(given)] : text);
    }
  }
}

export function isMultiple(field: FormField): boolean {
  const isList = field.type === 'CHOICE' || field.type === 'DROPDOWN';
  return isList && field.config?.multiple === true;
}

function required({ type }: FormField): FieldReading {
  if (type === 'LEGAL') return problem('form.must-agree');
  const isChosen = type === 'CHOICE' || type === 'DROPDOWN' || type === 'BOOLEAN';
  return problem(isChosen ? 'form.must-choose' : 'form.must-fill');
}

function withinLength(
  config: { readonly min_length?: number; readonly max_length?: number } | undefined,
  text: string,
): FieldReading {
  const { min_length: min = 0, max_length: max = PAGE_LIMITS.fieldLength } = config ?? {};
  const length = [...text].length;
  if (length < min) return problem('form.too-short', { min });
  if (length > max) return problem('form.too-long', { max });
  return value(text);
}

function readNumber(
  config: { readonly min_value?: number; readonly max_value?: number } | undefined,
  text: string,
): FieldReading {
  if (!NUMBER.test(text)) return problem('form.invalid-number');
  const number = Number(text.replace(',', '.'));
  const { min_value: min = -Infinity, max_value: max = Infinity } = config ?? {};
  if (number < min) return problem('form.number-too-small', { min });
  if (number > max) return problem('form.number-too-large', { max });
  return value(number);
}

/** Of the web: other schemes run script or start programs wherever the value is shown. */
function isWebAddress(text: string): boolean {
  if (text.length > MAX_URL || /[\s<>"]/.test(text)) return false;
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'https:' || protocol === 'http:';
}

function isMoment(format: 'DATE' | 'TIME', text: string): boolean {
  if (format === 'TIME') return TIME.test(text);
  if (!DAY.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  // Days that a month does not have roll over to the next.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function value(of: JsonValue): FieldReading {
  return { kind: 'value', value: of };
}

function problem(key: string, values?: Readonly<Record<string, number>>): FieldReading {
  return { kind: 'problem', message: { key, ...(values === undefined ? {} : { values }) } };
}
