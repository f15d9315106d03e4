import type { Command, UserMetadataCommand } from '../shared/commands.ts';
import type { ActorParams, ConnectionUserAttributes, SetUserByConnectionOptions } from './api.ts';

/** What the `api` of this trigger records. */
export type CustomTokenExchangeCommand =
  | Command<'access.deny', readonly [code: string, reason: string]>
  | Command<'access.rejectInvalidSubjectToken', readonly [reason: string]>
  | Command<'authentication.setUserById', readonly [userId: string]>
  | Command<
      'authentication.setUserByConnection',
      readonly [
        connectionName: string,
        userAttributes: ConnectionUserAttributes,
        options: SetUserByConnectionOptions,
      ]
    >
  | Command<'authentication.setOrganization', readonly [organizationIdOrName: string]>
  | Command<'authentication.setActor', readonly [actor: ActorParams]>
  | UserMetadataCommand;
