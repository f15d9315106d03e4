import type { JsonObject, JsonValue, Role, TenantStore } from '@tessera/model';
import { listCursor, membershipNames, takeCount } from '../commands/membership-rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { withoutUndefined } from '../json/without-undefined.ts';
import { ROLES_DEFAULT_TAKE, ROLES_READ_MAX } from '../limits.ts';
import type { HostCall } from './host-call.ts';

interface Sources {
  readonly store: Pick<TenantStore, 'roles'>;
  readonly event: JsonObject;
}

/** Answers `api.roles` and `api.groups` about the user of the run. */
export async function answerMembership(
  sources: Sources,
  { method, args }: HostCall,
): Promise<JsonValue> {
  const [given] = args;
  switch (method) {
    case 'groups.getUserGroups':
      expectSlice(given, method);
      return { groups: [] };
    case 'groups.hasGroupMembership':
      expectNames(given, method);
      return false;
    case 'roles.getUserEffectiveRoles':
      return sliceOf(await readRoles(sources), expectSlice(given, method));
    case 'roles.getUserEffectiveRolesByIds': {
      const ids = expectNames(given, method);
      return toAnswer((await readRoles(sources)).filter(({ id }) => ids.includes(id)));
    }
    case 'roles.getUserEffectiveRolesByNames': {
      const names = expectNames(given, method);
      return toAnswer((await readRoles(sources)).filter(({ name }) => names.includes(name)));
    }
    default:
      throw new Error('The sandbox asked for something that the host does not offer');
  }
}

/** Roles that one query reads. */
const PAGE_SIZE = 100;

/** All roles of the run's user, in order of name; none when the run has no user. */
async function readRoles({ store, event }: Sources): Promise<readonly Role[]> {
  const userId = isJsonObject(event.user) ? event.user.user_id : undefined;
  if (typeof userId !== 'string') return [];
  const roles: Role[] = [];
  for (let page = 0; roles.length <= ROLES_READ_MAX; page += 1) {
    const { items, total } = await store.roles.listForUser(userId, { page, perPage: PAGE_SIZE });
    roles.push(...items);
    if (items.length < PAGE_SIZE || roles.length >= total) {
      return roles.toSorted((first, second) => (first.name < second.name ? -1 : 1));
    }
  }
  throw new Error(`The user has more than ${ROLES_READ_MAX} roles`);
}

interface Slice {
  readonly take: number;
  readonly from: number;
}

function sliceOf(roles: readonly Role[], { take, from }: Slice): JsonObject {
  const end = from + take;
  return withoutUndefined({
    ...toAnswer(roles.slice(from, end)),
    next: end < roles.length ? String(end) : undefined,
  });
}

function toAnswer(roles: readonly Role[]): JsonObject {
  return {
    roles: roles.map(({ id, name, description }) => withoutUndefined({ id, name, description })),
  };
}

function expectSlice(given: JsonValue | undefined, method: string): Slice {
  const { take = ROLES_DEFAULT_TAKE, from = '0' } = isJsonObject(given) ? given : {};
  if (takeCount.accepts(take) && listCursor.accepts(from)) return { take, from: Number(from) };
  throw new Error(`The sandbox called ${method} with wrong arguments`);
}

function expectNames(given: JsonValue | undefined, method: string): readonly string[] {
  if (membershipNames.accepts(given)) return given;
  throw new Error(`The sandbox called ${method} with wrong arguments`);
}
