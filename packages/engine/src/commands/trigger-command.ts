import type {
  CredentialsExchangeCommand,
  CustomEmailProviderCommand,
  CustomPhoneProviderCommand,
  CustomTokenExchangeCommand,
  EventStreamCommand,
  PasswordResetPostChallengeCommand,
  PostChangePasswordCommand,
  PostLoginCommand,
  PostUserRegistrationCommand,
  PreUserRegistrationCommand,
  SendPhoneMessageCommand,
} from '@tessera/action-types';

/** The commands of each trigger. */
export interface CommandOf {
  readonly 'post-login': PostLoginCommand;
  readonly 'credentials-exchange': CredentialsExchangeCommand;
  readonly 'pre-user-registration': PreUserRegistrationCommand;
  readonly 'post-user-registration': PostUserRegistrationCommand;
  readonly 'post-change-password': PostChangePasswordCommand;
  readonly 'password-reset-post-challenge': PasswordResetPostChallengeCommand;
  readonly 'send-phone-message': SendPhoneMessageCommand;
  readonly 'custom-token-exchange': CustomTokenExchangeCommand;
  readonly 'custom-email-provider': CustomEmailProviderCommand;
  readonly 'custom-phone-provider': CustomPhoneProviderCommand;
  readonly 'event-stream': EventStreamCommand;
}

/** Any command of any trigger. */
export type TriggerCommand = CommandOf[keyof CommandOf];

/** The command of one method, whichever trigger records it. */
export type CommandNamed<Method extends TriggerCommand['method']> = Extract<
  TriggerCommand,
  { readonly method: Method }
>;
