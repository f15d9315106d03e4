import {
  AccountInputError,
  SignUpRefusedError,
  TooManyAttemptsError,
  WeakPasswordError,
} from '@tessera/accounts';
import { AppError } from '@tessera/model';
import type { Message } from '../i18n/translator.ts';
import { FIELD_OF_ACCOUNT } from './form-fields.ts';
import type { FormProblem, FormState } from './form-state.ts';

/** How a form is shown again after the account services refused it. */
export interface AccountRefusal {
  readonly status: number;
  /** Goes over the form's state. */
  readonly form: Partial<Pick<FormState, 'problems' | 'message' | 'rules'>>;
  /** For the header `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** Refusals that one sentence says, by code. */
const MESSAGES: Partial<
  Record<AppError['code'], { readonly status: number; readonly key: string }>
> = {
  wrong_credentials: { status: 400, key: 'account.wrong-credentials' },
  account_blocked: { status: 403, key: 'account.blocked' },
  user_exists: { status: 400, key: 'account.invalid-sign-up' },
};

/** What a person reads of an error of the account services; undefined for errors that are not theirs. */
export function describeRefusal(error: unknown): AccountRefusal | undefined {
  if (error instanceof AccountInputError) {
    return { status: 400, form: { problems: error.problems.map(describeProblem) } };
  }
  if (error instanceof WeakPasswordError) {
    const message: Message = { key: 'account.password-too-weak' };
    return { status: 400, form: { problems: [{ name: 'password', message }], rules: error.rules } };
  }
  if (error instanceof TooManyAttemptsError) {
    const { reason, retryAfterSeconds } = error;
    const key = `account.too-many.${reason}`;
    return { status: 429, form: { message: { key } }, retryAfterSeconds };
  }
  if (error instanceof SignUpRefusedError) {
    return { status: 400, form: { message: { text: error.message } } };
  }
  if (!(error instanceof AppError)) return undefined;
  if (error.code === 'password_leaked') {
    const message: Message = { key: 'account.password-leaked' };
    return { status: 400, form: { problems: [{ name: 'password', message }] } };
  }
  if (error.code === 'action_failed') {
    return { status: 400, form: { message: { text: error.message } } };
  }
  const known = MESSAGES[error.code];
  return known && { status: known.status, form: { message: { key: known.key } } };
}

function describeProblem(problem: AccountInputError['problems'][number]): FormProblem {
  const { field, message: text, code, values } = problem;
  const message =
    code === undefined
      ? { text }
      : { key: `account.problem.${code}`, ...(values === undefined ? {} : { values }) };
  return { name: FIELD_OF_ACCOUNT[field] ?? 'password', message };
}
