import {
  buildCredentialsExchangeEvent,
  buildPostChangePasswordEvent,
  buildPostLoginEvent,
  buildPostUserRegistrationEvent,
  buildPreUserRegistrationEvent,
  overlayEvent,
  SAMPLE_EVENTS,
} from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import {
  connection,
  loginFacts,
  machineFacts,
  registrationFacts,
  request,
  tenant,
  user,
} from './support/facts.ts';

const expectedRequest = {
  body: { note: 'x' },
  geoip: { continentCode: 'EU' },
  hostname: 'acme.example.com',
  ip: '203.0.113.7',
  language: 'de',
  method: 'GET',
};

describe('buildPostLoginEvent()', () => {
  test('builds the members of the contract, and nothing secret', () => {
    expect(buildPostLoginEvent(loginFacts)).toEqual({
      authentication: { methods: [{ name: 'pwd', timestamp: '2026-01-01T00:00:00.000Z' }] },
      authorization: { roles: ['editor'] },
      client: { client_id: 'client-1', name: 'Shop', metadata: { team: 'web' } },
      connection: { id: 'con_0000000000000001', name: 'Users', strategy: 'auth0', metadata: {} },
      request: { ...expectedRequest, query: { client_id: 'client-1' } },
      resource_server: { identifier: 'https://api.example.com/' },
      session: {
        id: 'session-1',
        user_id: 'auth0|1',
        created_at: '2026-01-01T00:00:00.000Z',
        authenticated_at: '2026-01-01T00:00:00.000Z',
      },
      stats: { logins_count: 3 },
      tenant: { id: 'acme' },
      transaction: {
        id: 'transaction-1',
        acr_values: [],
        correlation_id: 'correlation-1',
        metadata: {},
        protocol: 'oidc-basic-profile',
        redirect_uri: 'https://shop.example.com/callback',
        requested_scopes: ['openid', 'email'],
        response_mode: 'query',
        response_type: ['code'],
        state: 'app-state',
        ui_locales: ['de'],
      },
      user: {
        user_id: 'auth0|1',
        email: 'ada@example.com',
        email_verified: true,
        name: 'Ada',
        app_metadata: { plan: 'gold' },
        user_metadata: { theme: 'dark' },
        created_at: '2026-01-01T00:00:00.000Z',
        updated_at: '2026-01-01T00:00:00.000Z',
        identities: [{ connection: 'Users', provider: 'auth0', user_id: '1', isSocial: false }],
        enrolledFactors: [],
        multifactor: [],
      },
    });
  });

  test('tells what the flow knows of the session and the refresh token', () => {
    const [first, last] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-02T00:00:00Z')];
    const lifetime = {
      createdAt: first,
      expiresAt: last,
      idleExpiresAt: last,
      metadata: { note: 'x' },
      device: { initialIp: '203.0.113.7', lastIp: '203.0.113.8', lastUserAgent: 'browser' },
    };
    const event = buildPostLoginEvent({
      ...loginFacts,
      session: {
        ...lifetime,
        id: 's',
        authenticatedAt: first,
        updatedAt: last,
        lastInteractedAt: last,
        cookieMode: 'non-persistent',
        clientIds: ['client-1'],
      },
      refreshToken: {
        ...lifetime,
        lastExchangedAt: last,
        resourceServers: [{ audience: 'https://api.example.com/', scopes: 'read:items' }],
      },
    });
    const expected = {
      created_at: first.toISOString(),
      expires_at: last.toISOString(),
      idle_expires_at: last.toISOString(),
      metadata: { note: 'x' },
      device: { initial_ip: '203.0.113.7', last_ip: '203.0.113.8', last_user_agent: 'browser' },
    };
    expect(event.session).toEqual({
      ...expected,
      id: 's',
      user_id: 'auth0|1',
      authenticated_at: first.toISOString(),
      updated_at: last.toISOString(),
      last_interacted_at: last.toISOString(),
      cookie: { mode: 'non-persistent' },
      clients: [{ client_id: 'client-1' }],
    });
    expect(event.refresh_token).toMatchObject({
      ...expected,
      last_exchanged_at: last.toISOString(),
      resource_servers: [{ audience: 'https://api.example.com/', scopes: 'read:items' }],
    });
  });

  test('names the refresh token that is exchanged', () => {
    const refreshToken = { id: 'rt-1', createdAt: user.createdAt };
    expect(buildPostLoginEvent({ ...loginFacts, refreshToken })).toMatchObject({
      refresh_token: {
        id: 'rt-1',
        client_id: 'client-1',
        created_at: '2026-01-01T00:00:00.000Z',
        rotating: true,
        session_id: 'session-1',
        user_id: 'auth0|1',
      },
    });
  });

  test('cuts what is nested too deep, and keeps "__proto__" a plain member', () => {
    const bomb = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    const body = { bomb, ...JSON.parse('{"x": {"__proto__": {"admin": true}}}') };
    const event = buildPostLoginEvent({ ...loginFacts, request: { ...request, body } });
    expect(JSON.stringify(event).length).toBeLessThan(5_000);
    expect(Object.getPrototypeOf((event.request as { body: { x: object } }).body.x)).toBe(
      Object.prototype,
    );
    expect(event).not.toHaveProperty('request.body.x.admin');
  });
});

describe('buildCredentialsExchangeEvent()', () => {
  test('shows the token as it would be issued', () => {
    expect(buildCredentialsExchangeEvent(machineFacts)).toEqual({
      accessToken: { customClaims: {}, scope: ['read', 'write'] },
      client: { client_id: 'client-1', name: 'Shop', metadata: { team: 'web' } },
      request: { ...expectedRequest, method: 'POST' },
      resource_server: { identifier: 'https://api.example.com/' },
      tenant: { id: 'acme' },
      transaction: { requested_scopes: ['read'], target_scopes: ['read', 'write'] },
    });
  });
});

describe('buildPostChangePasswordEvent()', () => {
  test('says whose password was changed and when, and nothing of the profile', () => {
    const lastPasswordReset = new Date('2026-11-21T10:00:00.000Z');
    const facts = { tenant, connection, request, user: { ...user, lastPasswordReset } };
    const { body: _, ...requestWithoutBody } = expectedRequest;
    expect(buildPostChangePasswordEvent(facts)).toEqual({
      connection: { id: 'con_0000000000000001', name: 'Users', strategy: 'auth0', metadata: {} },
      request: requestWithoutBody,
      tenant: { id: 'acme' },
      user: {
        user_id: 'auth0|1',
        email: 'ada@example.com',
        email_verified: true,
        last_password_reset: '2026-11-21T10:00:00.000Z',
      },
    });
  });
});

describe('buildPreUserRegistrationEvent()', () => {
  test('has no id and no dates, for nothing is stored yet', () => {
    const event = buildPreUserRegistrationEvent(registrationFacts);
    expect(event.user).toEqual({
      email: 'ada@example.com',
      name: 'Ada',
      app_metadata: { plan: 'gold' },
      user_metadata: { theme: 'dark' },
    });
    expect(event.request).toEqual(expectedRequest);
    expect(event.transaction).toMatchObject({ locale: 'en', correlation_id: 'correlation-1' });
  });

  test('names a language of the tenant, whatever the browser wants', () => {
    const settings = { ...registrationFacts.tenant.settings, enabledLocales: ['ar', 'de'] };
    const tenant = { ...registrationFacts.tenant, settings };
    const transactionFor = (language: string) => {
      const facts = { ...registrationFacts, tenant, request: { ...request, language } };
      return buildPreUserRegistrationEvent(facts).transaction;
    };
    expect(transactionFor('de-AT')).toMatchObject({ locale: 'de' });
    expect(transactionFor('fr')).toMatchObject({ locale: 'ar' });
  });

  test('has neither client nor transaction when the management API creates the user', () => {
    const { client: _client, transaction: _transaction, ...facts } = registrationFacts;
    const event = buildPreUserRegistrationEvent(facts);
    expect(Object.keys(event).sort()).toEqual(['connection', 'request', 'tenant', 'user']);
  });
});

describe('buildPostUserRegistrationEvent()', () => {
  test('has the stored user, and neither body nor client', () => {
    const event = buildPostUserRegistrationEvent(registrationFacts);
    expect(event.user).toMatchObject({ user_id: 'auth0|1', email_verified: true });
    expect(event.request).not.toHaveProperty('body');
    expect(event).not.toHaveProperty('client');
    expect(event.transaction).not.toHaveProperty('correlation_id');
  });

  test('refuses a user without an id', () => {
    const { userId: _, ...unsaved } = user;
    expect(() => buildPostUserRegistrationEvent({ ...registrationFacts, user: unsaved })).toThrow(
      'needs a user that was stored',
    );
  });
});

describe('overlayEvent()', () => {
  test('merges objects and replaces everything else', () => {
    const sample = { user: { name: 'Ada', roles: ['a', 'b'], nested: { kept: 1 } }, stats: 5 };
    const given = { user: { name: null, roles: ['c'], nested: { added: 2 } }, stats: { n: 1 } };
    const before = structuredClone(sample);
    expect(overlayEvent(sample, given)).toEqual({
      user: { name: null, roles: ['c'], nested: { kept: 1, added: 2 } },
      stats: { n: 1 },
    });
    expect(sample).toEqual(before);
  });

  test('keeps "__proto__" a plain member', () => {
    const given = JSON.parse('{"__proto__": {"admin": true}, "user": {"__proto__": {"x": 1}}}');
    const event = overlayEvent(SAMPLE_EVENTS['post-login'], given);
    expect(event.admin).toBeUndefined();
    expect(event.user).not.toHaveProperty('x');
    expect(Object.hasOwn(event, '__proto__')).toBe(true);
  });

  test('refuses what is nested too deep', () => {
    const given = { bomb: JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) };
    expect(() => overlayEvent({}, given)).toThrow(
      expect.objectContaining({ code: 'invalid_body', message: expect.stringContaining('deeper') }),
    );
  });
});
