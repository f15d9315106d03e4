import type { PostLoginAPI, PostLoginEvent } from '@tessera/action-types';
import type { Suspension, TriggerOutcome } from '@tessera/engine';
import type { TriggerId } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { NOW_MS } from './support/guest.ts';
import { createTestTenant, type TestAction } from './support/tenant.ts';

type Handler = (event: PostLoginEvent, api: PostLoginAPI) => unknown;
const onLogin = (handler: Handler): TestAction => ({ file: { onExecutePostLogin: handler } });

const NOTHING = {
  idTokenClaims: {},
  accessTokenClaims: {},
  addedScopes: [],
  removedScopes: [],
  transactionMetadata: {},
};

function suspensionOf({ end }: TriggerOutcome): Suspension {
  if (end.kind !== 'suspended') throw new Error(`The run ended as ${end.kind}`);
  // As it comes out of the database.
  return JSON.parse(JSON.stringify(end.suspension));
}

describe('TriggerPipeline.run()', () => {
  test('does and records nothing when no action is bound', async () => {
    const tenant = createTestTenant([]);
    const event = { transaction: { metadata: { kept: 1 } } };
    expect(await tenant.run({ event })).toEqual({
      end: { kind: 'completed' },
      effects: { ...NOTHING, transactionMetadata: { kept: 1 } },
    });
    expect(tenant.executions.size).toBe(0);
    expect(await tenant.pipeline.hasActions(tenant.store, 'post-login')).toBe(false);
  });

  test('adds up the commands of all actions; later ones win', async () => {
    const tenant = createTestTenant([
      onLogin((_, api) =>
        api.idToken
          .setCustomClaim('a', 1)
          .accessToken.setCustomClaim('b', [1])
          .accessToken.addScope('x')
          .accessToken.removeScope('y')
          .user.setUserMetadata('theme', 'dark')
          .user.setAppMetadata('old', null)
          .transaction.setMetadata('step', 1),
      ),
      onLogin((_, api) =>
        api.idToken
          .setCustomClaim('a', 2)
          .accessToken.addScope('y')
          .transaction.setMetadata('n', 0),
      ),
    ]);
    const outcome = await tenant.run();
    expect(outcome).toEqual({
      executionId: expect.any(String),
      end: { kind: 'completed' },
      effects: {
        idTokenClaims: { a: 2 },
        accessTokenClaims: { b: [1] },
        addedScopes: ['x', 'y'],
        removedScopes: [],
        userMetadata: { theme: 'dark' },
        appMetadata: { old: null },
        transactionMetadata: { step: 1, n: 0 },
      },
    });
    expect(await tenant.pipeline.hasActions(tenant.store, 'post-login')).toBe(true);
  });

  test('writes one record, with the promised id when there is one', async () => {
    const tenant = createTestTenant([onLogin(() => {}), { file: {} }]);
    const { executionId } = await tenant.run({ executionId: 'promised' });
    expect(executionId).toBe('promised');
    expect([...tenant.executions.values()]).toMatchObject([
      {
        id: 'promised',
        triggerId: 'post-login',
        status: 'final',
        createdAt: new Date(NOW_MS),
        results: [
          { kind: 'completed', actionName: 'Action 0', versionNumber: 1 },
          { kind: 'skipped' },
        ],
      },
    ]);
  });

  test('hands the sandbox secrets, budget and tenant, and each action its own secrets', async () => {
    const seen: unknown[] = [];
    const look = onLogin((event) => seen.push({ ...event.secrets }));
    const tenant = createTestTenant([
      { ...look, secrets: { KEY: 'one' } },
      { ...look, secrets: { KEY: 'two' } },
    ]);
    await tenant.run({ timeoutMs: 1_234, canRedirect: true });
    expect(tenant.requests).toMatchObject([
      { tenantId: 'tenant-1', timeoutMs: 1_234, canRedirect: true, firstHandler: 'execute' },
    ]);
    expect(tenant.requests[0]?.actions[0]?.artifactHash).toBe('hash-1-0');
    expect(seen).toEqual([{ KEY: 'one' }, { KEY: 'two' }]);
  });

  const ends: [name: string, triggerId: string, handler: (api: never) => unknown, end: object][] = [
    [
      'deny(reason)',
      'post-login',
      (api: PostLoginAPI) => api.access.deny('no'),
      { kind: 'denied', reason: 'no' },
    ],
    [
      'deny(code, reason)',
      'post-login',
      (api: PostLoginAPI) => api.access.deny('bad', 'no'),
      { kind: 'denied', code: 'bad', reason: 'no' },
    ],
    [
      'the first of two refusals',
      'post-login',
      (api: PostLoginAPI) => api.access.deny('first').access.deny('second'),
      { kind: 'denied', reason: 'first' },
    ],
    [
      'a refusal before a complaint',
      'post-login',
      (api: PostLoginAPI) => api.access.deny('first').validation.error('c', 'm'),
      { kind: 'denied', reason: 'first' },
    ],
    [
      'a refusal over a redirect',
      'post-login',
      (api: PostLoginAPI) => api.redirect.sendUserTo('https://a.example').access.deny('no'),
      { kind: 'denied', reason: 'no' },
    ],
    [
      'a complaint',
      'post-login',
      (api: PostLoginAPI) => api.validation.error('c', 'Shown'),
      { kind: 'invalid', code: 'c', message: 'Shown' },
    ],
    [
      'a refusal before an error',
      'post-login',
      (api: PostLoginAPI) => {
        api.access.deny('no');
        throw new Error('later');
      },
      { kind: 'denied', reason: 'no' },
    ],
  ];
  test.for(ends)('ends with %s', async ([, , handler, end]) => {
    const tenant = createTestTenant([onLogin((_, api) => handler(api as never))]);
    expect((await tenant.run({ canRedirect: true })).end).toEqual(end);
  });

  test('refuses with metadata written and no tokens enriched', async () => {
    const tenant = createTestTenant([
      onLogin((_, api) => {
        api.idToken.setCustomClaim('a', 1).accessToken.addScope('x').access.deny('no');
        api.user.setAppMetadata('blocked', true);
      }),
      onLogin((_, api) => api.idToken.setCustomClaim('later', 1)),
    ]);
    expect(await tenant.run()).toMatchObject({
      end: { kind: 'denied' },
      effects: { ...NOTHING, appMetadata: { blocked: true } },
    });
    expect([...tenant.executions.values()][0]).toMatchObject({ status: 'final' });
  });

  test('fails closed on an error, with its message in public and its stack in the record', async () => {
    const tenant = createTestTenant([
      onLogin((_, api) => api.user.setAppMetadata('kept', 1)),
      {
        ...onLogin((event, api) => {
          api.idToken.setCustomClaim('a', 1).user.setAppMetadata('lost', 1);
          throw new TypeError(`cannot reach\nhttps://x?key=${event.secrets.KEY}`);
        }),
        secrets: { KEY: 'a very secret value' },
      },
      onLogin(() => {}),
    ]);
    expect(await tenant.run()).toMatchObject({
      end: { kind: 'failed', message: 'cannot reach https://x?key=***' },
      effects: { ...NOTHING, appMetadata: { kept: 1 } },
    });
    const [execution] = tenant.executions.values();
    expect(execution).toMatchObject({
      status: 'partial',
      results: [
        { kind: 'completed' },
        { kind: 'failed', error: { name: 'TypeError', stack: expect.stringContaining('at ') } },
      ],
    });
    expect(JSON.stringify(execution)).not.toContain('a very secret value');
  });

  test('records as final what failed at its last action', async () => {
    const tenant = createTestTenant([onLogin(() => Promise.reject(new Error('')))]);
    expect(await tenant.run()).toMatchObject({
      end: { kind: 'failed', message: 'Action "Action 0" failed' },
    });
    expect([...tenant.executions.values()][0]?.status).toBe('final');
  });

  test('does not add reserved claims, goes on, and says so in the record', async () => {
    const tenant = createTestTenant([
      onLogin((_, api) => {
        for (const name of ['sub', 'sub', 'x5t#S256']) api.idToken.setCustomClaim(name, 'forged');
        api.accessToken.setCustomClaim('permissions', ['all']);
        api.accessToken.setCustomClaim('email', 'ada@example.com');
      }),
    ]);
    expect(await tenant.run()).toMatchObject({
      end: { kind: 'completed' },
      effects: { idTokenClaims: {}, accessTokenClaims: { email: 'ada@example.com' } },
    });
    expect([...tenant.executions.values()][0]?.results[0]?.logs).toMatchObject([
      {
        level: 'warn',
        message: 'api.idToken.setCustomClaim: the name "sub" is reserved; the claim was not added',
      },
      {
        level: 'warn',
        message:
          'api.idToken.setCustomClaim: the name "x5t#S256" is reserved; the claim was not added',
      },
      {
        level: 'warn',
        message:
          'api.accessToken.setCustomClaim: the name "permissions" is reserved; the claim was not added',
      },
    ]);
  });

  test('keeps private claims out of access tokens for the platform`s own APIs', async () => {
    const tenant = createTestTenant([
      onLogin((_, api) => {
        for (const name of ['plan', 'https://example.com/plan', 'nickname']) {
          api.accessToken.setCustomClaim(name, 1).idToken.setCustomClaim(name, 1);
        }
      }),
    ]);
    const { effects } = await tenant.run({ namespacedClaimsOnly: true });
    expect(Object.keys(effects.accessTokenClaims)).toEqual([
      'https://example.com/plan',
      'nickname',
    ]);
    expect(Object.keys(effects.idTokenClaims)).toHaveLength(3);
    expect([...tenant.executions.values()][0]?.results[0]?.logs).toMatchObject([
      { message: expect.stringContaining('"plan" is not namespaced') },
    ]);
  });

  test('turns target scopes of machines into changes of the token', async () => {
    const tenant = createTestTenant([
      {
        file: {
          onExecuteCredentialsExchange: (
            _: unknown,
            api: { transaction: Record<string, (...scopes: unknown[]) => void> },
          ) => {
            api.transaction.setTargetScopes?.(['b', 'c']);
            api.transaction.addTargetScope?.('d');
          },
        },
      },
    ]);
    const event = { transaction: { target_scopes: ['a', 'b'] } };
    const { effects } = await tenant.run({ triggerId: 'credentials-exchange', event });
    expect(effects).toMatchObject({ addedScopes: ['c', 'd'], removedScopes: ['a'] });
  });

  test('gives the reasons of the other triggers their places', async () => {
    const deny =
      (...args: string[]) =>
      (_: unknown, api: { access: { deny(...args: string[]): void } }) =>
        api.access.deny(...args);
    const machine = createTestTenant([
      { file: { onExecuteCredentialsExchange: deny('invalid_scope') } },
    ]);
    expect((await machine.run({ triggerId: 'credentials-exchange' })).end).toEqual({
      kind: 'denied',
      code: 'invalid_scope',
      reason: 'invalid_scope',
    });
    const signup = createTestTenant([
      { file: { onExecutePreUserRegistration: deny('internal', 'Sorry') } },
    ]);
    expect((await signup.run({ triggerId: 'pre-user-registration' })).end).toEqual({
      kind: 'denied',
      reason: 'internal',
      userMessage: 'Sorry',
    });
  });

  test('offers a cache that outlives the run and stays in the trigger', async () => {
    const seen: unknown[] = [];
    const file = {
      onExecutePostLogin: async (_: unknown, api: PostLoginAPI) => {
        seen.push(await api.cache.get('token'));
        seen.push(await api.cache.set('token', 'abc', { ttl: 60_000 }));
      },
    };
    const tenant = createTestTenant([{ file }]);
    await tenant.run();
    await tenant.run();
    const machine = { onExecuteCredentialsExchange: file.onExecutePostLogin };
    tenant.bind([{ file: machine }]);
    await tenant.run({ triggerId: 'credentials-exchange' });
    const success = { type: 'success' };
    expect(seen).toEqual([
      undefined,
      success,
      { value: 'abc', expires_at: NOW_MS + 60_000 },
      success,
      undefined,
      success,
    ]);
  });

  test('throws for a trigger that has no flow but has actions', async () => {
    const tenant = createTestTenant([onLogin(() => {})]);
    const triggerId = 'mcp-tool' as TriggerId;
    await expect(tenant.run({ triggerId })).rejects.toThrow('has no flow');
  });
});

describe('a suspended run', () => {
  const redirecting: TestAction = {
    file: {
      onExecutePostLogin: (_: unknown, api: PostLoginAPI) =>
        api.redirect
          .sendUserTo('https://a.example/form#top', { query: { session_token: 'a.b.c' } })
          .idToken.setCustomClaim('before', 1)
          .accessToken.addScope('x')
          .user.setUserMetadata('asked', true)
          .transaction.setMetadata('step', 1),
      onContinuePostLogin: (event: PostLoginEvent, api: PostLoginAPI) => {
        api.idToken.setCustomClaim('after', event.transaction?.metadata.step ?? null);
        api.user.setUserMetadata('answered', true);
        api.transaction.setMetadata('step', null);
      },
    },
  };

  async function suspend(tenant: ReturnType<typeof createTestTenant>) {
    const outcome = await tenant.run({ canRedirect: true });
    return { outcome, resume: suspensionOf(outcome) };
  }

  test('names the address, what remains, and its effects until then', async () => {
    const tenant = createTestTenant([onLogin(() => {}), redirecting, onLogin(() => {})]);
    const { outcome, resume } = await suspend(tenant);
    expect(outcome.effects.userMetadata).toEqual({ asked: true });
    expect(resume).toEqual({
      kind: 'redirect',
      url: 'https://a.example/form?session_token=a.b.c#top',
      executionId: outcome.executionId,
      remaining: [
        { actionId: 'action-1', versionId: 'version-1-1' },
        { actionId: 'action-2', versionId: 'version-1-2' },
      ],
      effects: {
        idTokenClaims: { before: 1 },
        accessTokenClaims: {},
        addedScopes: ['x'],
        removedScopes: [],
        transactionMetadata: { step: 1 },
      },
    });
    const [execution] = tenant.executions.values();
    expect(execution).toMatchObject({ status: 'suspended', results: [{}, {}] });
    expect(JSON.stringify(execution)).not.toContain('a.b.c');
  });

  test('goes on with its own versions, though others were deployed, and extends its record', async () => {
    const ran: string[] = [];
    const scopes: unknown[] = [];
    const last = onLogin((event) => {
      ran.push('old');
      scopes.push(event.transaction?.requested_scopes, event.transaction?.metadata);
    });
    const tenant = createTestTenant([onLogin(() => ran.push('first')), redirecting, last]);
    const { outcome, resume } = await suspend(tenant);
    tenant.bind([onLogin(() => ran.push('new'))]);
    tenant.clock.nowMs += 60_000;
    const event = { transaction: { requested_scopes: ['openid'], metadata: {} } };
    const resumed = await tenant.run({ resume, event, canRedirect: true });
    expect(ran).toEqual(['first', 'old']);
    expect(scopes).toEqual([['openid', 'x'], {}]);
    expect(resumed).toEqual({
      executionId: outcome.executionId,
      end: { kind: 'completed' },
      effects: {
        idTokenClaims: { before: 1, after: 1 },
        accessTokenClaims: {},
        addedScopes: ['x'],
        removedScopes: [],
        userMetadata: { answered: true },
        transactionMetadata: {},
      },
    });
    expect([...tenant.executions.values()]).toMatchObject([
      {
        status: 'final',
        createdAt: new Date(NOW_MS),
        updatedAt: new Date(NOW_MS + 60_000),
        results: [{}, { actionName: 'Action 1' }, { actionName: 'Action 1' }, {}],
      },
    ]);
  });

  test('can be suspended again by a later action', async () => {
    const tenant = createTestTenant([redirecting, redirecting]);
    const { resume } = await suspend(tenant);
    const again = suspensionOf(await tenant.run({ resume, canRedirect: true }));
    expect(again.remaining).toEqual([{ actionId: 'action-1', versionId: 'version-1-1' }]);
    expect(again.effects.idTokenClaims).toEqual({ before: 1, after: 1 });
    const end = await tenant.run({ resume: again, canRedirect: true });
    expect(end.end).toEqual({ kind: 'completed' });
    expect([...tenant.executions.values()][0]?.results).toHaveLength(4);
  });

  test('fails closed when one of its actions was deleted', async () => {
    const tenant = createTestTenant([redirecting, onLogin(() => {})]);
    const { resume } = await suspend(tenant);
    tenant.remove('action-1');
    const outcome = await tenant.run({ resume, canRedirect: true });
    expect(outcome).toMatchObject({
      end: { kind: 'failed', message: 'An action that was to continue this flow no longer exists' },
      effects: { idTokenClaims: {}, addedScopes: [] },
    });
    expect([...tenant.executions.values()]).toMatchObject([{ status: 'canceled', results: [{}] }]);
  });

  test('is recorded as canceled where no browser can be sent', async () => {
    const tenant = createTestTenant([redirecting, onLogin(() => {})]);
    expect(await tenant.run()).toMatchObject({
      end: { kind: 'suspended' },
      effects: { userMetadata: { asked: true } },
    });
    expect([...tenant.executions.values()]).toMatchObject([{ status: 'canceled', results: [{}] }]);
  });

  test('counts claims from before and after against one limit', async () => {
    const big = {
      onExecutePostLogin: (_: unknown, api: PostLoginAPI) =>
        api.idToken
          .setCustomClaim('a', 'x'.repeat(60_000))
          .redirect.sendUserTo('https://a.example'),
      onContinuePostLogin: (_: unknown, api: PostLoginAPI) =>
        api.accessToken.setCustomClaim('b', 'x'.repeat(60_000)),
    };
    const tenant = createTestTenant([{ file: big }]);
    const { resume } = await suspend(tenant);
    expect((await tenant.run({ resume, canRedirect: true })).end).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('the claims of a login exceed'),
    });
  });
});
