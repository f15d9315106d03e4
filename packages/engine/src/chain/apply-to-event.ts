import { RESERVED_CLAIM_NAMES } from '@tessera/action-types';
import type { JsonObject, JsonValue } from '@tessera/model';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import { isJsonObject, type MutableJsonObject } from '../json/clone-json.ts';
import { setMember } from '../json/set-member.ts';
import { unreachable } from '../unreachable.ts';

const RESERVED: ReadonlySet<string> = new Set(RESERVED_CLAIM_NAMES);

/** Whether a claim of this name belongs to the protocol and is not added. */
export const isReservedClaim = (name: string): boolean => RESERVED.has(name);

/** Whether `applyToEvent` would change `event`. */
export function changesEvent(command: TriggerCommand, event: JsonObject): boolean {
  switch (command.method) {
    case 'access.deny':
    case 'idToken.setCustomClaim':
    case 'redirect.sendUserTo':
    case 'validation.error':
      return false;
    case 'accessToken.setCustomClaim':
      // Only machines' events show the token; for people's there is nothing to update.
      return isJsonObject(event.accessToken) && !isReservedClaim(command.args[0]);
    default:
      return true;
  }
}

/** Makes what a command changes visible in `event`. What it changes outside the event is not here. */
export function applyToEvent(event: MutableJsonObject, command: TriggerCommand): void {
  if (!changesEvent(command, event)) return;
  switch (command.method) {
    case 'user.setUserMetadata':
      setOrRemove(memberObject(event, 'user', 'user_metadata'), command.args[0], command.args[1]);
      return;
    case 'user.setAppMetadata':
      setOrRemove(memberObject(event, 'user', 'app_metadata'), command.args[0], command.args[1]);
      return;
    case 'transaction.setMetadata':
      setOrRemove(memberObject(event, 'transaction', 'metadata'), command.args[0], command.args[1]);
      return;
    case 'accessToken.addScope':
      changeScopes(event, REQUESTED, (scopes) => withScope(scopes, command.args[0]));
      return;
    case 'accessToken.removeScope':
      changeScopes(event, REQUESTED, (scopes) => withoutScope(scopes, command.args[0]));
      return;
    case 'transaction.addTargetScope':
      changeScopes(event, TARGET, (scopes) => withScope(scopes, command.args[0]));
      return;
    case 'transaction.removeTargetScope':
      changeScopes(event, TARGET, (scopes) => withoutScope(scopes, command.args[0]));
      return;
    case 'transaction.setTargetScopes':
      changeScopes(event, TARGET, () => [...new Set(command.args[0])]);
      return;
    case 'transaction.clearTargetScopes':
      changeScopes(event, TARGET, () => []);
      return;
    case 'accessToken.setCustomClaim':
      setMember(
        memberObject(event, 'accessToken', 'customClaims'),
        command.args[0],
        command.args[1],
      );
      return;
    case 'access.deny':
    case 'idToken.setCustomClaim':
    case 'redirect.sendUserTo':
    case 'validation.error':
      return;
    default:
      unreachable(command);
  }
}

/** Lists of scopes in an event, as paths: all of them show the same set. */
const REQUESTED = [['transaction', 'requested_scopes']] as const;
const TARGET = [
  ['transaction', 'target_scopes'],
  ['accessToken', 'scope'],
] as const;

function changeScopes(
  event: MutableJsonObject,
  paths: readonly (readonly [object: string, list: string])[],
  change: (scopes: readonly string[]) => string[],
): void {
  for (const [object, list] of paths) {
    const owner = ownedObject(event, object);
    Reflect.set(owner, list, change(readScopes(owner[list])));
  }
}

function withScope(scopes: readonly string[], scope: string): string[] {
  return scopes.includes(scope) ? [...scopes] : [...scopes, scope];
}

function withoutScope(scopes: readonly string[], scope: string): string[] {
  return scopes.filter((entry) => entry !== scope);
}

/** The texts of a list; everything else in it is passed over. */
export function readScopes(list: JsonValue | undefined): string[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

function memberObject(event: MutableJsonObject, object: string, member: string): MutableJsonObject {
  return ownedObject(ownedObject(event, object), member);
}

/** The member as an object; made when it is missing. */
function ownedObject(owner: MutableJsonObject, name: string): MutableJsonObject {
  const found = owner[name];
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found;
  const made: MutableJsonObject = {};
  // An action can have frozen its own copy: then it does not see the change, and nothing breaks.
  Reflect.set(owner, name, made);
  return made;
}

function setOrRemove(target: MutableJsonObject, key: string, value: JsonValue): void {
  if (value === null) Reflect.deleteProperty(target, key);
  else setMember(target, key, value);
}
