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
    ['a second factor without its options', command('multifactor.enable', 'any')],
    [
      'a second factor of a provider unheard of',
      command('multifactor.enable', 'sms', { allowRememberBrowser: true }),
    ],
    [
      'a second factor with the keys of a service',
      command('multifactor.enable', 'duo', { allowRememberBrowser: true, providerOptions: {} }),
    ],
    ['a challenge with nothing', command('authentication.challengeWithAny', [])],
    [
      'a challenge with a factor unheard of',
      command('authentication.challengeWithAny', [{ type: 'smoke' }]),
    ],
    [
      'a challenge with more than a factor has',
      command('authentication.challengeWith', { type: 'otp', x: 1 }, { additionalFactors: [] }),
    ],
    [
      'an enrolment with factors that are no list',
      command('authentication.enrollWith', { type: 'otp' }, { additionalFactors: 'otp' }),
    ],
    ['a factor that was recorded too early', command('authentication.recordMethod', 'https://a.b')],
    ['a primary user without an id', command('authentication.setPrimaryUser', '')],
    [
      'a form with values unheard of',
      command('prompt.render', 'f', { fields: {}, vars: {}, x: 1 }),
    ],
    [
      'a form with values over the limit',
      command('prompt.render', 'f', { fields: { a: 'x'.repeat(16_384) }, vars: {} }),
    ],
    ['a session that ends in a text', command('session.setExpiresAt', '2026')],
    ['a session that ends beyond all dates', command('session.setExpiresAt', 1e300)],
    ['session metadata of objects', command('session.setMetadata', 'k', {})],
    ['session metadata that is too long', command('session.setMetadata', 'k', 'v'.repeat(256))],
    ['refresh token metadata of prototypes', command('refreshToken.setMetadata', '__proto__', 'v')],
    ['a cookie mode unheard of', command('session.setCookieMode', 'eternal')],
    ['a revocation without its options', command('session.revoke', 'stolen')],
    ['a method of a token exchange', command('authentication.setUserById', 'auth0|1')],
    ['a method of a message provider', command('notification.drop', 'no')],
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

  const exchanges: [name: string, command: unknown][] = [
    [
      'a user by connection without options',
      command('authentication.setUserByConnection', 'c', {}),
    ],
    [
      'a user with attributes unheard of',
      command(
        'authentication.setUserByConnection',
        'c',
        { user_id: '1', app_metadata: {} },
        { creationBehavior: 'none', updateBehavior: 'none' },
      ),
    ],
    [
      'an actor of a chain without end',
      command(
        'authentication.setActor',
        Array.from({ length: 5 }).reduce((act) => ({ sub: 's', act }), { sub: 's' }),
      ),
    ],
    ['an actor without a name', command('authentication.setActor', { act: { sub: 's' } })],
    ['a denial without a reason', command('access.deny', 'access_denied')],
    ['a redirect', command('redirect.sendUserTo', 'https://a.example', { query: {} })],
  ];
  test.for(exchanges)('%s, in a token exchange', async ([, forged]) => {
    const tenant = createTestTenant([{ file: { onExecuteCustomTokenExchange: () => {} } }], {
      tamper: ([first]) => (first ? [{ ...first, commands: [forged as RecordedCommand] }] : []),
    });
    const outcome = await tenant.run({ triggerId: 'custom-token-exchange' });
    expect(outcome.end.kind).toBe('failed');
    expect(outcome.effects).not.toHaveProperty('subject');
  });

  const silent = ['post-change-password', 'send-phone-message', 'event-stream'] as const;
  test.for(silent)('any command of %s, which has none', async (triggerId) => {
    const tenant = createTestTenant([{ file: {} }], {
      tamper: ([first]) =>
        first ? [{ ...first, commands: [command('access.deny', 'x') as RecordedCommand] }] : [],
    });
    expect((await tenant.run({ triggerId })).end.kind).toBe('failed');
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
    ['a method that it does not offer', 'users.list', []],
    ['roles of more than it reads at once', 'roles.getUserEffectiveRoles', [{ take: 1_000 }]],
    ['roles from nowhere', 'roles.getUserEffectiveRoles', [{ from: '1e9' }]],
    ['roles by names that are no list', 'roles.getUserEffectiveRolesByNames', ['admin']],
    ['groups that are no list', 'groups.hasGroupMembership', [{}]],
    ['a method of the cache that it does not have', 'cache.clear', []],
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
