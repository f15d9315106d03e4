import type { PostLoginAPI, RedirectAPI } from '@tessera/action-types';
import type { JsonObject, JsonValue } from '@tessera/model';
import { identifier, type Rule, redirectUrl } from '../commands/rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { isStorableText } from '../json/storable-text.ts';
import { REDIRECT_TOKEN_LIFETIME_SECONDS, REDIRECT_URL_MAX_CHARACTERS } from '../limits.ts';
import { appendQuery } from '../redirect/append-query.ts';
import { type ApiContext, type GroupContext, recordCall } from './api-context.ts';
import {
  readArgument,
  readObject,
  readOptional,
  readOptions,
  wrongArgument,
} from './read-argument.ts';

const secretText: Rule<string> = {
  demand: 'must be a non-empty string',
  accepts: (value): value is string => typeof value === 'string' && value !== '',
};

const positiveSeconds: Rule<number> = {
  demand: 'must be a positive number of seconds',
  accepts: (value): value is number => Number.isFinite(value) && Number(value) > 0,
};

/** `api.redirect`. */
export function createRedirect<Api>(context: GroupContext<Api>): RedirectAPI<Api> {
  const sendUserTo = 'redirect.sendUserTo';
  return {
    sendUserTo: (url: unknown, options?: unknown) =>
      recordCall(context, sendUserTo, () => ({
        method: sendUserTo,
        args: readTarget(sendUserTo, url, options),
      })),
    encodeToken: (options: unknown) => encodeToken(context, options),
    validateToken: (options: unknown) => validateToken(context, options),
  };
}

/** `api.redirect` of post-login. */
export function createLoginRedirect(context: GroupContext<PostLoginAPI>): PostLoginAPI['redirect'] {
  return { ...createRedirect(context), canRedirect: () => context.canRedirect };
}

/** Reads `(url, {query})`: where a browser is to go. */
export function readTarget(
  method: string,
  url: unknown,
  options: unknown,
): readonly [url: string, options: { readonly query: Readonly<Record<string, string>> }] {
  const target = readArgument(url, redirectUrl, [method, 'url']);
  const query = readQuery(method, readOptions(options, [method, 'options']).query);
  if (appendQuery(target, query).length > REDIRECT_URL_MAX_CHARACTERS) {
    const demand = `must leave the URL at ${REDIRECT_URL_MAX_CHARACTERS} characters or fewer`;
    throw wrongArgument([method, 'options.query'], demand, query);
  }
  return [target, { query }];
}

function readQuery(method: string, value: JsonValue | undefined): Readonly<Record<string, string>> {
  const members = readOptions(value, [method, 'options.query']);
  if (Object.hasOwn(members, 'state') && method === 'redirect.sendUserTo') {
    throw wrongArgument([method, 'options.query.state'], 'is set by the platform', members.state);
  }
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      if (typeof member === 'object' || !isStorableText(String(member))) {
        throw wrongArgument([method, `options.query.${name}`], 'must be a string', member);
      }
      return [name, String(member)];
    }),
  );
}

function encodeToken({ environment, event }: ApiContext, options: unknown): string {
  const method = 'redirect.encodeToken';
  const given = readObject(options, [method, 'options']);
  const lifetimeSeconds =
    readOptional(given.expiresInSeconds, positiveSeconds, [method, 'options.expiresInSeconds']) ??
    REDIRECT_TOKEN_LIFETIME_SECONDS;
  const secret = readArgument(given.secret, secretText, [method, 'options.secret']);
  const payload = readObject(given.payload, [method, 'options.payload']);
  const issuedAt = Math.floor(environment.nowMs() / 1000);
  const platformClaims = {
    iss: textAt(event, 'request', 'hostname') ?? textAt(event, 'tenant', 'id') ?? '',
    sub: textAt(event, 'user', 'user_id') ?? '',
    ip: textAt(event, 'request', 'ip') ?? '',
    iat: issuedAt,
    exp: issuedAt + Math.floor(lifetimeSeconds),
  };
  // Last, so that a payload made of somebody's metadata cannot say who the person is.
  return environment.signToken({ ...payload, ...platformClaims }, secret);
}

function validateToken(context: ApiContext, options: unknown): JsonObject {
  const method = 'redirect.validateToken';
  const given = readObject(options, [method, 'options']);
  const secret = readArgument(given.secret, secretText, [method, 'options.secret']);
  const parameter =
    readOptional(given.tokenParameterName, identifier, [method, 'options.tokenParameterName']) ??
    'session_token';
  if (context.handler !== 'continue') {
    throw new Error(`api.${method} can only be called in the handler that continues a login`);
  }
  const token = findParameter(context.event, parameter);
  if (token === undefined) throw new Error(`api.${method}: there is no parameter "${parameter}"`);
  const payload = context.environment.verifyToken(token, secret);
  const state = findParameter(context.event, 'state');
  if (state === undefined || payload.state !== state) {
    throw new Error(`api.${method}: the token was made for another login: its "state" differs`);
  }
  return payload;
}

/** A text of the query or the body of the request that came back. */
function findParameter(event: JsonObject, name: string): string | undefined {
  const request = isJsonObject(event.request) ? event.request : {};
  for (const source of [request.query, request.body]) {
    if (!isJsonObject(source) || !Object.hasOwn(source, name)) continue;
    const value = source[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function textAt(event: JsonObject, object: string, member: string): string | undefined {
  const owner = event[object];
  const value = isJsonObject(owner) ? owner[member] : undefined;
  return typeof value === 'string' ? value : undefined;
}
