export type { AccountContext, AccountsOptions } from './account-context.ts';
export {
  type AccountField,
  AccountInputError,
  FIELD_PROBLEM_CODES,
  type FieldProblem,
  type FieldProblemCode,
  SignUpRefusedError,
  TOO_MANY_REASONS,
  TooManyAttemptsError,
  type TooManyReason,
  WeakPasswordError,
} from './account-errors.ts';
export type { ProfileInput } from './account-input.ts';
export { type Accounts, type ConnectionForms, createAccounts } from './create-accounts.ts';
export type { IdentifierUse } from './database-options.ts';
export { createDirectLogins } from './direct-logins.ts';
export { LIMITS as ACCOUNT_LIMITS } from './limits.ts';
export type { LogInInput } from './log-in.ts';
export { DEFAULT_HASH_COST, type HashCost } from './password-hasher.ts';
export type { PasswordRule } from './password-policy.ts';
export {
  createPasswordless,
  type Passwordless,
  type PasswordlessContext,
  type PasswordlessServicesOptions,
  type PasswordlessStart,
} from './passwordless/create-passwordless.ts';
export type { PasswordlessLogIn } from './passwordless/log-in-with-code.ts';
export type { PasswordlessLink } from './passwordless/log-in-with-link.ts';
export { isPasswordless } from './passwordless/passwordless-options.ts';
export type { Registration } from './registration.ts';
export { createRunTriggerHandler } from './run-trigger-handler.ts';
export type { CreateUserInput, SignUpInput } from './sign-up.ts';
export type { UpdateUserInput } from './update-user.ts';
