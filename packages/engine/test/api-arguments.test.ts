import type { ActorParams, CustomTokenExchangeAPI, PostLoginAPI } from '@tessera/action-types';
import { describe, expect, test } from 'vitest';
import { runActions } from './support/guest.ts';

/** Calls as an author without types would write them. */
type Loose = Record<string, Record<string, (...args: unknown[]) => unknown>>;
type Call = (api: Loose) => unknown;

async function callPostLogin(call: Call, triggerId = 'post-login') {
  const names: Record<string, string> = {
    'post-login': 'onExecutePostLogin',
    'credentials-exchange': 'onExecuteCredentialsExchange',
    'pre-user-registration': 'onExecutePreUserRegistration',
    'post-user-registration': 'onExecutePostUserRegistration',
  };
  const handler = (_: unknown, api: unknown) => call(api as Loose);
  const [result] = await runActions([{ [names[triggerId] ?? '']: handler }], { triggerId });
  return result;
}

const circle: { self?: unknown } = {};
circle.self = circle;

const nested = (levels: number): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

/** An actor with so many `act` inside each other. */
const actorOf = (nesting: number): ActorParams =>
  nesting === 0 ? { sub: 's' } : { sub: 's', act: actorOf(nesting - 1) };

describe('api', () => {
  const wrong: [message: string, call: Call][] = [
    [
      'api.idToken.setCustomClaim: "key" must be a non-empty string',
      (api) => api.idToken?.setCustomClaim?.(undefined, 1),
    ],
    ['api.idToken.setCustomClaim: "key"', (api) => api.idToken?.setCustomClaim?.('', 1)],
    ['api.idToken.setCustomClaim: "key"', (api) => api.idToken?.setCustomClaim?.('__proto__', {})],
    [
      'api.idToken.setCustomClaim: "key"',
      (api) => api.idToken?.setCustomClaim?.('x'.repeat(1_001), 1),
    ],
    ['api.idToken.setCustomClaim: "value" is missing', (api) => api.idToken?.setCustomClaim?.('x')],
    [
      'api.accessToken.setCustomClaim: "value" must be serialisable as JSON',
      (api) => api.accessToken?.setCustomClaim?.('x', circle),
    ],
    [
      'api.accessToken.setCustomClaim: "value" must be serialisable as JSON',
      (api) => api.accessToken?.setCustomClaim?.('x', { big: 1n }),
    ],
    [
      'api.accessToken.setCustomClaim: "value" must be a JSON value',
      (api) => api.accessToken?.setCustomClaim?.('x', () => {}),
    ],
    [
      'api.accessToken.setCustomClaim: "value" must be a JSON value',
      (api) => api.accessToken?.setCustomClaim?.('x', Symbol('s')),
    ],
    [
      'api.accessToken.setCustomClaim: "value" must be a finite number',
      (api) => api.accessToken?.setCustomClaim?.('x', Number.NaN),
    ],
    [
      'api.accessToken.setCustomClaim: "value" must not be nested deeper than 100',
      (api) => api.accessToken?.setCustomClaim?.('x', nested(101)),
    ],
    [
      'api.accessToken.setCustomClaim: "value" must not contain U+0000',
      (api) => api.accessToken?.setCustomClaim?.('x', ['a\u0000b']),
    ],
    [
      'api.accessToken.setCustomClaim: "value" must not contain U+0000',
      (api) => api.accessToken?.setCustomClaim?.('x', '\ud800'),
    ],
    [
      'api.accessToken.addScope: "scope" must be',
      (api) => api.accessToken?.addScope?.('two words'),
    ],
    ['api.accessToken.removeScope: "scope" must be', (api) => api.accessToken?.removeScope?.(5)],
    ['api.access.deny: "reason" must be', (api) => api.access?.deny?.()],
    ['api.access.deny: "code" must be', (api) => api.access?.deny?.('bad"code', 'reason')],
    ['api.access.deny: "reason" must be', (api) => api.access?.deny?.('code', 5)],
    ['api.user.setAppMetadata: "key" must be', (api) => api.user?.setAppMetadata?.(null, 1)],
    [
      'api.user.setUserMetadata: "key" must be',
      (api) => api.user?.setUserMetadata?.('__proto__', { admin: true }),
    ],
    [
      'api.transaction.setMetadata: "key" must be',
      (api) => api.transaction?.setMetadata?.('k'.repeat(65), 1),
    ],
    [
      'api.transaction.setMetadata: "value" must be',
      (api) => api.transaction?.setMetadata?.('k', { no: 'objects' }),
    ],
    [
      'api.transaction.setMetadata: "value" must be',
      (api) => api.transaction?.setMetadata?.('k', 2 ** 53),
    ],
    [
      'api.redirect.sendUserTo: "url" must be',
      (api) => api.redirect?.sendUserTo?.('javascript:alert(1)'),
    ],
    ['api.redirect.sendUserTo: "url" must be', (api) => api.redirect?.sendUserTo?.('/relative')],
    ['api.redirect.sendUserTo: "url" must be', (api) => api.redirect?.sendUserTo?.('https://')],
    [
      'api.redirect.sendUserTo: "url" must be',
      (api) => api.redirect?.sendUserTo?.('https://a.example/\r\nSet-Cookie: x'),
    ],
    [
      'api.redirect.sendUserTo: "options.query.state" is set by the platform',
      (api) => api.redirect?.sendUserTo?.('https://a.example', { query: { state: 'mine' } }),
    ],
    [
      'api.redirect.sendUserTo: "options.query.a" must be a string',
      (api) => api.redirect?.sendUserTo?.('https://a.example', { query: { a: {} } }),
    ],
    [
      'api.redirect.sendUserTo: "options.query" must leave the URL',
      (api) => api.redirect?.sendUserTo?.('https://a.example', { query: { a: 'x'.repeat(8_192) } }),
    ],
    [
      'api.redirect.encodeToken: "options" must be an object',
      (api) => api.redirect?.encodeToken?.(),
    ],
    [
      'api.redirect.encodeToken: "options.secret" must be',
      (api) => api.redirect?.encodeToken?.({ payload: {} }),
    ],
    [
      'api.redirect.encodeToken: "options.payload" must be',
      (api) => api.redirect?.encodeToken?.({ secret: 's', payload: [] }),
    ],
    [
      'api.redirect.encodeToken: "options.expiresInSeconds" must be',
      (api) => api.redirect?.encodeToken?.({ secret: 's', payload: {}, expiresInSeconds: -1 }),
    ],
    [
      'api.redirect.validateToken can only be called',
      (api) => api.redirect?.validateToken?.({ secret: 's' }),
    ],
    ['api.cache.get: "key" must be a string', (api) => api.cache?.get?.(1)],
    ['api.cache.set: "value" must be a string', (api) => api.cache?.set?.('k', {})],
    ['api.cache.set: "options.ttl" must be', (api) => api.cache?.set?.('k', 'v', { ttl: '5' })],
    ['api.rules.wasExecuted: "ruleId" must be', (api) => api.rules?.wasExecuted?.()],
    ['api.validation.error: "errorMessage" must be', (api) => api.validation?.error?.('code')],
    [
      'api.samlResponse.setLifetimeInSeconds: "lifetimeInSeconds" must be',
      (api) => api.samlResponse?.setLifetimeInSeconds?.('1'),
    ],
    [
      'api.multifactor.enable: "provider" must be one of',
      (api) => api.multifactor?.enable?.('sms'),
    ],
    [
      'api.multifactor.enable: "options.allowRememberBrowser" must be',
      (api) => api.multifactor?.enable?.('any', { allowRememberBrowser: 'yes' }),
    ],
    [
      'api.authentication.challengeWith: "factor.type" must be one of',
      (api) => api.authentication?.challengeWith?.({ type: 'smoke' }),
    ],
    [
      'api.authentication.enrollWithAny: "factors" must be an array of 1 to 20',
      (api) => api.authentication?.enrollWithAny?.([]),
    ],
    ['api.session.setExpiresAt: "absolute" must be', (api) => api.session?.setExpiresAt?.('soon')],
    [
      'api.roles.getUserEffectiveRolesByIds: "ids" must be',
      (api) => api.roles?.getUserEffectiveRolesByIds?.('x'),
    ],
  ];
  test.for(wrong)('throws "%s"', async ([message, call]) => {
    const result = await callPostLogin(call);
    expect(result).toMatchObject({
      kind: 'failed',
      commands: [],
      error: { message: expect.stringContaining(message) },
    });
  });

  test('names kinds, not values, in its errors: values can be secrets', async () => {
    const result = await callPostLogin((api) => api.accessToken?.addScope?.('my secret value'));
    expect(result).toMatchObject({
      error: {
        name: 'TypeError',
        message: expect.stringContaining('got a string of 15 characters'),
      },
    });
  });

  const recorded: [method: string, args: unknown[], call: Call][] = [
    [
      'multifactor.enable',
      ['any', { allowRememberBrowser: false }],
      (api) => api.multifactor?.enable?.('any'),
    ],
    [
      'authentication.challengeWith',
      [{ type: 'otp' }, { additionalFactors: [] }],
      (api) => api.authentication?.challengeWith?.({ type: 'otp', label: 'not of a factor' }),
    ],
    [
      'authentication.challengeWithAny',
      [[{ type: 'phone', options: { preferredMethod: 'sms' } }, { type: 'email' }]],
      (api) =>
        api.authentication?.challengeWithAny?.([
          { type: 'phone', options: { preferredMethod: 'sms' } },
          { type: 'email' },
        ]),
    ],
    [
      'authentication.enrollWith',
      [{ type: 'push' }, { additionalFactors: [{ type: 'otp' }] }],
      (api) =>
        api.authentication?.enrollWith?.(
          { type: 'push' },
          { additionalFactors: [{ type: 'otp' }] },
        ),
    ],
    [
      'authentication.setPrimaryUser',
      ['auth0|1'],
      (api) => api.authentication?.setPrimaryUser?.('auth0|1'),
    ],
    [
      'prompt.render',
      ['form', { fields: { a: 1 }, vars: {} }],
      (api) => api.prompt?.render?.('form', { fields: { a: 1 } }),
    ],
    [
      'session.revoke',
      ['stolen', { preserveRefreshTokens: false }],
      (api) => api.session?.revoke?.('stolen'),
    ],
    ['session.setExpiresAt', [1_500], (api) => api.session?.setExpiresAt?.(1_500.7)],
    ['session.setMetadata', ['k', ''], (api) => api.session?.setMetadata?.('k', '')],
    ['refreshToken.evictMetadata', [], (api) => api.refreshToken?.evictMetadata?.()],
  ];
  test.for(recorded)('records %s with its defaults', async ([method, args, call]) => {
    const result = await callPostLogin(call);
    expect(result).toMatchObject({ kind: 'completed', commands: [{ method, args }] });
  });

  test('multifactor.enable() does not record the keys of a service', async () => {
    const providerOptions = { host: 'h.example', ikey: 'i', skey: 'a secret key' };
    const result = await callPostLogin((api) =>
      api.multifactor?.enable?.('duo', { providerOptions }),
    );
    expect(JSON.stringify(result)).not.toContain('a secret key');
  });

  const edges: [name: string, within: Call, beyond: Call][] = [
    [
      'a key of 255 characters',
      (api) => api.session?.setMetadata?.('k'.repeat(255), 'v'.repeat(255)),
      (api) => api.session?.setMetadata?.('k'.repeat(256), 'v'),
    ],
    [
      'a value of 255 characters',
      (api) => api.refreshToken?.setMetadata?.('k', 'v'.repeat(255)),
      (api) => api.refreshToken?.setMetadata?.('k', 'v'.repeat(256)),
    ],
    [
      '25 keys of metadata',
      (api) => {
        for (let at = 0; at < 25; at += 1) api.session?.setMetadata?.(`k${at}`, 'v');
        api.session?.setMetadata?.('k3', 'again');
        api.session?.deleteMetadata?.('k0');
        api.session?.setMetadata?.('k25', 'v');
      },
      (api) => {
        for (let at = 0; at < 26; at += 1) api.session?.setMetadata?.(`k${at}`, 'v');
      },
    ],
    [
      '20 factors',
      (api) => api.authentication?.challengeWithAny?.(Array(20).fill({ type: 'otp' })),
      (api) => api.authentication?.challengeWithAny?.(Array(21).fill({ type: 'otp' })),
    ],
    [
      'options of 1 kB',
      (api) =>
        api.authentication?.challengeWith?.({ type: 'otp', options: { a: 'x'.repeat(1_016) } }),
      (api) =>
        api.authentication?.challengeWith?.({ type: 'otp', options: { a: 'x'.repeat(1_017) } }),
    ],
    [
      'values of a form of 16 kB',
      (api) => api.prompt?.render?.('f', { vars: { a: 'x'.repeat(16_355) } }),
      (api) => api.prompt?.render?.('f', { vars: { a: 'x'.repeat(16_356) } }),
    ],
    [
      'one primary user',
      (api) => api.authentication?.setPrimaryUser?.('auth0|1'),
      (api) => {
        api.authentication?.setPrimaryUser?.('auth0|1');
        api.authentication?.setPrimaryUser?.('auth0|1');
      },
    ],
    [
      'a time that a date can hold',
      (api) => api.session?.setExpiresAt?.(8.64e15),
      (api) => api.session?.setExpiresAt?.(8.64e15 + 1_024),
    ],
  ];
  test.for(edges)('takes %s, and no more', async ([, within, beyond]) => {
    expect(await callPostLogin(within)).toMatchObject({ kind: 'completed' });
    expect(await callPostLogin(beyond)).toMatchObject({ kind: 'failed' });
  });

  const exchangeEdges: [name: string, within: unknown, beyond: unknown][] = [
    ['five actors', actorOf(4), actorOf(5)],
    ['4 kB', { sub: 's', note: 'x'.repeat(4_075) }, { sub: 's', note: 'x'.repeat(4_076) }],
  ];
  test.for(exchangeEdges)('setActor() takes %s, and no more', async ([, within, beyond]) => {
    const call = (actor: unknown) =>
      runActions(
        [
          {
            onExecuteCustomTokenExchange: (_: unknown, api: CustomTokenExchangeAPI) =>
              api.authentication.setActor(actor as ActorParams),
          },
        ],
        { triggerId: 'custom-token-exchange' },
      );
    expect(await call(within)).toMatchObject([{ kind: 'completed' }]);
    expect(await call(beyond)).toMatchObject([{ kind: 'failed', error: { name: 'TypeError' } }]);
  });

  test('setUserByConnection() refuses attributes that a user does not have', async () => {
    const file = {
      onExecuteCustomTokenExchange: (_: unknown, api: CustomTokenExchangeAPI) =>
        api.authentication.setUserByConnection('Users', { user_id: '1', is_admin: true } as never, {
          creationBehavior: 'none',
          updateBehavior: 'none',
        }),
    };
    const [result] = await runActions([file], { triggerId: 'custom-token-exchange' });
    expect(result).toMatchObject({
      error: { message: expect.stringContaining('"user_attributes.is_admin" is no attribute') },
    });
  });

  test('recordMethod() throws where a login begins', async () => {
    const result = await callPostLogin((api) =>
      api.authentication?.recordMethod?.('https://mfa.example'),
    );
    expect(result).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining('only be called in the handler that continues') },
    });
  });

  test('samlResponse changes nothing, and the record says so once for each method', async () => {
    const file = {
      onExecutePostLogin: (_: unknown, api: PostLoginAPI) =>
        api.samlResponse
          .setAttribute('groups', ['a'])
          .samlResponse.setAttribute('groups', ['b'])
          .samlResponse.setSignResponse(true),
    };
    const [result] = await runActions([file]);
    expect(result).toMatchObject({ kind: 'completed', commands: [] });
    expect(result?.logs.map(({ message }) => message)).toEqual([
      'api.samlResponse.setAttribute changed nothing: applications do not log in by SAML here',
      'api.samlResponse.setSignResponse changed nothing: applications do not log in by SAML here',
    ]);
  });

  test('sets nothing for an undefined value, and says so', async () => {
    const result = await callPostLogin((api) => {
      api.idToken?.setCustomClaim?.('nickname', undefined);
      api.user?.setUserMetadata?.('nickname', undefined);
    });
    expect(result?.commands).toEqual([]);
    expect(result?.logs.map(({ message }) => message)).toEqual([
      'api.idToken.setCustomClaim: the value of "nickname" is undefined; nothing was set',
      'api.user.setUserMetadata: the value of "nickname" is undefined; nothing was set',
    ]);
  });

  test('takes values as they are at the call: getters run once, later changes are not seen', async () => {
    let reads = 0;
    const value = {
      list: [1],
      get secret() {
        reads += 1;
        return reads;
      },
      toJSON: undefined,
    };
    const result = await callPostLogin((api) => {
      api.idToken?.setCustomClaim?.('x', value);
      value.list.push(2);
    });
    expect(result?.commands).toEqual([
      { method: 'idToken.setCustomClaim', args: ['x', { list: [1], secret: 1 }] },
    ]);
    expect(reads).toBe(1);
  });

  test('keeps a "__proto__" inside a value as a plain member', async () => {
    const [first, second] = await runActions(
      [
        {
          onExecutePostLogin: (_: unknown, api: PostLoginAPI) =>
            api.user.setAppMetadata('x', JSON.parse('{"__proto__": {"admin": true}}')),
        },
        {
          onExecutePostLogin: (event: { user: { app_metadata: { x: { admin?: boolean } } } }) => {
            if (event.user.app_metadata.x.admin) throw new Error('polluted');
          },
        },
      ],
      { event: { user: { app_metadata: {} } } },
    );
    expect([first?.kind, second?.kind]).toEqual(['completed', 'completed']);
    expect(Object.prototype).not.toHaveProperty('admin');
  });

  const limits: [name: string, message: string, call: Call][] = [
    [
      'claims of both tokens',
      'the claims of a login exceed 102400 bytes',
      (api) => {
        api.idToken?.setCustomClaim?.('a', 'x'.repeat(60 * 1024));
        api.accessToken?.setCustomClaim?.('a', 'x'.repeat(60 * 1024));
      },
    ],
    [
      'user metadata',
      'the changes of user_metadata exceed 32768 bytes',
      (api) => api.user?.setUserMetadata?.('a', 'é'.repeat(17 * 1024)),
    ],
    [
      'app metadata',
      'the changes of app_metadata exceed 32768 bytes',
      (api) => {
        for (let at = 0; at < 40; at += 1) api.user?.setAppMetadata?.(`k${at}`, 'x'.repeat(1024));
      },
    ],
    [
      'a value of the transaction metadata',
      'a value of the transaction metadata exceeds 8192 bytes',
      (api) => api.transaction?.setMetadata?.('a', 'x'.repeat(8 * 1024)),
    ],
    [
      'the transaction metadata',
      'the transaction metadata exceeds 16384 bytes',
      (api) => {
        for (let at = 0; at < 3; at += 1)
          api.transaction?.setMetadata?.(`k${at}`, 'x'.repeat(7 * 1024));
      },
    ],
    [
      'scopes',
      'the changed scopes exceed 16384 bytes',
      (api) => {
        for (let at = 0; at < 100; at += 1) api.accessToken?.addScope?.(`${at}`.padEnd(280, 'x'));
      },
    ],
    [
      'calls',
      'more than 1000 calls',
      (api) => {
        for (;;) api.idToken?.setCustomClaim?.('a', 1);
      },
    ],
  ];
  test.for(limits)('limits %s', async ([, message, call]) => {
    const result = await callPostLogin(call);
    expect(result).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining(message) },
    });
  });

  test('lets a value replace an earlier one without counting both', async () => {
    const result = await callPostLogin((api) => {
      for (let at = 0; at < 10; at += 1) api.idToken?.setCustomClaim?.('a', 'x'.repeat(60 * 1024));
      for (let at = 0; at < 10; at += 1) {
        api.transaction?.setMetadata?.(`k${at}`, 'x'.repeat(7 * 1024));
        api.transaction?.setMetadata?.(`k${at}`, null);
      }
    });
    expect(result?.kind).toBe('completed');
  });

  test('of the other triggers checks its arguments too', async () => {
    const cases: [triggerId: string, message: string, call: Call][] = [
      ['credentials-exchange', 'api.access.deny: "code"', (api) => api.access?.deny?.()],
      [
        'credentials-exchange',
        'api.transaction.setTargetScopes: "scopes"',
        (api) => api.transaction?.setTargetScopes?.('a'),
      ],
      [
        'pre-user-registration',
        'api.access.deny: "userMessage"',
        (api) => api.access?.deny?.('internal'),
      ],
      [
        'pre-user-registration',
        'api.validation.error: "errorCode"',
        (api) => api.validation?.error?.(),
      ],
      ['post-user-registration', 'api.cache.delete: "key"', (api) => api.cache?.delete?.()],
    ];
    for (const [triggerId, message, call] of cases) {
      expect(await callPostLogin(call, triggerId)).toMatchObject({
        kind: 'failed',
        error: { message: expect.stringContaining(message) },
      });
    }
  });
});
