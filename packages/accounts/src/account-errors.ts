import { AppError } from '@tessera/model';
import type { PasswordRule } from './password-policy.ts';

/** Fields of a person's input that can be wrong. */
export type AccountField =
  | 'email'
  | 'username'
  | 'phoneNumber'
  | 'password'
  | 'name'
  | 'givenName'
  | 'familyName'
  | 'nickname'
  | 'picture'
  | 'userId'
  | 'userMetadata'
  | 'appMetadata';

/** What can be wrong with a field, for those who say it in another language. Codes are never renamed. */
export const FIELD_PROBLEM_CODES = [
  'control-characters',
  'email-invalid',
  'email-required',
  'empty',
  'not-valid',
  'password-required',
  'password-too-long',
  'phone-number-invalid',
  'phone-number-required',
  'picture-invalid',
  'too-long',
  'username-characters',
  'username-is-email',
  'username-length',
  'username-not-used',
  'username-required',
] as const;
export type FieldProblemCode = (typeof FIELD_PROBLEM_CODES)[number];

/** What is wrong with one field. `message` is public and never repeats the value. */
export interface FieldProblem {
  readonly field: AccountField;
  readonly message: string;
  /** Absent for what people never read on a page, e.g. problems of metadata. */
  readonly code?: FieldProblemCode;
  /** Limits that the message names: `min`, `max`. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Input that cannot be accepted (`invalid_body`); names every bad field. */
export class AccountInputError extends AppError {
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    super('invalid_body', problems.map((problem) => problem.message).join(' '));
    this.name = 'AccountInputError';
    this.problems = problems;
  }
}

/** What the hosted service calls a password that breaks the policy, and says of it, by the rule it breaks. */
const WEAK_PASSWORD_NAMES: Readonly<Record<string, { name: string; text: string }>> = {
  notCommon: { name: 'PasswordDictionaryError', text: 'Password is too common' },
  noPersonalInfo: { name: 'PasswordNoUserInfoError', text: 'Password contains user information' },
  notUsedBefore: { name: 'PasswordHistoryError', text: 'Password has previously been used' },
};
const STRENGTH = { name: 'PasswordStrengthError', text: 'Password is too weak' };

/** The password breaks the connection's policy (`password_too_weak`). */
export class WeakPasswordError extends AppError {
  /** Name and text for programs; of several broken rules the first counts. */
  readonly wire: { readonly name: string; readonly text: string };
  /** Every rule of the policy, each with whether the password met it. */
  readonly rules: readonly PasswordRule[];

  constructor(rules: readonly PasswordRule[]) {
    const broken = rules.find(({ isMet }) => !isMet)?.code ?? '';
    const wire = WEAK_PASSWORD_NAMES[broken] ?? STRENGTH;
    super('password_too_weak', wire.text);
    this.name = 'WeakPasswordError';
    this.rules = rules;
    this.wire = wire;
  }
}

/** An action refused the signup (`signup_refused`). `message` is what the action wants the person to read. */
export class SignUpRefusedError extends AppError {
  /** First argument of `api.validation.error`; absent when the action denied access. */
  readonly validationCode: string | undefined;

  /** @param options.detail The action's internal reason: for the tenant log, never for the person. */
  constructor(message: string, options: { validationCode?: string; detail?: string } = {}) {
    super('signup_refused', message, options);
    this.name = 'SignUpRefusedError';
    this.validationCode = options.validationCode;
  }
}

/** Which limit on attempts was passed, for those who say it in another language. */
export const TOO_MANY_REASONS = ['attempts', 'busy', 'failed-logins', 'signups'] as const;
export type TooManyReason = (typeof TOO_MANY_REASONS)[number];

/** A limit on attempts was passed (`too_many_attempts`). */
export class TooManyAttemptsError extends AppError {
  /** When it is worth trying again. */
  readonly retryAfterSeconds: number;
  readonly reason: TooManyReason;

  constructor(message: string, retryAfterSeconds: number, reason: TooManyReason = 'attempts') {
    super('too_many_attempts', message);
    this.name = 'TooManyAttemptsError';
    this.reason = reason;
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }
}
