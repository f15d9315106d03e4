import type { AccountField, PasswordRule } from '@tessera/accounts';
import type { Translator } from '../i18n/translator.ts';
import type { FormState } from './form-state.ts';

/** An input of a form, as `parts/field` shows it. */
export interface FieldView {
  /** Name and id. */
  readonly name: string;
  readonly label: string;
  readonly type: 'email' | 'text' | 'tel' | 'password';
  readonly autocomplete: string;
  /** Keyboard that phones offer, e.g. `numeric`; null leaves it to the type. */
  readonly inputMode: string | null;
  readonly value: string;
  readonly isOptional: boolean;
  readonly isFocused: boolean;
  /** Ids of what explains the field, separated by spaces. */
  readonly describedBy: string | null;
  /** A sentence below the field. */
  readonly hint: string | null;
  readonly problem: string | null;
  readonly rules: readonly RuleView[] | null;
}

/** A rule for new passwords. */
interface RuleView {
  readonly text: string;
  readonly isBroken: boolean;
  readonly items: readonly RuleView[] | null;
}

/** What stands above a form that was refused, as `parts/summary` shows it. */
export interface SummaryView {
  readonly text: string;
  /** Links to the fields; null when the problem is no single field's. */
  readonly problems: readonly { readonly name: string; readonly text: string }[] | null;
}

/** A field before its state is known. `label` and `hint` are texts, not keys. */
export interface FieldKind {
  readonly name: string;
  readonly label: string;
  readonly type: FieldView['type'];
  readonly autocomplete: string;
  readonly inputMode?: string;
  readonly isOptional?: boolean;
  readonly hint?: string;
  /** Shows the rules of new passwords below the field. */
  readonly rules?: readonly PasswordRule[];
}

/** Form fields by the account fields that they fill. */
export const FIELD_OF_ACCOUNT: Partial<Record<AccountField, string>> = {
  email: 'email',
  username: 'username',
  phoneNumber: 'phone_number',
  password: 'password',
};

/** Fields with what was typed. Passwords are never sent back; the first empty field gets the focus. */
export function viewFields(
  t: Translator,
  state: FormState,
  kinds: readonly FieldKind[],
): readonly FieldView[] {
  const readValue = ({ name, type }: FieldKind) =>
    type === 'password' ? '' : (state.values[name] ?? '');
  const hasSummary = state.problems.length > 0 || state.message !== undefined;
  const first = hasSummary ? undefined : kinds.find((kind) => readValue(kind) === '');
  return kinds.map((kind) => {
    const { name, label, type, autocomplete, inputMode, isOptional, hint } = kind;
    const rules = kind.rules && (state.rules ?? kind.rules);
    const message = state.problems.find((problem) => problem.name === name)?.message;
    const hasBrokenRules =
      message !== undefined && rules !== undefined && state.rules !== undefined;
    const problem = hasBrokenRules ? t.text('account.see-rules') : message && t.say(message);
    const describedBy = [
      ...(problem === undefined ? [] : [`${name}-problem`]),
      ...(hint === undefined ? [] : [`${name}-hint`]),
      ...(rules === undefined ? [] : [`${name}-rules`]),
    ];
    return {
      name,
      label,
      type,
      autocomplete,
      inputMode: inputMode ?? null,
      isOptional: isOptional ?? false,
      value: readValue(kind),
      isFocused: kind === first,
      describedBy: describedBy.length > 0 ? describedBy.join(' ') : null,
      hint: hint ?? null,
      problem: problem ?? null,
      rules: rules ? viewRules(t, rules, state.rules !== undefined) : null,
    };
  });
}

/** What stands above a form that was refused; null for a form that is shown the first time. */
export function viewSummary(t: Translator, state: FormState): SummaryView | null {
  const { problems, message } = state;
  if (problems.length > 0) {
    const text = t.text(problems.length === 1 ? 'common.check-field' : 'common.check-fields');
    return {
      text,
      problems: problems.map(({ name, message }) => ({ name, text: t.say(message) })),
    };
  }
  return message === undefined ? null : { text: t.say(message), problems: null };
}

function viewRules(
  t: Translator,
  rules: readonly PasswordRule[],
  isJudged: boolean,
): readonly RuleView[] {
  return rules.map((rule) => {
    const [first = '', second = ''] = rule.format ?? [];
    const key = `account.rule.${rule.code}`;
    return {
      text: t.has(key) ? t.text(key, { first, second }) : formatRule(rule.message, rule.format),
      isBroken: isJudged && !rule.isMet,
      items: rule.items ? viewRules(t, rule.items, isJudged && !rule.isMet) : null,
    };
  });
}

/** Fills `%d` and `%s` in order. */
export function formatRule(message: string, format: PasswordRule['format'] = []): string {
  let next = 0;
  return message.replaceAll(/%[ds]/g, () => String(format[next++] ?? ''));
}
