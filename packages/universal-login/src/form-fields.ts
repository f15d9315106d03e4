import type { AccountField, ConnectionForms, PasswordRule } from '@tessera/accounts';
import type { FormProblem } from './form-body.ts';
import type { FieldView, RuleView, SummaryView } from './templates.ts';

/** What a form shows besides its empty fields. */
export interface FormState {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly FormProblem[];
  /** A problem that is no single field's. */
  readonly message?: string;
  /** Rules with which of them the last password broke. */
  readonly rules?: readonly PasswordRule[];
}

/** Form fields by the account fields that they fill. */
export const FIELD_OF_ACCOUNT: Partial<Record<AccountField, string>> = {
  email: 'email',
  username: 'username',
  phoneNumber: 'phone_number',
  password: 'password',
};

type FieldKind = Pick<FieldView, 'name' | 'label' | 'type' | 'autocomplete' | 'isOptional'>;

/** Identifier and password, worded for what people may log in with. */
export function loginFields(forms: ConnectionForms, state: FormState): readonly FieldView[] {
  const kinds = [
    ...(forms.email.isActive ? ['email address'] : []),
    ...(forms.username.isActive ? ['username'] : []),
    ...(forms.phoneNumber.isActive ? ['phone number'] : []),
  ];
  const label = kinds.length > 0 ? kinds.join(' or ') : 'username';
  const isEmail = kinds.length === 1 && forms.email.isActive;
  return viewFields(state, [
    {
      name: 'identifier',
      label: `${label.charAt(0).toUpperCase()}${label.slice(1)}`,
      type: isEmail ? 'email' : 'text',
      autocomplete: 'username',
      isOptional: false,
    },
    {
      name: 'password',
      label: 'Password',
      type: 'password',
      autocomplete: 'current-password',
      isOptional: false,
    },
  ]);
}

/** Beside a password that broke rules; what is wrong with it stands above the form. */
const SEE_RULES = 'Choose one that meets every rule below.';

/** What the connection wants of new users, and a password with its rules. */
export function signUpFields(forms: ConnectionForms, state: FormState): readonly FieldView[] {
  const kinds: (FieldKind | false)[] = [
    forms.email.signUp !== 'inactive' && {
      name: 'email',
      label: 'Email address',
      type: 'email',
      autocomplete: 'email',
      isOptional: forms.email.signUp === 'optional',
    },
    forms.username.signUp !== 'inactive' && {
      name: 'username',
      label: 'Username',
      type: 'text',
      autocomplete: 'username',
      isOptional: forms.username.signUp === 'optional',
    },
    forms.phoneNumber.signUp !== 'inactive' && {
      name: 'phone_number',
      label: 'Phone number',
      type: 'tel',
      autocomplete: 'tel',
      isOptional: forms.phoneNumber.signUp === 'optional',
    },
    {
      name: 'password',
      label: 'Password',
      type: 'password',
      autocomplete: 'new-password',
      isOptional: false,
    },
  ];
  const rules = viewRules(state.rules ?? forms.passwordRules, state.rules !== undefined);
  return viewFields(
    state,
    kinds.filter((kind) => kind !== false),
  ).map((field) =>
    field.name === 'password'
      ? {
          ...field,
          rules,
          problem: state.rules === undefined ? field.problem : SEE_RULES,
          describedBy: joinIds(field.describedBy, 'password-rules'),
        }
      : field,
  );
}

/** Passwords are never sent back; the first field without a value gets the focus. */
function viewFields(state: FormState, kinds: readonly FieldKind[]): readonly FieldView[] {
  const readValue = ({ name, type }: FieldKind) =>
    type === 'password' ? '' : (state.values[name] ?? '');
  const hasSummary = state.problems.length > 0 || state.message !== undefined;
  const first = hasSummary ? undefined : kinds.find((kind) => readValue(kind) === '');
  return kinds.map((kind) => {
    const problem = state.problems.find(({ name }) => name === kind.name)?.message ?? null;
    return {
      ...kind,
      value: readValue(kind),
      isFocused: kind === first,
      problem,
      describedBy: problem === null ? null : `${kind.name}-problem`,
      rules: null,
    };
  });
}

function joinIds(...ids: readonly (string | null)[]): string {
  return ids.filter((id) => id !== null).join(' ');
}

/** What stands above a form that was refused; null for a form that is shown the first time. */
export function viewSummary(state: FormState): SummaryView | null {
  const { problems, message } = state;
  if (problems.length > 0) {
    const text = problems.length === 1 ? 'Please check one field:' : 'Please check these fields:';
    return { text, problems: problems.map(({ name, message }) => ({ name, text: message })) };
  }
  return message === undefined ? null : { text: message, problems: null };
}

const RULE_TEXTS: Record<string, string> = {
  lengthAtLeast: 'at least %d characters',
  containsAtLeast: 'at least %d of these %d kinds of characters:',
  shouldContain: 'all of these kinds of characters:',
  identicalChars: 'no more than %d identical characters in a row',
  sequentialChars: 'no more than %d neighbours in a row, such as “%s”',
  notCommon: 'to be none of the most common passwords',
  noPersonalInfo: 'no parts of your name, username or email address',
};

function viewRules(rules: readonly PasswordRule[], isJudged: boolean): readonly RuleView[] {
  return rules.map((rule) => ({
    text: formatRule(RULE_TEXTS[rule.code] ?? rule.message, rule.format),
    isBroken: isJudged && !rule.isMet,
    items: rule.items ? viewRules(rule.items, isJudged && !rule.isMet) : null,
  }));
}

/** Fills `%d` and `%s` in order. */
export function formatRule(message: string, format: PasswordRule['format'] = []): string {
  let next = 0;
  return message.replaceAll(/%[ds]/g, () => String(format[next++] ?? ''));
}
