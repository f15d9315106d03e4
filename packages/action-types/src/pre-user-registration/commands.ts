import type { Command, UserMetadataCommand, ValidationCommand } from '../shared/commands.ts';

/** What the `api` of this trigger records. */
export type PreUserRegistrationCommand =
  | Command<'access.deny', readonly [reason: string, userMessage: string]>
  | UserMetadataCommand
  | ValidationCommand;
