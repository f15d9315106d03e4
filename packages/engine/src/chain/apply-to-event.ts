import { RESERVED_CLAIM_NAMES } from '@tessera/action-types';
import type { JsonObject, JsonValue } from '@tessera/model';
import { isStopping, type StoppingCommand } from '../commands/stopping-command.ts';
import type { CommandNamed, TriggerCommand } from '../commands/trigger-command.ts';
import { isJsonObject, type MutableJsonObject } from '../json/clone-json.ts';
import { setMember } from '../json/set-member.ts';
import { unreachable } from '../unreachable.ts';

const RESERVED: ReadonlySet<string> = new Set(RESERVED_CLAIM_NAMES);

/** Whether a claim of this name belongs to the protocol and is not added. */
export const isReservedClaim = (name: string): boolean => RESERVED.has(name);

/** Methods that decide or ask for something outside the event, besides those that stop the flow. */
const SILENT_METHODS = [
  'authentication.setActor',
  'authentication.setOrganization',
  'authentication.setPrimaryUser',
  'authentication.setUserByConnection',
  'authentication.setUserById',
  'idToken.setCustomClaim',
  'multifactor.enable',
  'refreshToken.setExpiresAt',
  'refreshToken.setIdleExpiresAt',
  'session.setCookieMode',
  'session.setExpiresAt',
  'session.setIdleExpiresAt',
  'transaction.setResultUrl',
] as const satisfies readonly TriggerCommand['method'][];

const SILENT: ReadonlySet<string> = new Set(SILENT_METHODS);

type SilentCommand = StoppingCommand | CommandNamed<(typeof SILENT_METHODS)[number]>;

function isSilent(command: TriggerCommand): command is SilentCommand {
  return isStopping(command) || SILENT.has(command.method);
}

/** Whether `applyToEvent` would change `event`. */
export function changesEvent(command: TriggerCommand, event: JsonObject): boolean {
  if (isSilent(command)) return false;
  switch (command.method) {
    case 'accessToken.setCustomClaim':
      // Only machines' events show the token; for people's there is nothing to update.
      return isJsonObject(event.accessToken) && !isReservedClaim(command.args[0]);
    case 'session.setMetadata':
    case 'session.deleteMetadata':
    case 'session.evictMetadata':
      return isJsonObject(event.session);
    case 'refreshToken.setMetadata':
    case 'refreshToken.deleteMetadata':
    case 'refreshToken.evictMetadata':
      return isJsonObject(event.refresh_token);
    default:
      return true;
  }
}

/**
 * Makes what a command changes visible in `event`. What it changes outside the event is not here.
 * `nowMs` is when the command was given.
 */
export function applyToEvent(
  event: MutableJsonObject,
  command: TriggerCommand,
  nowMs: () => number,
): void {
  if (isSilent(command) || !changesEvent(command, event)) return;
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
    case 'authentication.recordMethod':
      addMethod(event, { name: command.args[0], timestamp: new Date(nowMs()).toISOString() });
      return;
    case 'session.setMetadata':
    case 'session.deleteMetadata':
      setOrRemove(memberObject(event, 'session', 'metadata'), command.args[0], textOf(command));
      return;
    case 'refreshToken.setMetadata':
    case 'refreshToken.deleteMetadata':
      setOrRemove(
        memberObject(event, 'refresh_token', 'metadata'),
        command.args[0],
        textOf(command),
      );
      return;
    case 'session.evictMetadata':
      Reflect.set(ownedObject(event, 'session'), 'metadata', {});
      return;
    case 'refreshToken.evictMetadata':
      Reflect.set(ownedObject(event, 'refresh_token'), 'metadata', {});
      return;
    default:
      unreachable(command);
  }
}

/** The text that is set; null when it is removed. */
function textOf({ args }: { readonly args: readonly [string] | readonly [string, string] }) {
  return args[1] ?? null;
}

/** Adds a factor to `event.authentication.methods`. */
export function addMethod(
  event: MutableJsonObject,
  method: { readonly name: string; readonly timestamp: string },
): void {
  const authentication = ownedObject(event, 'authentication');
  const methods = Array.isArray(authentication.methods) ? authentication.methods : [];
  Reflect.set(authentication, 'methods', [...methods, { ...method }]);
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
