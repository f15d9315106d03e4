import type {
  CustomEmailProviderAPI,
  CustomTokenExchangeAPI,
  PasswordResetPostChallengeAPI,
  PostLoginAPI,
  PostLoginEvent,
} from '@tessera/action-types';
import type { Suspension, TriggerOutcome } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { NOW_MS } from './support/guest.ts';
import { createTestTenant, type TestAction } from './support/tenant.ts';

type LoginCall = (api: PostLoginAPI, event: PostLoginEvent) => unknown;

const login = (call: LoginCall): TestAction => ({
  file: { onExecutePostLogin: (event: PostLoginEvent, api: PostLoginAPI) => call(api, event) },
});

const runLogin = (...calls: readonly LoginCall[]) =>
  createTestTenant(calls.map(login)).run({ canRedirect: true });

function suspensionOf({ end }: TriggerOutcome): Suspension {
  if (end.kind !== 'suspended') throw new Error(`The run ended as ${end.kind}`);
  return end.suspension;
}

describe('a run is suspended', () => {
  const cases: [name: string, call: LoginCall, cause: object][] = [
    [
      'for a challenge with a factor, others for choice',
      (api) =>
        api.authentication.challengeWith(
          { type: 'otp' },
          { additionalFactors: [{ type: 'phone', options: { preferredMethod: 'sms' } }] },
        ),
      {
        kind: 'challenge',
        factors: [{ type: 'otp' }],
        additionalFactors: [{ type: 'phone', options: { preferredMethod: 'sms' } }],
      },
    ],
    [
      'for a challenge with any of some factors',
      (api) => api.authentication.challengeWithAny([{ type: 'otp' }, { type: 'email' }]),
      { kind: 'challenge', factors: [{ type: 'otp' }, { type: 'email' }], additionalFactors: [] },
    ],
    [
      'for an enrolment',
      (api) => api.authentication.enrollWith({ type: 'webauthn-roaming' }),
      { kind: 'enrollment', factors: [{ type: 'webauthn-roaming' }], additionalFactors: [] },
    ],
    [
      'for an enrolment with any of some factors',
      (api) => api.authentication.enrollWithAny([{ type: 'otp' }]),
      { kind: 'enrollment', factors: [{ type: 'otp' }], additionalFactors: [] },
    ],
    [
      'for a form',
      (api) => api.prompt.render('terms', { fields: { name: 'Ada' }, vars: { step: 1 } }),
      { kind: 'form', formId: 'terms', fields: { name: 'Ada' }, vars: { step: 1 } },
    ],
  ];
  test.for(cases)('%s, after that action', async ([, call, cause]) => {
    const ran: string[] = [];
    const tenant = createTestTenant([
      login((api) => {
        api.idToken.setCustomClaim('before', 1);
        call(api, {} as PostLoginEvent);
        api.idToken.setCustomClaim('same action', 2);
      }),
      login(() => ran.push('second')),
    ]);
    const suspension = suspensionOf(await tenant.run({ canRedirect: true }));
    expect(ran).toEqual([]);
    expect(suspension).toMatchObject({
      ...cause,
      remaining: [{ versionId: 'version-1-0' }, { versionId: 'version-1-1' }],
      effects: { idTokenClaims: { before: 1, 'same action': 2 } },
    });
    expect([...tenant.executions.values()]).toMatchObject([{ status: 'suspended' }]);
    await tenant.run({ canRedirect: true, resume: suspension });
    expect(ran).toEqual(['second']);
  });

  test('by the first that asks; what comes too late is in the record', async () => {
    const tenant = createTestTenant([
      login((api) => {
        api.authentication.challengeWith({ type: 'otp' });
        api.prompt.render('terms');
        api.redirect.sendUserTo('https://a.example');
      }),
    ]);
    expect(suspensionOf(await tenant.run({ canRedirect: true })).kind).toBe('challenge');
    const [execution] = tenant.executions.values();
    expect(execution?.results[0]?.logs.map(({ message }) => message)).toEqual([
      'api.prompt.render was ignored: the action had already asked for a challenge',
      'api.redirect.sendUserTo was ignored: the action had already asked for a challenge',
    ]);
  });

  test('unless the action refuses as well', async () => {
    const { end } = await runLogin((api) => {
      api.authentication.challengeWith({ type: 'otp' });
      api.access.deny('no');
    });
    expect(end).toEqual({ kind: 'denied', reason: 'no' });
  });

  test('and canceled in the record where no browser can be had', async () => {
    const tenant = createTestTenant([
      login((api) => api.authentication.challengeWith({ type: 'otp' })),
    ]);
    expect((await tenant.run({ canRedirect: false })).end.kind).toBe('suspended');
    expect([...tenant.executions.values()]).toMatchObject([{ status: 'canceled' }]);
  });
});

describe('effects', () => {
  test('hold the earliest end of several for session and refresh token', async () => {
    const { effects } = await runLogin(
      (api) => api.session.setExpiresAt(3_000).refreshToken.setIdleExpiresAt(700),
      (api) => api.session.setExpiresAt(2_000).session.setIdleExpiresAt(50),
      (api) => api.session.setExpiresAt(9_000).refreshToken.setIdleExpiresAt(800),
    );
    expect(effects.session).toEqual({ expiresAt: 2_000, idleExpiresAt: 50 });
    expect(effects.refreshToken).toEqual({ idleExpiresAt: 700 });
  });

  test('hold the whole metadata of the session when it changed, and later actions see it', async () => {
    const seen: unknown[] = [];
    const tenant = createTestTenant([
      login((api, event) => {
        api.session.setMetadata('b', '2').session.deleteMetadata('a');
        seen.push({ ...event.session?.metadata });
      }),
      login((_, event) => seen.push({ ...event.session?.metadata })),
    ]);
    const event = { session: { id: 's', metadata: { a: '1', kept: 'k' } } };
    const { effects } = await tenant.run({ event });
    expect(effects.session).toEqual({ metadata: { b: '2', kept: 'k' } });
    expect(effects).not.toHaveProperty('refreshToken');
    expect(seen).toEqual([
      { a: '1', kept: 'k' },
      { b: '2', kept: 'k' },
    ]);
  });

  test('evict metadata, those of the refresh token apart from the session', async () => {
    const tenant = createTestTenant([
      login((api) => api.refreshToken.evictMetadata().refreshToken.setMetadata('only', 'x')),
    ]);
    const event = { refresh_token: { metadata: { old: '1' } }, session: { metadata: { s: '1' } } };
    const { effects } = await tenant.run({ event });
    expect(effects.refreshToken).toEqual({ metadata: { only: 'x' } });
    expect(effects).not.toHaveProperty('session');
  });

  test('count the keys that a session has already', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`k${at}`, 'v']));
    const tenant = createTestTenant([login((api) => api.session.setMetadata('one more', 'v'))]);
    const { end } = await tenant.run({ event: { session: { metadata } } });
    expect(end).toMatchObject({ kind: 'failed', message: expect.stringContaining('25 keys') });
  });

  test('hold the last second factor asked for; none lifts it', async () => {
    const ask: LoginCall = (api) => api.multifactor.enable('any', { allowRememberBrowser: true });
    const multifactor = { provider: 'any', allowRememberBrowser: true };
    expect((await runLogin(ask)).effects.multifactor).toEqual(multifactor);
    const lifted = await runLogin(ask, (api) => api.multifactor.enable('none'));
    expect(lifted).toMatchObject({ end: { kind: 'completed' } });
    expect(lifted.effects).not.toHaveProperty('multifactor');
  });

  test('hold the primary user, once in the transaction', async () => {
    const set: LoginCall = (api) => api.authentication.setPrimaryUser('auth0|primary');
    expect((await runLogin(set)).effects.primaryUserId).toBe('auth0|primary');
    expect((await runLogin(set, set)).end).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('the primary user can be set only once'),
    });
  });

  test('hold the cookie mode', async () => {
    const { effects } = await runLogin((api) => api.session.setCookieMode('non-persistent'));
    expect(effects.session).toEqual({ cookieMode: 'non-persistent' });
  });

  test('are carried over a suspension, and added to after it', async () => {
    const methods: unknown[] = [];
    const continuing: TestAction = {
      file: {
        onExecutePostLogin: (_: unknown, api: PostLoginAPI) =>
          api.session
            .setExpiresAt(5_000)
            .session.setMetadata('first', '1')
            .multifactor.enable('any')
            .authentication.setPrimaryUser('auth0|primary')
            .authentication.challengeWith({ type: 'otp' }),
        onContinuePostLogin: (_: unknown, api: PostLoginAPI) =>
          api.authentication.recordMethod('https://mfa.example').session.setExpiresAt(4_000),
      },
    };
    const later = login((api, event) => {
      methods.push(...(event.authentication?.methods ?? []));
      api.session.setMetadata('second', String(event.session?.metadata?.first));
    });
    const tenant = createTestTenant([continuing, later]);
    const event = { session: { id: 's' }, authentication: { methods: [{ name: 'pwd' }] } };
    const resume = suspensionOf(await tenant.run({ event, canRedirect: true }));
    const { end, effects } = await tenant.run({ event, resume, canRedirect: true });
    expect(end).toEqual({ kind: 'completed' });
    expect(effects).toMatchObject({
      session: { expiresAt: 4_000, metadata: { first: '1', second: '1' } },
      multifactor: { provider: 'any', allowRememberBrowser: false },
      primaryUserId: 'auth0|primary',
      recordedMethods: [{ name: 'https://mfa.example' }],
    });
    const recordedAt = Date.parse(effects.recordedMethods?.[0]?.timestamp ?? '');
    expect(recordedAt).toBeGreaterThan(NOW_MS);
    expect(methods).toMatchObject([{ name: 'pwd' }, { name: 'https://mfa.example' }]);
  });

  test('refuse a second primary user after a suspension, too', async () => {
    const twice: TestAction = {
      file: {
        onExecutePostLogin: (_: unknown, api: PostLoginAPI) =>
          api.authentication.setPrimaryUser('auth0|1').redirect.sendUserTo('https://a.example'),
        onContinuePostLogin: (_: unknown, api: PostLoginAPI) =>
          api.authentication.setPrimaryUser('auth0|2'),
      },
    };
    const tenant = createTestTenant([twice]);
    const resume = suspensionOf(await tenant.run({ canRedirect: true }));
    expect((await tenant.run({ resume })).end.kind).toBe('failed');
  });
});

describe('revoke()', () => {
  const cases: [name: string, call: LoginCall, end: object][] = [
    [
      'of the session denies',
      (api) => api.session.revoke('stolen', { preserveRefreshTokens: true }),
      { reason: 'stolen', revoke: { target: 'session', preserveRefreshTokens: true } },
    ],
    [
      'of the refresh token denies',
      (api) => api.refreshToken.revoke('stolen'),
      { reason: 'stolen', revoke: { target: 'refreshToken', preserveRefreshTokens: false } },
    ],
    [
      'after a refusal keeps the first reason, and revokes all the same',
      (api) => api.access.deny('first').session.revoke('second'),
      { reason: 'first', revoke: { target: 'session', preserveRefreshTokens: false } },
    ],
    [
      'of both ends the refresh tokens too',
      (api) => api.session.revoke('a', { preserveRefreshTokens: true }).refreshToken.revoke('b'),
      { reason: 'a', revoke: { target: 'session', preserveRefreshTokens: false } },
    ],
  ];
  test.for(cases)('%s', async ([, call, end]) => {
    const ran: string[] = [];
    const outcome = await runLogin(
      (api, event) => call(api.session.setExpiresAt(5), event),
      () => ran.push('later'),
    );
    expect(outcome.end).toEqual({ kind: 'denied', ...end });
    expect(outcome.effects).not.toHaveProperty('session');
    expect(ran).toEqual([]);
  });
});

describe('other triggers', () => {
  test('password-reset-post-challenge: challenges, goes on, and says where to end', async () => {
    const tenant = createTestTenant([
      {
        file: {
          onExecutePostChallenge: (_: unknown, api: PasswordResetPostChallengeAPI) =>
            api.authentication.challengeWith({ type: 'otp' }),
          onContinuePostChallenge: (_: unknown, api: PasswordResetPostChallengeAPI) =>
            api.transaction.setResultUrl('https://a.example/done', { query: { token: 'hidden' } }),
        },
      },
    ]);
    const triggerId = 'password-reset-post-challenge';
    const resume = suspensionOf(await tenant.run({ triggerId, canRedirect: true }));
    const { end, effects } = await tenant.run({ triggerId, resume, canRedirect: true });
    expect(end).toEqual({ kind: 'completed' });
    expect(effects.resultUrl).toBe('https://a.example/done?token=hidden');
    expect(JSON.stringify([...tenant.executions.values()])).not.toContain('hidden');
  });

  type ExchangeCall = (api: CustomTokenExchangeAPI) => unknown;
  const exchange = (call: ExchangeCall) =>
    createTestTenant([
      {
        file: {
          onExecuteCustomTokenExchange: (_: unknown, api: CustomTokenExchangeAPI) => call(api),
        },
      },
    ]).run({ triggerId: 'custom-token-exchange' });

  test('custom-token-exchange: says for whom, and who acts', async () => {
    const { effects } = await exchange((api) =>
      api.authentication
        .setUserById('auth0|1')
        .authentication.setUserByConnection(
          'Users',
          { user_id: '1', email: 'ada@example.com' },
          { creationBehavior: 'create_if_not_exists', updateBehavior: 'none' },
        )
        .authentication.setOrganization('globex')
        .authentication.setActor({ sub: 'service', act: { sub: 'other' } })
        .user.setUserMetadata('seen', true),
    );
    expect(effects).toMatchObject({
      subject: {
        kind: 'connection',
        connectionName: 'Users',
        attributes: { user_id: '1', email: 'ada@example.com' },
        creationBehavior: 'create_if_not_exists',
        updateBehavior: 'none',
      },
      organization: 'globex',
      actor: { sub: 'service', act: { sub: 'other' } },
      userMetadata: { seen: true },
    });
  });

  test('custom-token-exchange: refuses, and says when the subject token is not genuine', async () => {
    const denied = await exchange((api) =>
      api.authentication.setUserById('auth0|1').access.deny('access_denied', 'not now'),
    );
    expect(denied.end).toEqual({ kind: 'denied', code: 'access_denied', reason: 'not now' });
    expect(denied.effects).not.toHaveProperty('subject');
    const rejected = await exchange((api) => api.access.rejectInvalidSubjectToken('bad signature'));
    expect(rejected.end).toEqual({
      kind: 'denied',
      code: 'invalid_request',
      reason: 'bad signature',
      isInvalidSubjectToken: true,
    });
  });

  const notifications: [call: (api: CustomEmailProviderAPI) => unknown, end: object][] = [
    [(api) => api.notification.drop('blocked'), { kind: 'dropped', reason: 'blocked' }],
    [(api) => api.notification.retry('busy'), { kind: 'retry', reason: 'busy' }],
    [
      (api) => api.notification.retry('busy').notification.drop('blocked'),
      { kind: 'retry', reason: 'busy' },
    ],
    [() => {}, { kind: 'completed' }],
  ];
  test.for(notifications)('custom-email-provider: ends as asked for first', async ([call, end]) => {
    const file = {
      onExecuteCustomEmailProvider: (_: unknown, api: CustomEmailProviderAPI) => call(api),
    };
    const outcome = await createTestTenant([{ file }]).run({ triggerId: 'custom-email-provider' });
    expect(outcome.end).toEqual(end);
  });

  test('run the one action that an entity names, on its deployed version', async () => {
    const ran: string[] = [];
    const tenant = createTestTenant([
      { file: { onExecuteEventStream: () => ran.push('bound') } },
      { file: { onExecuteEventStream: () => ran.push('named') } },
    ]);
    const outcome = await tenant.run({ triggerId: 'event-stream', actionId: 'action-1' });
    expect(outcome.end).toEqual({ kind: 'completed' });
    expect(ran).toEqual(['named']);
    expect(tenant.requests[0]?.backgroundMs).toBe(5_000);
  });

  test('fail when the action that an entity names is gone', async () => {
    const tenant = createTestTenant([]);
    const outcome = await tenant.run({ triggerId: 'custom-token-exchange', actionId: 'gone' });
    expect(outcome.end).toEqual({
      kind: 'failed',
      message: 'The action of this flow does not exist or is not deployed',
    });
    expect([...tenant.executions.values()]).toMatchObject([{ status: 'canceled' }]);
  });
});
