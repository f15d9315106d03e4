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

/** What is wrong with one field. `message` is public and never repeats the value. */
export interface FieldProblem {
  readonly field: AccountField;
  readonly message: string;
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

/** The password breaks the connection's policy (`password_too_weak`). */
export class WeakPasswordError extends AppError {
  /** Every rule of the policy, each with whether the password met it. */
  readonly rules: readonly PasswordRule[];

  constructor(rules: readonly PasswordRule[]) {
    super('password_too_weak', 'Password is too weak');
    this.name = 'WeakPasswordError';
    this.rules = rules;
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

/** A limit on attempts was passed (`too_many_attempts`). */
export class TooManyAttemptsError extends AppError {
  /** When it is worth trying again. */
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super('too_many_attempts', message);
    this.name = 'TooManyAttemptsError';
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }
}
