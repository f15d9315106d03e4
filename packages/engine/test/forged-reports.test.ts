import type { PostLoginAPI } from '@tessera/action-types';
import type { ActionResult, JsonValue, RecordedCommand } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { createTestTenant, type TestAction } from './support/tenant.ts';

/** Whoever has taken over the guest can report what they like; the host must not believe it. */

const quiet: TestAction = { file: { onExecutePostLogin: () => {} } };

const forge = (...commands: readonly unknown[]) =>
  createTestTenant([quiet, quiet], {
    tamper: ([first, ...rest]) =>
      first === undefined ? [] : [{ ...first, commands: commands as RecordedCommand[] }, ...rest],
  });

const command = (method: string, ...args: readonly unknown[]) => ({ method, args });

const deep = (levels: number): JsonValue =>
  JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

describe('TriggerPipeline.run() fails closed on', () => {
  const unreadable: [name: string, command: unknown][] = [
    ['a method that does not exist', command('access.allow')],
    ['a method of Object.prototype', command('toString')],
    ['a method of another trigger', command('transaction.setTargetScopes', ['a'])],
    ['a method without a flow', command('multifactor.enable', 'any')],
    ['a method that is no text', { method: 5, args: [] }],
    ['arguments that are no list', { method: 'access.deny', args: { length: 1, 0: 'no' } }],
    ['no arguments at all', { method: 'access.deny' }],
    ['an argument too few', command('idToken.setCustomClaim', 'x')],
    ['an argument too many', command('idToken.setCustomClaim', 'x', 1, 2)],
    ['a name that is no text', command('idToken.setCustomClaim', ['x'], 1)],
    [
      'a name that changes prototypes',
      command('user.setAppMetadata', '__proto__', { admin: true }),
    ],
    ['a value nested deeper than the stack', command('idToken.setCustomClaim', 'x', deep(50_000))],
    ['a value that no database takes', command('user.setUserMetadata', 'x', 'a\u0000b')],
    ['a scope of two words', command('accessToken.addScope', 'a b')],
    [
      'a redirect to a script',
      command('redirect.sendUserTo', 'javascript:alert(1)', { query: {} }),
    ],
    ['a redirect without a query', command('redirect.sendUserTo', 'https://a.example', {})],
    [
      'a redirect with a query of objects',
      command('redirect.sendUserTo', 'https://a.example', { query: { a: {} } }),
    ],
    [
      'a redirect with options unheard of',
      command('redirect.sendUserTo', 'https://a.example', { query: {}, state: 'x' }),
    ],
    ['transaction metadata of objects', command('transaction.setMetadata', 'x', {})],
    ['a refusal of three words', command('access.deny', 'a', 'b', 'c')],
    ['claims over the limit', command('idToken.setCustomClaim', 'x', 'x'.repeat(102_400))],
  ];
  test.for(unreadable)('%s', async ([, forged]) => {
    const tenant = forge(command('idToken.setCustomClaim', 'good', 1), forged);
    const outcome = await tenant.run({ canRedirect: true });
    expect(outcome).toMatchObject({
      end: {
        kind: 'failed',
        message: expect.stringContaining('asked for something that cannot be done'),
      },
      effects: { idTokenClaims: {} },
    });
    expect(outcome.effects).not.toHaveProperty('appMetadata');
    expect(Object.prototype).not.toHaveProperty('admin');
    expect([...tenant.executions.values()][0]?.results[0]).toMatchObject({
      kind: 'failed',
      commands: [],
    });
  });

  test('more commands than an action can issue', async () => {
    const many = Array.from({ length: 1_001 }, () => command('idToken.setCustomClaim', 'x', 1));
    expect((await forge(...many).run()).end.kind).toBe('failed');
  });

  type Tamper = (results: readonly ActionResult[]) => readonly ActionResult[];
  const reports: [name: string, tamper: Tamper, message: string][] = [
    ['no results', () => [], 'without a result'],
    ['a result too few', (results) => results.slice(0, 1), 'without a result'],
    ['a result too many', (results) => [...results, ...results.slice(0, 1)], 'not in order'],
    ['results in another order', (results) => results.toReversed(), 'not in order'],
    [
      'a result of an action that was not asked for',
      ([first]) => (first ? [{ ...first, versionId: 'other' }] : []),
      'not in order',
    ],
  ];
  test.for(reports)('%s', async ([, tamper, message]) => {
    const tenant = createTestTenant([quiet, quiet], { tamper });
    const outcome = await tenant.run();
    expect(outcome.end).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining(message),
    });
  });

  test('results after a refusal', async () => {
    const unread = { method: 'redirect.sendUserTo', args: ['x', { query: null }] };
    const refusing: TestAction = {
      file: { onExecutePostLogin: (_: unknown, api: PostLoginAPI) => api.access.deny('no') },
    };
    const tenant = createTestTenant([refusing, quiet], {
      tamper: ([first]) =>
        first ? [first, { ...first, versionId: 'version-1-1', commands: [unread] }] : [],
    });
    expect((await tenant.run()).end.kind).toBe('failed');
    expect([...tenant.executions.values()][0]?.results[1]?.commands).toEqual([]);
  });

  const limits: [limit: 'time' | 'memory' | 'output' | 'process', message: string][] = [
    [
      'time',
      'Action "Action 0" was still running after the 20000 ms that all actions have together',
    ],
    ['memory', 'Action "Action 0" ran out of memory'],
    ['output', 'Action "Action 0" produced more output than it may'],
    ['process', 'Action "Action 0" ended its process'],
  ];
  test.for(limits)('the limit of %s, with a clear message', async ([limit, message]) => {
    const tenant = createTestTenant([quiet, quiet], {
      tamper: ([first]) =>
        first
          ? [
              {
                ...first,
                kind: 'limit-exceeded',
                limit,
                error: { name: 'Error', message: 'SIGKILL' },
              },
            ]
          : [],
    });
    expect((await tenant.run()).end).toEqual({ kind: 'failed', message });
    expect([...tenant.executions.values()][0]?.status).toBe('partial');
  });

  test('a kill that lost the results before it', async () => {
    const tenant = createTestTenant([quiet, quiet], {
      tamper: ([, second]) =>
        second
          ? [
              {
                ...second,
                kind: 'limit-exceeded',
                limit: 'time',
                error: { name: 'E', message: '' },
              },
            ]
          : [],
    });
    expect((await tenant.run()).end).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('"Action 1" was still running'),
    });
  });
});

describe('an execution record', () => {
  test('holds text that a database can take', async () => {
    const tenant = createTestTenant([quiet, quiet], {
      tamper: ([first]) =>
        first
          ? [
              {
                ...first,
                kind: 'failed',
                error: { name: 'E\u0000', message: '\ud800', stack: 'at\u0000' },
                logs: [{ level: 'log', time: '2026-11-21T10:00:00.000Z', message: 'a\u0000b' }],
                requests: [
                  {
                    host: 'h\u0000',
                    port: 1,
                    durationMs: 1,
                    bytesSent: 0,
                    bytesReceived: 0,
                    error: '\udc00',
                  },
                ],
              },
            ]
          : [],
    });
    await tenant.run();
    const [execution] = tenant.executions.values();
    expect(execution?.results[0]).toMatchObject({
      error: { name: 'E\ufffd', message: '\ufffd', stack: 'at\ufffd' },
      logs: [{ message: 'a\ufffdb' }],
      requests: [{ host: 'h\ufffd', error: '\ufffd' }],
    });
  });
});

describe('the host', () => {
  const calls: [name: string, method: string, args: readonly JsonValue[]][] = [
    ['a method that it does not offer', 'roles.getUserEffectiveRoles', []],
    ['a method of Object.prototype', 'constructor', []],
    ['a cache key that is no text', 'cache.get', [{ toString: 'x' }]],
    ['a cache value that is missing', 'cache.set', ['key']],
  ];
  test.for(calls)('refuses %s', async ([, method, args]) => {
    const tenant = createTestTenant([quiet]);
    await tenant.run();
    await expect(tenant.requests[0]?.onHostCall?.(method, args)).rejects.toThrow(/^The sandbox/);
  });
});
