import type { PasswordRule } from '@tessera/accounts';
import type { Message } from '../i18n/translator.ts';

/** What a form shows besides its empty fields. */
export interface FormState {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly FormProblem[];
  /** A problem that is no single field's. */
  readonly message?: Message;
  /** Rules with which of them the last password broke. */
  readonly rules?: readonly PasswordRule[];
}

/** What is wrong with one field; `message` never repeats the value. */
export interface FormProblem {
  readonly name: string;
  readonly message: Message;
}

/** A form that is shown the first time. */
export const EMPTY_FORM: FormState = { values: {}, problems: [] };
