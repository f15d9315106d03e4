import type { GroupList, PostLoginAPI, RoleList } from '@tessera/action-types';
import type { JsonValue } from '@tessera/model';
import { listCursor, membershipNames, takeCount } from '../commands/membership-rules.ts';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { ApiContext } from './api-context.ts';
import { readArgument, readJson, readOptional, readOptions } from './read-argument.ts';

/** `api.groups`: asks the host, which reads the groups of the run's own user. */
export function createGroups(context: ApiContext): PostLoginAPI['groups'] {
  const has = 'groups.hasGroupMembership';
  return {
    getUserGroups: async (params?: unknown) =>
      (await askList(context, 'groups.getUserGroups', params)) as unknown as GroupList,
    hasGroupMembership: async (groups: unknown) =>
      (await ask(context, has, [readNames(groups, has, 'groups')])) === true,
  };
}

/** `api.roles`: asks the host, which reads the roles of the run's own user. */
export function createRoles(context: ApiContext): PostLoginAPI['roles'] {
  const byIds = 'roles.getUserEffectiveRolesByIds';
  const byNames = 'roles.getUserEffectiveRolesByNames';
  return {
    getUserEffectiveRoles: async (params?: unknown) =>
      toRoles(await askList(context, 'roles.getUserEffectiveRoles', params)),
    getUserEffectiveRolesByIds: async (ids: unknown) =>
      toRoles(await ask(context, byIds, [readNames(ids, byIds, 'ids')])),
    getUserEffectiveRolesByNames: async (names: unknown) =>
      toRoles(await ask(context, byNames, [readNames(names, byNames, 'names')])),
  };
}

/** The host's answer is our own; only its type is unknown here. */
function toRoles(answer: JsonValue | undefined): RoleList {
  return answer as unknown as RoleList;
}

function askList(context: ApiContext, method: string, params: unknown) {
  const { take, from } = readOptions(params, [method, 'params']);
  const given = withoutUndefined({
    take: readOptional(take, takeCount, [method, 'params.take']),
    from: readOptional(from, listCursor, [method, 'params.from']),
  });
  return ask(context, method, [given]);
}

function readNames(names: unknown, method: string, argument: string): readonly string[] {
  const list = Array.isArray(names) ? readJson(names, [method, argument]) : names;
  return readArgument(list, membershipNames, [method, argument]);
}

/** Rejects when the handler has settled: there is no answer that would be true. */
async function ask(
  { recorder, environment }: ApiContext,
  method: string,
  args: readonly JsonValue[],
): Promise<JsonValue | undefined> {
  if (recorder.isOpen(method)) return environment.callHost(method, args);
  throw new Error(`api.${method} was called after the handler had finished`);
}
