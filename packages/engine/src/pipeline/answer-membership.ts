import type {
  Group,
  JsonObject,
  JsonValue,
  Page,
  PageQuery,
  Role,
  TenantStore,
} from '@tessera/model';
import { listCursor, membershipNames, takeCount } from '../commands/membership-rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { withoutUndefined } from '../json/without-undefined.ts';
import { MEMBERSHIPS_DEFAULT_TAKE, MEMBERSHIPS_READ_MAX } from '../limits.ts';
import type { HostCall } from './host-call.ts';

interface Sources {
  readonly store: Pick<TenantStore, 'roles' | 'groups'>;
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
      return answerSlice('groups', await readGroups(sources), expectSlice(given, method));
    case 'groups.hasGroupMembership':
      return isMember(sources, expectNames(given, method));
    case 'roles.getUserEffectiveRoles':
      return answerSlice('roles', await readRoles(sources), expectSlice(given, method));
    case 'roles.getUserEffectiveRolesByIds': {
      const ids = expectNames(given, method);
      return toRoles((await readRoles(sources)).filter(({ id }) => ids.includes(id)));
    }
    case 'roles.getUserEffectiveRolesByNames': {
      const names = expectNames(given, method);
      return toRoles((await readRoles(sources)).filter(({ name }) => names.includes(name)));
    }
    default:
      throw new Error('The sandbox asked for something that the host does not offer');
  }
}

/** Whether the run's user is in one of the groups; a run without a user is in none. */
async function isMember(
  { store, event }: Sources,
  idsOrNames: readonly string[],
): Promise<boolean> {
  const userId = userIdOf(event);
  return userId !== undefined && (await store.groups.isMember(userId, idsOrNames));
}

const readGroups = ({ store, event }: Sources): Promise<readonly Group[]> =>
  readAll('groups', event, (userId, query) => store.groups.listForUser(userId, query));

/** The user's own roles and those of the user's groups. */
const readRoles = ({ store, event }: Sources): Promise<readonly Role[]> =>
  readAll('roles', event, (userId, query) => store.roles.listEffective(userId, query));

/** Entries that one query reads. */
const PAGE_SIZE = 100;

/** All that the run's user has, in order of name; nothing when the run has no user. */
async function readAll<T extends { readonly name: string }>(
  what: string,
  event: JsonObject,
  list: (userId: string, query: PageQuery) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const userId = userIdOf(event);
  if (userId === undefined) return [];
  const all: T[] = [];
  for (let page = 0; all.length <= MEMBERSHIPS_READ_MAX; page += 1) {
    const { items, total } = await list(userId, { page, perPage: PAGE_SIZE });
    all.push(...items);
    if (items.length < PAGE_SIZE || all.length >= total) {
      return all.toSorted((first, second) => (first.name < second.name ? -1 : 1));
    }
  }
  throw new Error(`The user has more than ${MEMBERSHIPS_READ_MAX} ${what}`);
}

function userIdOf({ user }: JsonObject): string | undefined {
  const userId = isJsonObject(user) ? user.user_id : undefined;
  return typeof userId === 'string' ? userId : undefined;
}

interface Slice {
  readonly take: number;
  readonly from: number;
}

function answerSlice(
  key: 'roles' | 'groups',
  all: readonly (Role | Group)[],
  { take, from }: Slice,
): JsonObject {
  const end = from + take;
  const entries = { [key]: all.slice(from, end).map(toEntry) };
  return end < all.length ? { ...entries, next: String(end) } : entries;
}

const toRoles = (roles: readonly Role[]): JsonObject => ({ roles: roles.map(toEntry) });

/** Groups have no description. */
function toEntry(entry: Role | Group): JsonObject {
  const { id, name } = entry;
  return withoutUndefined({
    id,
    name,
    description: 'description' in entry ? entry.description : undefined,
  });
}

function expectSlice(given: JsonValue | undefined, method: string): Slice {
  const { take = MEMBERSHIPS_DEFAULT_TAKE, from = '0' } = isJsonObject(given) ? given : {};
  if (takeCount.accepts(take) && listCursor.accepts(from)) return { take, from: Number(from) };
  throw new Error(`The sandbox called ${method} with wrong arguments`);
}

function expectNames(given: JsonValue | undefined, method: string): readonly string[] {
  if (membershipNames.accepts(given)) return given;
  throw new Error(`The sandbox called ${method} with wrong arguments`);
}
