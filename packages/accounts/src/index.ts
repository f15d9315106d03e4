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
export type { BotDetection, BotFlow } from './attack-protection/bot-detection.ts';
export {
  type BreachedPasswords,
  openBreachedPasswords,
} from './attack-protection/breached-passwords.ts';
export type { LoginBlocks } from './attack-protection/login-blocks.ts';
export { LeakedPasswordError } from './attack-protection/refuse-breached-password.ts';
export {
  type AttackProtectionSettings,
  readAttackProtection,
} from './attack-protection/settings.ts';
export { type Accounts, type ConnectionForms, createAccounts } from './create-accounts.ts';
export type { IdentifierUse, SignUpVerification } from './database-options.ts';
export { createDirectLogins } from './direct-logins.ts';
export type {
  EmailVerifications,
  NewVerification,
  VerificationResult,
} from './email-verification/create-email-verifications.ts';
export {
  addressOf,
  isVerified,
  type VerificationChannel,
} from './email-verification/mark-verified.ts';
export type { NewVerificationCode } from './email-verification/verification-codes.ts';
export { VERIFICATION_LIMITS } from './email-verification/verification-limits.ts';
export {
  createImportUsersHandler,
  type ImportInput,
  MAX_IMPORT_BYTES,
} from './imports/import-users.ts';
export { LIMITS as ACCOUNT_LIMITS } from './limits.ts';
export type { LogInInput } from './log-in.ts';
export { createMultifactor } from './mfa/create-multifactor.ts';
export { maskEmail, maskPhoneNumber } from './mfa/mask.ts';
export { MULTIFACTOR_LIMITS } from './mfa/multifactor-limits.ts';
export type { MultifactorOptions } from './mfa/multifactor-services.ts';
export { createPushDevices, type DeviceRequest, type PushDevices } from './mfa/push-devices.ts';
export { createPasskeys, type Passkeys } from './passkeys/create-passkeys.ts';
export type { PasskeyLogIn } from './passkeys/log-in-with-passkey.ts';
export { type PasskeyOptions, readPasskeyOptions } from './passkeys/passkey-options.ts';
export type { PasskeyPlace } from './passkeys/passkey-services.ts';
export { DEFAULT_HASH_COST, type HashCost } from './password-hasher.ts';
export type { PasswordRule } from './password-policy.ts';
export { resetCodeKey } from './password-reset/create-password-resets.ts';
export type {
  NewResetTicket,
  PasswordResets,
  ResetBrowser,
  ResetView,
} from './password-reset/password-resets.ts';
export type { ResetRequest } from './password-reset/request-reset.ts';
export { RESET_LIMITS } from './password-reset/reset-limits.ts';
export {
  RESET_STATE_PREFIX,
  type ResetDone,
  type ResetPhase,
} from './password-reset/reset-session.ts';
export { createPasswordResetHandler } from './password-reset/send-reset.ts';
export { createPasswordless, type Passwordless } from './passwordless/create-passwordless.ts';
export type { PasswordlessLogIn } from './passwordless/log-in-with-code.ts';
export type { PasswordlessLink } from './passwordless/log-in-with-link.ts';
export { isPasswordless } from './passwordless/passwordless-options.ts';
export type {
  PasswordlessContext,
  PasswordlessStart,
} from './passwordless/passwordless-services.ts';
export { customPasswordHashSchema } from './passwords/imported-hash.ts';
export { ReusedPasswordError } from './passwords/password-history.ts';
export type { Registration } from './registration.ts';
export { createRunTriggerHandler } from './run-trigger-handler.ts';
export type { CreateUserInput, SignUpInput } from './sign-up.ts';
export type { UpdateUserInput } from './update-user.ts';
export {
  createUpstreamLogins,
  type PendingUpstreamLogin,
  type UpstreamLogins,
  type UpstreamLoginsOptions,
} from './upstream/create-upstream-logins.ts';
export { userProvisioning } from './upstream/provision-user.ts';
export { UpstreamError } from './upstream/upstream-error.ts';
export type { UpstreamFetch } from './upstream/upstream-providers.ts';
