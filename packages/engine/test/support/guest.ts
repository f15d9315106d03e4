import { createHmac } from 'node:crypto';
import {
  type ChainAction,
  type ChainActionResult,
  type ChainEnvironment,
  type ChainRequest,
  runChain,
} from '@tessera/engine';
import { type ConsoleLine, isSameSecret, type JsonObject, type JsonValue } from '@tessera/model';

/** What an action's file exports in these tests. */
export type Exports = Readonly<Record<string, unknown>>;

export const NOW_MS = Date.parse('2026-11-21T10:00:00.000Z');

/** Parts of the guest that a test replaces. */
export type GuestOptions = Partial<
  Pick<ChainEnvironment, 'callHost' | 'scope' | 'onActionStart' | 'onActionEnd'>
>;

/** A guest without isolation: the port that the sandbox implements for real. */
export function createGuest(
  modules: ReadonlyMap<string, Exports | (() => Exports)>,
  options: GuestOptions = {},
): ChainEnvironment {
  let ticks = 0;
  return {
    load: async (action) => {
      const found = modules.get(action.versionId);
      return typeof found === 'function' ? found() : (found as Exports);
    },
    nowMs: () => {
      ticks += 1;
      return NOW_MS + ticks;
    },
    callHost: () => Promise.reject(new Error('no host in this test')),
    signToken,
    verifyToken,
    describeError: (error) =>
      error instanceof Error
        ? { name: error.name, message: error.message, stack: error.stack ?? '' }
        : { name: 'Error', message: String(error) },
    scope: async (_action, body) => {
      const logs: ConsoleLine[] = [];
      try {
        return { outcome: { ok: true, value: await body() }, logs, requests: [] };
      } catch (error) {
        return { outcome: { ok: false, error }, logs, requests: [] };
      }
    },
    ...options,
  };
}

/** A chain of actions, given by what their files export, in order. */
export async function runActions(
  files: readonly (Exports | (() => Exports))[],
  request: Partial<Omit<ChainRequest, 'actions'>> & {
    readonly secrets?: readonly Record<string, string>[];
    readonly guest?: GuestOptions;
  } = {},
): Promise<readonly ChainActionResult[]> {
  const actions = files.map((_, at): ChainAction => createAction(at, request.secrets?.[at]));
  const modules = new Map(files.map((file, at) => [`version-${at}`, file]));
  const { secrets: _secrets, guest, ...rest } = request;
  return runChain(
    { triggerId: 'post-login', firstHandler: 'execute', event: {}, ...rest, actions },
    createGuest(modules, guest),
  );
}

export function createAction(at: number, secrets: Record<string, string> = {}) {
  return {
    actionId: `action-${at}`,
    actionName: `Action ${at}`,
    versionId: `version-${at}`,
    versionNumber: 1,
    secrets,
  };
}

const encode = (value: JsonValue): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

export function signToken(payload: JsonObject, secret: string): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export function verifyToken(token: string, secret: string): JsonObject {
  const [header, payload, signature] = token.split('.');
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature ?? '', 'base64url');
  if (!isSameSecret(given, expected)) {
    throw new Error('invalid signature');
  }
  const claims: JsonObject = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  if (typeof claims.exp === 'number' && claims.exp * 1000 <= NOW_MS) throw new Error('expired');
  return claims;
}
