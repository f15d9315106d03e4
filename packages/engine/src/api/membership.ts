import type { PostLoginAPI } from '@tessera/action-types';
import { string } from '../commands/rules.ts';
import type { ApiContext } from './api-context.ts';
import { readArgument, readOptional, readOptions } from './read-argument.ts';
import { finiteNumber, strings } from './simple-rules.ts';
import { refuseQuestion } from './unavailable.ts';

/** `api.groups`: refuses the login, see `refuseCall`. */
export function createGroups(context: ApiContext): PostLoginAPI['groups'] {
  return {
    getUserGroups: createList(context, 'groups.getUserGroups'),
    hasGroupMembership: createByNames(context, 'groups.hasGroupMembership', 'groups'),
  };
}

/** `api.roles`: refuses the login, see `refuseCall`. Names of roles are in `event.authorization`. */
export function createRoles(context: ApiContext): PostLoginAPI['roles'] {
  return {
    getUserEffectiveRoles: createList(context, 'roles.getUserEffectiveRoles'),
    getUserEffectiveRolesByIds: createByNames(context, 'roles.getUserEffectiveRolesByIds', 'ids'),
    getUserEffectiveRolesByNames: createByNames(
      context,
      'roles.getUserEffectiveRolesByNames',
      'names',
    ),
  };
}

function createList(context: ApiContext, method: string) {
  return (params?: unknown) =>
    refuseQuestion(context, method, () => {
      const { take, from } = readOptions(params, [method, 'params']);
      readOptional(take, finiteNumber, [method, 'params.take']);
      readOptional(from, string, [method, 'params.from']);
    });
}

function createByNames(context: ApiContext, method: string, argument: string) {
  return (names: unknown) =>
    refuseQuestion(context, method, () => {
      readArgument(names, strings, [method, argument]);
    });
}
