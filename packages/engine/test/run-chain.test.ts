import type { PostLoginAPI, PostLoginEvent } from '@tessera/action-types';
import { describe, expect, test } from 'vitest';
import { type Exports, runActions } from './support/guest.ts';

type Handler = (event: PostLoginEvent, api: PostLoginAPI) => unknown;
const onLogin = (handler: Handler): Exports => ({ onExecutePostLogin: handler });
const kinds = (results: readonly { readonly kind: string }[]) => results.map(({ kind }) => kind);
const commandsOf = (results: readonly { readonly commands: unknown }[]) =>
  results.map(({ commands }) => commands);

describe('runChain()', () => {
  test('runs the actions in order and records their commands', async () => {
    const results = await runActions([
      onLogin((_, api) => api.idToken.setCustomClaim('first', 1)),
      onLogin(async (_, api) => {
        await Promise.resolve();
        api.accessToken.setCustomClaim('second', { deep: [true, null] });
      }),
    ]);
    expect(kinds(results)).toEqual(['completed', 'completed']);
    expect(commandsOf(results)).toEqual([
      [{ method: 'idToken.setCustomClaim', args: ['first', 1] }],
      [{ method: 'accessToken.setCustomClaim', args: ['second', { deep: [true, null] }] }],
    ]);
    expect(results[0]).toMatchObject({ actionId: 'action-0', versionNumber: 1 });
    expect(results[0]?.endedAt).toBeGreaterThan(results[0]?.startedAt ?? Infinity);
  });

  test('gives each action its own copy of the event', async () => {
    const seen: unknown[] = [];
    const event = { user: { user_metadata: { nested: { n: 1 } } } };
    const handler = onLogin(({ user }) => {
      seen.push(user.user_metadata.nested.n);
      user.user_metadata.nested.n = 99;
    });
    await runActions([handler, handler], { event });
    expect(seen).toEqual([1, 1]);
    expect(event.user.user_metadata.nested.n).toBe(1);
  });

  test('gives each action its own secrets and nobody else`s', async () => {
    const seen: unknown[] = [];
    const handler = onLogin((event) => seen.push({ ...event.secrets }));
    await runActions([handler, handler], {
      event: { secrets: { forged: 'x' } },
      secrets: [{ KEY: 'a' }, { OTHER: 'b' }],
    });
    expect(seen).toEqual([{ KEY: 'a' }, { OTHER: 'b' }]);
  });

  test('shows metadata of earlier actions to later ones, and transaction metadata at once', async () => {
    const seen: unknown[] = [];
    await runActions(
      [
        onLogin((event, api) => {
          api.user.setUserMetadata('theme', { dark: true }).user.setAppMetadata('old', null);
          api.transaction.setMetadata('step', 1);
          seen.push(event.user.user_metadata, event.transaction?.metadata);
        }),
        onLogin((event) =>
          seen.push(event.user.user_metadata, event.user.app_metadata, event.transaction?.metadata),
        ),
      ],
      {
        event: {
          user: { user_metadata: {}, app_metadata: { old: 1, kept: 2 } },
          transaction: { metadata: {} },
        },
      },
    );
    expect(seen).toEqual([{}, { step: 1 }, { theme: { dark: true } }, { kept: 2 }, { step: 1 }]);
  });

  test('shows changed scopes to later actions', async () => {
    const seen: unknown[] = [];
    await runActions(
      [
        onLogin((_, api) => api.accessToken.addScope('b').accessToken.removeScope('a')),
        onLogin((event) => seen.push(event.transaction?.requested_scopes)),
      ],
      { event: { transaction: { requested_scopes: ['a', 'c'] } } },
    );
    expect(seen).toEqual([['c', 'b']]);
  });

  test('shows claims and target scopes of machines` tokens', async () => {
    const seen: unknown[] = [];
    await runActions(
      [
        {
          onExecuteCredentialsExchange: (event: never, api: never) => {
            const { accessToken, transaction } = api as unknown as {
              accessToken: { setCustomClaim(name: string, value: unknown): void };
              transaction: Record<string, (...args: unknown[]) => void>;
            };
            accessToken.setCustomClaim('plan', 'gold');
            accessToken.setCustomClaim('sub', 'forged');
            transaction.addTargetScope?.('c');
            transaction.removeTargetScope?.('a');
            seen.push(structuredClone(event));
          },
        },
        { onExecuteCredentialsExchange: (event: unknown) => seen.push(structuredClone(event)) },
      ],
      {
        triggerId: 'credentials-exchange',
        event: {
          accessToken: { customClaims: {}, scope: ['a', 'b'] },
          transaction: { requested_scopes: ['a'], target_scopes: ['a', 'b'] },
        },
      },
    );
    expect(seen).toMatchObject([
      { accessToken: { scope: ['b', 'c'], customClaims: {} } },
      {
        accessToken: { scope: ['b', 'c'], customClaims: { plan: 'gold' } },
        transaction: { target_scopes: ['b', 'c'], requested_scopes: ['a'] },
      },
    ]);
    expect(
      Object.keys((seen[1] as PostLoginEvent & Record<'accessToken', object>).accessToken),
    ).not.toContain('sub');
  });

  test('skips an action without the handler, whatever it exports', async () => {
    const files = [{}, { onExecutePostLogin: undefined }, null as never, 'text' as never];
    expect(kinds(await runActions(files))).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
  });

  const mistakes: [
    exported: string[],
    handler: 'execute' | 'continue',
    warning: string | undefined,
  ][] = [
    [
      ['onExecutePostlogin'],
      'execute',
      '"onExecutePostlogin", but this trigger runs "onExecutePostLogin"',
    ],
    [['other', 'onExcutePostLogin'], 'execute', 'it exports "onExcutePostLogin"'],
    [['onExecuteCredentialsExchange'], 'execute', 'it exports "onExecuteCredentialsExchange"'],
    [['onContinuePostLogins'], 'continue', 'but this trigger runs "onContinuePostLogin"'],
    [['onExecutePostLogin'], 'continue', undefined],
    [['helper', 'x'.repeat(10_000)], 'execute', undefined],
  ];
  test.for(mistakes)('an action that exports %s is skipped at %s with %s', async (given) => {
    const [names, firstHandler, warning] = given;
    const file = Object.fromEntries(names.map((name) => [name, () => {}]));
    const [result] = await runActions([file], { firstHandler });
    expect(result?.kind).toBe('skipped');
    const lines = result?.logs.map(({ level, message }) => `${level}: ${message}`) ?? [];
    expect(lines).toEqual(
      warning === undefined ? [] : [expect.stringMatching(/^warn: The action was skipped: /)],
    );
    expect(lines.join('')).toContain(warning ?? '');
  });

  test('goes on with the next action when the resumed one has no continue handler', async () => {
    const ran: string[] = [];
    const results = await runActions(
      [
        { onExecutePostLogin: () => ran.push('first again') },
        { onExecutePostLogin: () => ran.push('second'), onContinuePostLogin: () => ran.push('no') },
      ],
      { firstHandler: 'continue' },
    );
    expect(kinds(results)).toEqual(['skipped', 'completed']);
    expect(ran).toEqual(['second']);
  });

  test('runs the continue handler of the resumed action only', async () => {
    const ran: string[] = [];
    const file = {
      onExecutePostLogin: () => ran.push('execute'),
      onContinuePostLogin: () => ran.push('continue'),
    };
    await runActions([file, file], { firstHandler: 'continue' });
    expect(ran).toEqual(['continue', 'execute']);
  });

  const stops: [name: string, handler: Handler][] = [
    ['a refusal', (_, api) => api.access.deny('no')],
    ['a complaint', (_, api) => api.validation.error('bad_code', 'Wrong code')],
    ['a redirect', (_, api) => api.redirect.sendUserTo('https://example.com/')],
    ['an error', () => Promise.reject(new Error('broke'))],
    ['something thrown that is no error', () => Promise.reject('text')],
  ];
  test.for(stops)('stops after %s', async ([, handler]) => {
    const results = await runActions([onLogin(handler), onLogin(() => {})]);
    expect(results).toHaveLength(1);
  });

  test('lets the function that refused run to its end', async () => {
    const [result] = await runActions([
      onLogin(async (_, api) => {
        api.access.deny('no');
        await Promise.resolve();
        api.user.setAppMetadata('blocked', true);
      }),
    ]);
    expect(result?.kind).toBe('completed');
    expect(result?.commands.map(({ method }) => method)).toEqual([
      'access.deny',
      'user.setAppMetadata',
    ]);
  });

  const breaks: [name: string, file: Exports | (() => Exports), message: string][] = [
    ['throws', onLogin(() => fail('sync')), 'sync'],
    ['rejects', onLogin(() => Promise.reject(new Error('async'))), 'async'],
    ['throws while it is loaded', () => fail('load'), 'load'],
    ['has a handler that throws when read', trap(), 'getter'],
    ['has a handler that is no function', { onExecutePostLogin: 5 }, 'must be a function'],
    // biome-ignore lint/suspicious/noThenProperty: authors return what they like
    ['returns a thenable that throws', onLogin(() => ({ then: () => fail('then') })), 'then'],
  ];
  test.for(breaks)('fails an action that %s', async ([, file, message]) => {
    const results = await runActions([file, onLogin(() => {})]);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining(message) },
    });
  });

  test('waits for a thenable', async () => {
    const [result] = await runActions([
      onLogin((_, api) => ({
        // biome-ignore lint/suspicious/noThenProperty: authors return what they like
        then: (resolve: () => void) => {
          queueMicrotask(() => {
            api.idToken.setCustomClaim('late', 'but in time');
            resolve();
          });
        },
      })),
    ]);
    expect(result?.commands).toHaveLength(1);
  });

  test('ignores and logs calls after the handler has settled', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let leaked: PostLoginAPI | undefined;
    const results = await runActions([
      onLogin((_, api) => {
        leaked = api;
        void released.then(() => {
          expect(api.idToken.setCustomClaim('late', 1)).toBe(api);
          api.multifactor.enable('any');
        });
      }),
      onLogin(async () => {
        release();
        await released;
        await Promise.resolve();
        expect(await leaked?.cache.get('key')).toBeUndefined();
        expect(await leaked?.cache.set('key', 'value')).toMatchObject({ type: 'error' });
      }),
    ]);
    expect(commandsOf(results)).toEqual([[], []]);
    expect(kinds(results)).toEqual(['completed', 'completed']);
    expect(results[0]?.logs.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn api.idToken.setCustomClaim was called after the handler had finished; the call was ignored',
      'warn api.multifactor.enable was called after the handler had finished; the call was ignored',
      'warn api.cache.get was called after the handler had finished; the call was ignored',
      'warn api.cache.set was called after the handler had finished; the call was ignored',
    ]);
    expect(results[1]?.logs).toEqual([]);
  });

  test('takes nothing more once the guest has ended the scope', async () => {
    let leaked: PostLoginAPI | undefined;
    const results = await runActions(
      [
        onLogin((_, api) => {
          leaked = api;
          return new Promise(() => {});
        }),
      ],
      {
        guest: {
          // As when an error escapes into an event while the handler still waits.
          scope: async (_action, body) => {
            void body();
            for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
            return { outcome: { ok: false, error: new Error('escaped') }, logs: [], requests: [] };
          },
        },
      },
    );
    leaked?.idToken.setCustomClaim('late', 1);
    expect(results).toMatchObject([
      { kind: 'failed', commands: [], error: { message: 'escaped' } },
    ]);
  });

  test('bounds the lines that late calls leave', async () => {
    let leaked: PostLoginAPI | undefined;
    const results = await runActions([
      onLogin((_, api) => {
        leaked = api;
      }),
      onLogin(() => {
        for (let call = 0; call < 1_000; call += 1) leaked?.access.deny('late');
      }),
    ]);
    expect(results[0]?.logs).toHaveLength(20);
  });

  test('tells the guest when an action starts and ends', async () => {
    const told: unknown[] = [];
    await runActions([onLogin(() => {}), onLogin(() => {})], {
      guest: {
        onActionStart: ({ actionId }) => told.push(`start ${actionId}`),
        onActionEnd: ({ actionId }, { kind }) => told.push(`${kind} ${actionId}`),
      },
    });
    expect(told).toEqual([
      'start action-0',
      'completed action-0',
      'start action-1',
      'completed action-1',
    ]);
  });

  test('refuses a trigger that it does not know', async () => {
    await expect(runActions([], { triggerId: 'toString' })).rejects.toThrow('no actions');
  });
});

function fail(message: string): never {
  throw new Error(message);
}

function trap(): Exports {
  return {
    get onExecutePostLogin() {
      return fail('getter');
    },
  };
}
