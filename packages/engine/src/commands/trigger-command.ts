import type {
  CredentialsExchangeCommand,
  PostChangePasswordCommand,
  PostLoginCommand,
  PostUserRegistrationCommand,
  PreUserRegistrationCommand,
} from '@tessera/action-types';

/** The commands of each trigger. */
export interface CommandOf {
  readonly 'post-login': PostLoginCommand;
  readonly 'credentials-exchange': CredentialsExchangeCommand;
  readonly 'pre-user-registration': PreUserRegistrationCommand;
  readonly 'post-user-registration': PostUserRegistrationCommand;
  readonly 'post-change-password': PostChangePasswordCommand;
}

/** Any command of any trigger. */
export type TriggerCommand = CommandOf[keyof CommandOf];
