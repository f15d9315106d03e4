import type { FormStep } from '@tessera/model';
import { defineScreen, type Screen } from '../screen.ts';
import { type ComponentView, viewButtons, viewCarried, viewComponents } from './form-view.ts';
import type { RawValues } from './read-form.ts';

/** Data of a page of a form. */
export interface FormData {
  readonly components: readonly ComponentView[];
  readonly carried: readonly { readonly name: string; readonly value: string }[];
  /** Id of the page. */
  readonly step: string;
  readonly next: string | null;
  readonly back: string | null;
  readonly hasBack: boolean;
  readonly position: { readonly at: number; readonly of: number };
}

const SAMPLE: FormStep = {
  id: 'step',
  type: 'STEP',
  config: {
    components: [
      {
        id: 'intro',
        category: 'BLOCK',
        type: 'RICH_TEXT',
        config: {
          content: '<h2>Your plan is {{vars.plan}}</h2><p>Tell us <b>a little</b> more.</p>',
        },
      },
      {
        ...{ id: 'name', category: 'FIELD', type: 'TEXT' },
        ...{ label: 'Full name', required: true, hint: 'As in your passport.' },
      },
      { id: 'mail', category: 'FIELD', type: 'EMAIL', label: 'Second email address' },
      { id: 'age', category: 'FIELD', type: 'NUMBER', label: 'Age' },
      {
        ...{ id: 'about', category: 'FIELD', type: 'TEXT', label: 'About you' },
        config: { multiline: true, placeholder: 'A few sentences' },
      },
      { id: 'more', category: 'BLOCK', type: 'DIVIDER', config: { text: 'Your wishes' } },
      {
        ...{ id: 'colour', category: 'FIELD', type: 'CHOICE', label: 'Colours', required: true },
        config: {
          multiple: true,
          options: [
            { value: 'red', label: 'Red' },
            { value: 'blue', label: 'Blue' },
          ],
        },
      },
      {
        ...{ id: 'country', category: 'FIELD', type: 'DROPDOWN', label: 'Country' },
        config: { options: [{ value: 'at', label: 'Austria' }], placeholder: 'Choose' },
      },
      { id: 'news', category: 'FIELD', type: 'BOOLEAN', label: 'Send me news' },
      { id: 'born', category: 'FIELD', type: 'DATE', label: 'Born', config: { format: 'DATE' } },
      {
        ...{ id: 'terms', category: 'FIELD', type: 'LEGAL', label: 'Terms', required: true },
        config: { text: '<p>I accept the <a href="https://example.com/terms">terms</a>.</p>' },
      },
    ],
  },
} as FormStep;

const SAMPLE_VALUES: RawValues = new Map([
  ['name', ['Ada']],
  ['colour', ['blue']],
]);

export const FORM_SCREEN = defineScreen<FormData>({
  name: 'form/step',
  title: 'form.title',
  forms: 'self',
  samples: {
    filled: {
      data: (t) => {
        const shown = {
          ...{ page: SAMPLE, raw: SAMPLE_VALUES, problems: [], translations: undefined },
          variables: { vars: { plan: 'gold' }, fields: {} },
        };
        return {
          components: viewComponents(t, shown),
          carried: viewCarried([SAMPLE], shown),
          step: SAMPLE.id,
          ...viewButtons(t, shown),
          hasBack: true,
          position: { at: 2, of: 2 },
        };
      },
    },
    refused: {
      data: (t) => {
        const problems = [
          { name: 'f_mail', message: { key: 'form.invalid-email' } },
          { name: 'f_colour', message: { key: 'form.must-choose' } },
          { name: 'f_terms', message: { key: 'form.must-agree' } },
        ];
        const variables = { vars: {}, fields: {} };
        const shown = {
          ...{ page: SAMPLE, raw: new Map([['mail', ['x']]]), problems, variables },
          translations: undefined,
        };
        return {
          ...{ components: viewComponents(t, shown), carried: [], step: SAMPLE.id },
          ...{ next: null, back: null, hasBack: false, position: { at: 1, of: 1 } },
        };
      },
      form: {
        values: {},
        problems: [
          { name: 'f_mail', message: { key: 'form.invalid-email' } },
          { name: 'f_colour', message: { key: 'form.must-choose' } },
          { name: 'f_terms', message: { key: 'form.must-agree' } },
        ],
      },
    },
  },
});

export const FORM_SCREENS: readonly Screen<object>[] = [FORM_SCREEN];
