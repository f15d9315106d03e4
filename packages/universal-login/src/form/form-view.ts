import type { FormComponent, FormField, FormStep, JsonObject, JsonValue } from '@tessera/model';
import type { FormProblem } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { isMultiple } from './read-field.ts';
import { fieldName, fieldsOf, type RawValues } from './read-form.ts';
import { type FormVariables, fillHtml, fillText } from './rich-text.ts';

/** A component as `form/component` shows it. */
export interface ComponentView {
  readonly kind: 'html' | 'divider' | 'input' | 'textarea' | 'choices' | 'select' | 'agreement';
  /** Clean HTML of texts and agreements. */
  readonly html: string | null;
  readonly name: string | null;
  readonly label: string | null;
  /** Of inputs. */
  readonly type: string | null;
  readonly inputMode: string | null;
  readonly autocomplete: string | null;
  readonly value: string | null;
  readonly placeholder: string | null;
  readonly options: readonly OptionView[] | null;
  readonly isMultiple: boolean;
  readonly isRequired: boolean;
  readonly hint: string | null;
  readonly problem: string | null;
  /** Ids of what explains the field, separated by spaces. */
  readonly describedBy: string | null;
}

interface OptionView {
  readonly id: string;
  readonly value: string;
  readonly label: string;
  readonly isChosen: boolean;
}

/** A page of a form with what was typed. */
export interface ShownForm {
  readonly page: FormStep;
  readonly raw: RawValues;
  readonly problems: readonly FormProblem[];
  readonly variables: FormVariables;
  /** Texts in other languages, as forms have them. */
  readonly translations: JsonObject | undefined;
}

const EMPTY: Omit<ComponentView, 'kind'> = {
  html: null,
  name: null,
  label: null,
  type: null,
  inputMode: null,
  autocomplete: null,
  value: null,
  placeholder: null,
  options: null,
  isMultiple: false,
  isRequired: false,
  hint: null,
  problem: null,
  describedBy: null,
};

export function viewComponents(t: Translator, shown: ShownForm): readonly ComponentView[] {
  const components = shown.page.config?.components ?? [];
  const speak = createSpeaker(t, shown.translations);
  return components.flatMap((component) => viewComponent(t, shown, speak(component)) ?? []);
}

/** Texts of the buttons; null: the product's own. */
export function viewButtons(
  t: Translator,
  { page, variables, translations }: ShownForm,
): { readonly next: string | null; readonly back: string | null } {
  const speak = createSpeaker(t, translations);
  const textOf = (type: 'NEXT_BUTTON' | 'PREVIOUS_BUTTON'): string | null => {
    const button = (page.config?.components ?? [])
      .map(speak)
      .find((component) => component.type === type);
    const text = button?.type === type ? fillText(button.config.text, variables).trim() : '';
    return text === '' ? null : text;
  };
  return { next: textOf('NEXT_BUTTON'), back: textOf('PREVIOUS_BUTTON') };
}

/** What other pages hold: goes along, so that the whole form arrives at the end. */
export function viewCarried(
  pages: readonly FormStep[],
  { page, raw }: Pick<ShownForm, 'page' | 'raw'>,
): readonly { readonly name: string; readonly value: string }[] {
  const others = pages.filter(({ id }) => id !== page.id).flatMap(fieldsOf);
  return others.flatMap(({ id }) =>
    (raw.get(id) ?? []).map((value) => ({ name: fieldName(id), value })),
  );
}

/** Puts the texts of the page's language in the place of the form's own. */
function createSpeaker(t: Translator, translations: JsonObject | undefined) {
  const [language = ''] = t.language.split('-');
  const of = asObject(translations?.[t.language] ?? translations?.[language]);
  const components = asObject(of.components);
  return <C extends FormComponent>(component: C): C => {
    const texts = asObject(components[component.id]);
    const config = asObject(texts.config);
    const own: Record<string, unknown> = { ...component.config };
    for (const name of ['content', 'text', 'placeholder']) {
      if (typeof config[name] === 'string') own[name] = config[name];
    }
    return {
      ...component,
      ...(typeof texts.label === 'string' ? { label: texts.label } : {}),
      ...(typeof texts.hint === 'string' ? { hint: texts.hint } : {}),
      ...(Object.keys(own).length === 0 ? {} : { config: own }),
    };
  };
}

function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

function viewComponent(
  t: Translator,
  shown: ShownForm,
  component: FormComponent,
): ComponentView | undefined {
  const { variables } = shown;
  switch (component.type) {
    case 'RICH_TEXT':
    case 'HTML':
      return { ...EMPTY, kind: 'html', html: fillHtml(component.config?.content ?? '', variables) };
    case 'DIVIDER':
      return {
        ...EMPTY,
        kind: 'divider',
        label: fillText(component.config?.text ?? '', variables),
      };
    case 'NEXT_BUTTON':
    case 'PREVIOUS_BUTTON':
      return undefined;
    default:
      return viewField(t, shown, component);
  }
}

function viewField(t: Translator, shown: ShownForm, field: FormField): ComponentView {
  const { raw, problems, variables } = shown;
  const name = fieldName(field.id);
  const found = problems.find((problem) => problem.name === name);
  const problem = found === undefined ? null : t.say(found.message);
  const hint = field.hint === undefined ? null : fillText(field.hint, variables);
  const describedBy = [
    ...(problem === null ? [] : [`${name}-problem`]),
    ...(hint === null ? [] : [`${name}-hint`]),
  ].join(' ');
  const placeholder =
    'config' in field && field.config !== undefined && 'placeholder' in field.config
      ? fillText(field.config.placeholder ?? '', variables)
      : null;
  return {
    ...EMPTY,
    ...viewControl(t, shown, field),
    name,
    label: fillText(field.label ?? field.id, variables),
    value: raw.get(field.id)?.[0] ?? '',
    placeholder: placeholder === '' ? null : placeholder,
    isMultiple: isMultiple(field),
    isRequired: field.required === true,
    hint,
    problem,
    describedBy: describedBy === '' ? null : describedBy,
  };
}

/** What a field is made of in the page. */
function viewControl(
  t: Translator,
  { raw, variables }: ShownForm,
  field: FormField,
): Pick<ComponentView, 'kind'> & Partial<ComponentView> {
  const input = (type: string, members: Partial<ComponentView> = {}) =>
    ({ kind: 'input', type, ...members }) as const;
  const chosen = raw.get(field.id) ?? [];
  const toOptions = (list: readonly { readonly value: string; readonly label: string }[]) =>
    list.map(({ value, label }, at) => ({
      id: at === 0 ? fieldName(field.id) : `${fieldName(field.id)}-${at}`,
      value,
      label: fillText(label, variables),
      isChosen: chosen.includes(value),
    }));
  switch (field.type) {
    case 'TEXT':
      return field.config?.multiline === true ? { kind: 'textarea' } : input('text');
    case 'TEL':
      return input('tel', { autocomplete: 'tel' });
    case 'EMAIL':
      return input('email', { autocomplete: 'email' });
    case 'URL':
      return input('url', { autocomplete: 'url' });
    case 'NUMBER':
      return input('text', { inputMode: 'decimal' });
    case 'DATE':
      return input(field.config?.format === 'TIME' ? 'time' : 'date');
    case 'LEGAL': {
      const { text } = field.config ?? {};
      return {
        kind: 'agreement',
        html: text === undefined ? null : fillHtml(text, variables),
        options: toOptions([{ value: 'true', label: t.text('form.agree') }]),
      };
    }
    case 'BOOLEAN': {
      const { options } = field.config ?? {};
      const yes = { value: 'true', label: options?.true ?? t.text('form.yes') };
      const no = { value: 'false', label: options?.false ?? t.text('form.no') };
      return { kind: 'choices', options: toOptions([yes, no]) };
    }
    case 'CHOICE':
    case 'DROPDOWN': {
      const options = toOptions(field.config?.options ?? []);
      return { kind: field.type === 'CHOICE' ? 'choices' : 'select', options };
    }
  }
}
