import { type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Message, Translator } from '../i18n/translator.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** The question is the label of the field. */
export function challengeFields(
  t: Translator,
  question: Message,
  state: FormState,
): readonly FieldView[] {
  const label = t.say(question);
  return viewFields(t, state, [{ name: 'answer', label, type: 'text', autocomplete: 'off' }]);
}

const QUESTION: Message = { key: 'bot-gate.question', values: { first: 7, second: 12 } };
const WRONG: FormState = {
  values: {},
  problems: [{ name: 'answer', message: { key: 'bot-gate.wrong' } }],
};

export const BOT_CHALLENGE_SCREEN = defineScreen<{ readonly fields: readonly FieldView[] }>({
  name: 'bot-gate/challenge',
  title: 'bot-gate.title',
  forms: 'self',
  samples: {
    empty: { data: (t) => ({ fields: challengeFields(t, QUESTION, EMPTY_FORM) }) },
    wrong: { data: (t) => ({ fields: challengeFields(t, QUESTION, WRONG) }), form: WRONG },
  },
});

export const BOT_GATE_SCREENS: readonly Screen<object>[] = [BOT_CHALLENGE_SCREEN];
