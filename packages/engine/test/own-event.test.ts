import { format, inspect } from 'node:util';
import type { JsonObject } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { type Exports, runActions } from './support/guest.ts';

// biome-ignore lint/suspicious/noExplicitAny: these tests do what no type would let an author do
type Handler = (event: any, api: any) => unknown;
const onLogin = (handler: Handler): Exports => ({ onExecutePostLogin: handler });

const EVENT = {
  user: { email: 'ada@example.com', user_metadata: { theme: 'dark' }, app_metadata: {} },
  request: { ip: '203.0.113.9', query: { a: ['1', '2'] } },
  transaction: { id: 'txn', metadata: {} },
  stats: null,
  count: 3,
  list: [1, { two: 2 }],
} as const satisfies JsonObject;
const WITH_SECRETS = { ...EVENT, secrets: {} };

/** What an action sees of its event. */
async function look(read: Handler): Promise<unknown> {
  let seen: unknown;
  const results = await runActions(
    [
      onLogin((event, api) => {
        seen = read(event, api);
      }),
    ],
    { event: structuredClone(EVENT) },
  );
  expect(results[0]).toMatchObject({ kind: 'completed' });
  return seen;
}

const views: [name: string, read: Handler, expected: unknown][] = [
  ['its names, in order', (event) => Object.keys(event), [...Object.keys(EVENT), 'secrets']],
  ['JSON', (event) => JSON.parse(JSON.stringify(event)), WITH_SECRETS],
  ['a spread', (event) => ({ ...event }), WITH_SECRETS],
  ['structuredClone()', (event) => structuredClone(event), WITH_SECRETS],
  ['Object.entries()', (event) => Object.fromEntries(Object.entries(event)), WITH_SECRETS],
  ['for … in', (event) => forIn(event), WITH_SECRETS],
  ['destructuring', ({ user, count }) => [user.email, count], ['ada@example.com', 3]],
  ['the same object at each read', (event) => Object.is(event.user, event.user), true],
  ['`in`', (event) => ['user' in event, 'nothing' in event], [true, false]],
  ['a member that it wrote', (event) => Object.assign(event, { user: 1, more: 2 }).user, 1],
  [
    'a member set to undefined',
    (event) => Object.assign(event, { user: undefined }).user,
    undefined,
  ],
  ['no member that it deleted', (event) => delete event.user && event.user, undefined],
  ['a frozen event', (event) => Object.freeze(event).user.email, 'ada@example.com'],
  ['nothing through a child of the event', (event) => Object.create(event).user, undefined],
];

describe('an action`s event', () => {
  test.for(views)('can be seen as %s', async ([, read, expected]) => {
    expect(await look(read)).toEqual(expected);
  });

  test('prints like a plain object', async () => {
    expect(await look((event) => inspect(event, { depth: 9 }))).toBe(
      inspect(WITH_SECRETS, { depth: 9 }),
    );
    expect(await look((event) => format('%o', { event }))).not.toContain('Getter');
  });

  test('shows nobody what it is copied from', async () => {
    const event = structuredClone(EVENT);
    await runActions(
      [
        onLogin((own) => {
          for (const key of Reflect.ownKeys(own)) {
            const { value, get } = Reflect.getOwnPropertyDescriptor(own, key) ?? {};
            const member =
              typeof value === 'function' ? value.call(own) : (value ?? get?.call(own));
            if (typeof member === 'object' && member !== null)
              Object.assign(member, { stolen: true });
          }
          own.user.user_metadata.theme = 'stolen';
          own.list.push('stolen');
        }),
      ],
      { event },
    );
    expect(event).toEqual(EVENT);
  });

  test('keeps what was there when the action began, however late it looks', async () => {
    const late: unknown[] = [];
    let first: { user: { user_metadata: unknown }; transaction: { metadata: unknown } } | undefined;
    await runActions(
      [
        onLogin((event, api) => {
          first = event;
          api.user.setUserMetadata('theme', 'light');
          late.push(event.user.user_metadata.theme);
        }),
        onLogin((event, api) => {
          api.user.setUserMetadata('theme', 'grey');
          late.push(event.user.user_metadata.theme, first?.user.user_metadata);
        }),
        onLogin((event) => late.push(event.user.user_metadata.theme)),
      ],
      { event: structuredClone(EVENT) },
    );
    expect(late).toEqual(['dark', 'light', { theme: 'dark' }, 'grey']);
  });
});

function forIn(event: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name in event) found[name] = event[name];
  return found;
}
