import type { CustomTokenExchangeAPI } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { identifier } from '../commands/rules.ts';
import {
  ATTRIBUTE_RULES,
  actor as actorRule,
  creationBehavior,
  updateBehavior,
} from '../commands/token-exchange-rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { type ArgumentPlace, readArgument, readObject, wrongArgument } from './read-argument.ts';

type Authentication = CustomTokenExchangeAPI['authentication'];
type Attributes = Parameters<Authentication['setUserByConnection']>[1];

/** `api.authentication` of custom-token-exchange. */
export function createTokenExchangeAuthentication(
  context: GroupContext<CustomTokenExchangeAPI>,
): Authentication {
  const byId = 'authentication.setUserById';
  const organization = 'authentication.setOrganization';
  const setActor = 'authentication.setActor';
  return {
    setUserById: (userId: unknown) =>
      recordCall(context, byId, () => ({
        method: byId,
        args: [readArgument(userId, identifier, [byId, 'user_id'])],
      })),
    setUserByConnection: (...args: unknown[]) => setUserByConnection(context, args),
    setOrganization: (idOrName: unknown) =>
      recordCall(context, organization, () => ({
        method: organization,
        args: [readArgument(idOrName, identifier, [organization, 'organization_id_or_name'])],
      })),
    setActor: (actor: unknown) =>
      recordCall(context, setActor, () => {
        const given = readObject(actor, [setActor, 'actor']);
        readActorLevel(given, [setActor, 'actor']);
        return { method: setActor, args: [readArgument(given, actorRule, [setActor, 'actor'])] };
      }),
  };
}

function setUserByConnection(
  context: GroupContext<CustomTokenExchangeAPI>,
  [connectionName, userAttributes, options]: readonly unknown[],
): CustomTokenExchangeAPI {
  const method = 'authentication.setUserByConnection';
  return recordCall(context, method, () => {
    const connection = readArgument(connectionName, identifier, [method, 'connection_name']);
    const attributes = readAttributes(userAttributes, [method, 'user_attributes']);
    const given = readObject(options, [method, 'options']);
    const behavior = {
      creationBehavior: readArgument(given.creationBehavior, creationBehavior, [
        method,
        'options.creationBehavior',
      ]),
      updateBehavior: readArgument(given.updateBehavior, updateBehavior, [
        method,
        'options.updateBehavior',
      ]),
    };
    return { method, args: [connection, attributes, behavior] };
  });
}

function readAttributes(value: unknown, place: ArgumentPlace): Attributes {
  const [method, argument] = place;
  const given = readObject(value, place);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(ATTRIBUTE_RULES, name)) {
      throw wrongArgument(
        [method, `${argument}.${name}`],
        'is no attribute of a user',
        given[name],
      );
    }
  }
  for (const [name, rule] of Object.entries(ATTRIBUTE_RULES)) {
    if (given[name] === undefined && name !== 'user_id') continue;
    if (!rule.accepts(given[name])) {
      throw wrongArgument([method, `${argument}.${name}`], rule.demand, given[name]);
    }
  }
  // Every member has just been read by its own rule.
  return given as unknown as Attributes;
}

/** Names the level at which `sub` or `act` is wrong; depth and size are the whole actor's. */
function readActorLevel(level: JsonObject, [method, argument]: ArgumentPlace): void {
  readArgument(level.sub, identifier, [method, `${argument}.sub`]);
  if (level.act === undefined) return;
  const place = [method, `${argument}.act`] as const;
  if (!isJsonObject(level.act)) throw wrongArgument(place, 'must be an object', level.act);
  readActorLevel(level.act, place);
}
