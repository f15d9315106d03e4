import type { FormField, FormStep, JsonObject, JsonValue } from '@tessera/model';
import type { FormProblem } from '../forms/form-state.ts';
import { isMultiple, type RawValue, readField } from './read-field.ts';

/** Fields' names in the page: nothing of a form can pass for what the page itself sends. */
export const fieldName = (id: string): string => `f_${id}`;

/** What was typed until now, by the ids of fields. */
export type RawValues = ReadonlyMap<string, RawValue>;

export function fieldsOf({ config }: FormStep): readonly FormField[] {
  return (config?.components ?? []).filter((component) => component.category === 'FIELD');
}

/** Takes the fields of all pages out of a posted body. */
export function readRawValues(
  body: Readonly<Record<string, unknown>>,
  pages: readonly FormStep[],
): RawValues {
  const raw = new Map<string, RawValue>();
  for (const { id } of pages.flatMap(fieldsOf)) {
    const given = body[fieldName(id)];
    const list = Array.isArray(given) ? given : [given];
    const texts = list.filter((text) => typeof text === 'string');
    if (texts.length > 0) raw.set(id, texts);
  }
  return raw;
}

/** What fields begin with: what the Action gave, else what the form says. */
export function initialValues(pages: readonly FormStep[], given: JsonObject): RawValues {
  const raw = new Map<string, RawValue>();
  for (const field of pages.flatMap(fieldsOf)) {
    const config: { readonly default_value?: unknown } | undefined =
      field.type === 'LEGAL' ? undefined : field.config;
    const initial = Object.hasOwn(given, field.id) ? given[field.id] : config?.default_value;
    const texts = toTexts(initial, isMultiple(field));
    if (texts.length > 0) raw.set(field.id, texts);
  }
  return raw;
}

function toTexts(value: unknown, isList: boolean): RawValue {
  const list = Array.isArray(value) && isList ? value : [value];
  const isShown = (one: unknown) => ['string', 'number', 'boolean'].includes(typeof one);
  return list.filter(isShown).map(String);
}

/** A page as it was filled in: its values, or what is wrong with them. */
export interface PageReading {
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly problems: readonly FormProblem[];
}

export function readPage(page: FormStep, raw: RawValues): PageReading {
  const values: [string, JsonValue][] = [];
  const problems: FormProblem[] = [];
  for (const field of fieldsOf(page)) {
    const reading = readField(field, raw.get(field.id) ?? []);
    if (reading.kind === 'value') values.push([field.id, reading.value]);
    if (reading.kind === 'problem') {
      problems.push({ name: fieldName(field.id), message: reading.message });
    }
  }
  return { values: Object.fromEntries(values), problems };
}
