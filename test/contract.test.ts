import { type AuthorableTriggerId, TRIGGER_AUTHORING } from '@tessera/action-types';
import { answerHostCall, createActionCache, SAMPLE_EVENTS } from '@tessera/engine';
import type { JsonObject, JsonValue, TenantStore } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { checkTypes } from '../packages/action-types/test/support/check-types.ts';
import { NOW_MS, runActions, signToken } from '../packages/engine/test/support/guest.ts';
import { type Argument, requiredCount, rightArguments, wrongCalls } from './contract/arguments.ts';
import { CONTRACT, type Field, type Method } from './contract/contract.ts';

/** Triggers, fields and methods of the contract: a smaller number means that something was not walked. */
const TRIGGERS = 11;
const FIELDS = 853;
const METHODS = 128;

const contract = CONTRACT ?? new Map<AuthorableTriggerId, never>();
const triggerIds = Object.keys(TRIGGER_AUTHORING) as AuthorableTriggerId[];
const fieldsOf = (triggerId: string): readonly Field[] => contract.get(triggerId)?.fields ?? [];
const methodsOf = (triggerId: string): readonly Method[] => contract.get(triggerId)?.methods ?? [];
const everyMethod = triggerIds.flatMap((triggerId) =>
  methodsOf(triggerId).map((method): [name: string, AuthorableTriggerId, Method] => [
    `${triggerId}: api.${method.path}`,
    triggerId,
    method,
  ]),
);

/** What an action can see and do, against the recorded contract (needs ../shared). */
describe.skipIf(CONTRACT === undefined)('the contract', () => {
  test(`is ${TRIGGERS} triggers with ${FIELDS} fields and ${METHODS} methods, all of them here`, () => {
    expect([...contract.keys()].sort()).toEqual([...triggerIds].sort());
    expect(triggerIds).toHaveLength(TRIGGERS);
    expect(triggerIds.flatMap(fieldsOf)).toHaveLength(FIELDS);
    expect(everyMethod).toHaveLength(METHODS);
  });

  describe('of events', () => {
    test.for(triggerIds)('SAMPLE_EVENTS has every field of %s, of its type', (triggerId) => {
      const wrong = fieldsOf(triggerId)
        .filter((field) => !hasType(valueAt(SAMPLE_EVENTS[triggerId], field.path), field))
        .map(({ path }) => path);
      expect(wrong).toEqual([]);
    });

    test.for(triggerIds)('SAMPLE_EVENTS has no field that %s does not have', (triggerId) => {
      const fields = new Map(fieldsOf(triggerId).map(({ path, type }) => [path, type]));
      expect(findUnknown(SAMPLE_EVENTS[triggerId], '', fields)).toEqual([]);
    });

    test('the types have every field, as optional as there', async () => {
      const lines = triggerIds.flatMap((triggerId) =>
        fieldsOf(triggerId).map((field) => fieldAssertion(eventTypeOf(triggerId), field)),
      );
      const imports = importLine(triggerIds.map(eventTypeOf));
      expect(await checkTypes({ 'fields.ts': [imports, PRELUDE, ...lines].join('\n') })).toBe('');
    });
  });

  describe('of api', () => {
    test('the types have every method, with its parameters', async () => {
      const lines = triggerIds.flatMap((triggerId) => [
        `declare const ${nameOf(triggerId)}: ${TRIGGER_AUTHORING[triggerId].apiType};`,
        ...methodsOf(triggerId).flatMap((method) => callLines(nameOf(triggerId), method)),
      ]);
      const imports = importLine(triggerIds.map((id) => TRIGGER_AUTHORING[id].apiType));
      expect(await checkTypes({ 'methods.ts': [imports, ...lines].join('\n') })).toBe('');
    });

    test.for(everyMethod)(
      '%s does something with right arguments',
      async ([, triggerId, method]) => {
        const call = await callMethod(triggerId, method, rightArguments(method));
        expect(call.error).toBeUndefined();
        expect(call.evidence, 'a command, an answer, or a line in the record').not.toEqual([]);
        const required = rightArguments(method).slice(0, requiredCount(method));
        expect((await callMethod(triggerId, method, required)).error).toBeUndefined();
      },
    );

    const withParams = everyMethod.filter(([, , { params }]) => params.length > 0);
    test.for(withParams)('%s names each wrong argument', async ([, triggerId, method]) => {
      for (const { param, args } of wrongCalls(method)) {
        const { error, evidence } = await callMethod(triggerId, method, args);
        expect(error, param).toMatchObject({
          name: 'TypeError',
          message: expect.stringContaining(`api.${method.path}: "${param}`),
        });
        expect(evidence).toEqual([]);
      }
    });
  });
});

interface CallReport {
  readonly error?: { readonly name: string; readonly message: string };
  /** What the call left behind: commands, answers, questions to the host, lines. */
  readonly evidence: readonly unknown[];
}

/** Calls a method in the handler that may call every method, in a sandbox without walls. */
async function callMethod(
  triggerId: AuthorableTriggerId,
  method: Method,
  args: readonly Argument[],
): Promise<CallReport> {
  const { execute, ...names } = TRIGGER_AUTHORING[triggerId];
  const continues = 'continue' in names ? names.continue : undefined;
  const evidence: unknown[] = [];
  const handler = async (_: unknown, api: object) => {
    const [group = '', name = ''] = method.path.split('.');
    const target = valueAt(api, group) as Record<string, (...given: unknown[]) => unknown>;
    const answer = await target[name]?.(...args);
    if (answer !== undefined && answer !== api) evidence.push(answer);
  };
  const [result] = await runActions([{ [continues ?? execute]: handler }], {
    triggerId,
    firstHandler: continues === undefined ? 'execute' : 'continue',
    canRedirect: true,
    event: eventOf(triggerId),
    guest: {
      callHost: async (asked, given) => {
        evidence.push(asked);
        return answerHostCall(SOURCES, { method: asked, args: given as JsonValue[] });
      },
    },
  });
  if (result === undefined) throw new Error('The action did not run');
  evidence.push(...result.commands, ...result.logs);
  return result.kind === 'failed' ? { error: result.error, evidence } : { evidence };
}

const SOURCES = {
  cache: createActionCache({ now: () => new Date(0) }),
  scope: { tenantId: 'tenant', triggerId: 'trigger' },
  event: { user: { user_id: 'auth0|1' } },
  store: {
    roles: { listEffective: async () => ({ items: [{ id: 'rol_1', name: 'text' }], total: 1 }) },
    groups: {
      listForUser: async () => ({ items: [{ id: 'grp_1', name: 'text' }], total: 1 }),
      isMember: async () => true,
    },
  } as unknown as Pick<TenantStore, 'roles' | 'groups'>,
};

/** The sample, come back from another site with a token that `validateToken` accepts. */
function eventOf(triggerId: AuthorableTriggerId): JsonObject {
  const sample = SAMPLE_EVENTS[triggerId];
  if (typeof sample.request !== 'object') return sample;
  const exp = NOW_MS / 1000 + 60;
  const query = { state: 's', session_token: signToken({ state: 's', exp }, 'text') };
  return { ...sample, request: { ...sample.request, query } };
}

function valueAt(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], root);
}

function hasType(value: unknown, { type, values }: Field): boolean {
  if (values !== undefined && !values.includes(String(value))) return false;
  if (type.startsWith('array of')) return Array.isArray(value);
  if (['object', 'dictionary', 'secrets'].includes(type)) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
  return typeof value === type;
}

/** Members of plain objects that the contract does not list; dictionaries and lists are open. */
function findUnknown(value: unknown, at: string, fields: ReadonlyMap<string, string>): string[] {
  return Object.entries(value as object).flatMap(([name, member]) => {
    const path = at === '' ? name : `${at}.${name}`;
    const type = fields.get(path);
    if (type === undefined) return fields.get(at) === 'dictionary' ? [] : [path];
    return type === 'object' ? findUnknown(member, path, fields) : [];
  });
}

const nameOf = (triggerId: string): string => triggerId.replaceAll('-', '_');
const eventTypeOf = (triggerId: AuthorableTriggerId): string =>
  TRIGGER_AUTHORING[triggerId].apiType.replace(/API$/, 'Event');
const importLine = (names: readonly string[]): string =>
  `import type { ${names.join(', ')} } from '@tessera/action-types';`;

/** What a field's type must be assignable to. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  'array of string': 'readonly string[]',
  'array of objects': 'readonly object[]',
  object: 'object',
  dictionary: 'object',
  secrets: 'object',
};

const PRELUDE = `
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };
type IsOptional<T, K extends keyof T> = {} extends Pick<T, K> ? true : false;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Fits<T, Wanted> = [NonNullable<T>] extends [Wanted] ? true : false;
declare function check<T extends true>(path: string): T;
`;

function fieldAssertion(event: string, { path, type, optional, values }: Field): string {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const owner = names.reduce((at, name) => `NonNullable<Known<${at}>['${name}']>`, event);
  const member = `Known<${owner}>['${last}']`;
  const wanted = values?.map((value) => `'${value}'`).join(' | ');
  const fits = wanted
    ? `Same<NonNullable<${member}>, ${wanted}>`
    : `Fits<${member}, ${TYPES[type] ?? 'never'}>`;
  const isOptional = `Same<IsOptional<Known<${owner}>, '${last}'>, ${optional === true}>`;
  return `check<${fits}>('${path}'); check<${isOptional}>('optional ${path}');`;
}

/** Calls that must compile, and calls that must not. */
function callLines(api: string, method: Method): string[] {
  const write = (args: readonly Argument[]) =>
    `${api}.${method.path}(${args.map((arg) => JSON.stringify(arg)).join(', ')});`;
  const args = rightArguments(method);
  const required = requiredCount(method);
  const tooFew = required === 0 ? [] : ['// @ts-expect-error', write(args.slice(0, required - 1))];
  const wrong = wrongCalls(method)
    .filter(({ args: given }) => given.every((arg) => JSON.stringify(arg) !== undefined))
    .filter(({ param }) => !param.startsWith('actor.act'))
    .flatMap(({ args: given }) => ['// @ts-expect-error', write(given)]);
  return [write(args), write(args.slice(0, required)), ...tooFew, ...wrong];
}
