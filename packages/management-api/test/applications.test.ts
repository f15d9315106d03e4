import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platformAudience } from '../src/index.ts';
import { baseUrlOf, TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('applications');
});
afterAll(() => management[Symbol.asyncDispose]());

const ok = (method: string, path: string, body?: unknown) => management.ok(method, path, body);
const findClient = (id: string) => management.storeOf().clients.find(id);
const audienceOfManagement = 'https://id.example.com/api/v2/';

describe('clients', () => {
  const methods: [type: string, method: string, grants: string[]][] = [
    ['spa', 'none', ['authorization_code', 'implicit', 'refresh_token']],
    ['native', 'none', ['authorization_code', 'implicit', 'refresh_token']],
    [
      'regular_web',
      'client_secret_post',
      ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
    ],
    [
      'non_interactive',
      'client_secret_post',
      ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
    ],
  ];
  test.for(methods)(
    'of the type %s authenticate by %s unless they say otherwise',
    async ([type, method, grants]) => {
      const created = await ok('POST', 'clients', { name: type, app_type: type });
      expect(created.grant_types).toEqual(grants);
      expect(created.token_endpoint_auth_method).toBeUndefined();
      expect(await findClient(created.client_id)).toMatchObject({
        type,
        tokenEndpointAuthMethod: method,
        idTokenAlg: 'RS256',
      });
    },
  );

  test('go through settings that the protocol acts on, and back', async () => {
    const settings = {
      name: 'shop',
      description: 'A shop',
      app_type: 'regular_web',
      logo_uri: 'https://shop.example.com/logo.png',
      callbacks: ['https://shop.example.com/callback'],
      allowed_logout_urls: ['https://shop.example.com'],
      web_origins: ['https://shop.example.com'],
      allowed_origins: ['https://*.shop.example.com'],
      initiate_login_uri: 'https://shop.example.com/login',
      oidc_conformant: true,
      is_first_party: false,
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
      jwt_configuration: { lifetime_in_seconds: 600, alg: 'HS256' },
      refresh_token: {
        rotation_type: 'rotating',
        expiration_type: 'expiring',
        leeway: 5,
        token_lifetime: 7_200,
        idle_token_lifetime: 3_600,
      },
      require_pushed_authorization_requests: true,
      client_metadata: { plan: 'gold' },
    };
    const created = await ok('POST', 'clients', settings);
    expect(created).toMatchObject(settings);
    expect(await findClient(created.client_id)).toMatchObject({
      callbacks: settings.callbacks,
      isFirstParty: false,
      idTokenLifetimeSeconds: 600,
      idTokenAlg: 'HS256',
      requirePushedAuthorizationRequests: true,
      tokenEndpointAuthMethod: 'client_secret_basic',
      refreshToken: {
        rotationType: 'rotating',
        expirationType: 'expiring',
        leewaySeconds: 5,
        lifetimeSeconds: 7_200,
        idleLifetimeSeconds: 3_600,
      },
      metadata: { plan: 'gold' },
    });
    const patched = await ok('PATCH', `clients/${created.client_id}`, {
      callbacks: [],
      client_metadata: { plan: null, seats: '5' },
      refresh_token: null,
      logo_uri: '',
    });
    expect(patched).toMatchObject({
      callbacks: [],
      client_metadata: { seats: '5' },
      refresh_token: { rotation_type: 'non-rotating' },
    });
    expect(patched.logo_uri).toBeUndefined();
    expect(await ok('GET', `clients/${created.client_id}`)).toEqual(patched);
  });

  test('keep settings that nothing acts on yet, and forget those that are set to null', async () => {
    const created = await ok('POST', 'clients', {
      name: 'addons',
      addons: { samlp: { audience: 'a' } },
      sso_disabled: true,
    });
    const path = `clients/${created.client_id}`;
    expect(await ok('GET', path)).toMatchObject({
      addons: { samlp: { audience: 'a' } },
      sso_disabled: true,
    });
    expect((await ok('PATCH', path, { addons: null })).addons).toBeUndefined();
  });

  test('get a new secret, and the old one is gone', async () => {
    const created = await ok('POST', 'clients', { name: 'rotate' });
    const rotated = await ok('POST', `clients/${created.client_id}/rotate-secret`);
    expect(rotated.client_secret).toMatch(/^\w{64}$/);
    expect(rotated.client_secret).not.toBe(created.client_secret);
    expect((await findClient(created.client_id))?.clientSecret).toBe(rotated.client_secret);
  });

  test('become public and confidential again as their method says', async () => {
    const { client_id: id } = await ok('POST', 'clients', {
      name: 'method',
      app_type: 'regular_web',
    });
    await ok('PATCH', `clients/${id}`, { token_endpoint_auth_method: 'none' });
    expect((await findClient(id))?.tokenEndpointAuthMethod).toBe('none');
    await ok('PATCH', `clients/${id}`, { token_endpoint_auth_method: null });
    expect((await findClient(id))?.tokenEndpointAuthMethod).toBe('client_secret_post');
    await ok('PATCH', `clients/${id}`, { app_type: 'spa' });
    expect((await findClient(id))?.tokenEndpointAuthMethod).toBe('none');
  });

  test('are listed in three dialects, with chosen fields', async () => {
    await management.addTenant('lists');
    const list = (query: string) => management.ok('GET', `clients?${query}`, undefined, 'lists');
    for (const [name, type] of [
      ['a', 'spa'],
      ['b', 'native'],
    ]) {
      await management.ok('POST', 'clients', { name, app_type: type }, 'lists');
    }
    const names = (clients: { name: string }[]) => clients.map(({ name }) => name);
    expect(names(await list('fields=name'))).toEqual(['Management API Client', 'a', 'b']);
    expect(await list('fields=name&include_totals=true&per_page=2&page=1')).toEqual({
      total: 3,
      start: 2,
      limit: 2,
      clients: [{ name: 'b' }],
    });
    const first = await list('fields=name&take=2');
    expect(names(first.clients)).toEqual(['Management API Client', 'a']);
    expect(await list(`fields=name&take=50&from=${first.next}`)).toEqual({
      clients: [{ name: 'b' }],
    });
    expect(names(await list('app_type=spa,native'))).toEqual(['a', 'b']);
    expect(await list('is_global=true&include_totals=true')).toMatchObject({
      total: 0,
      clients: [],
    });
    expect(
      (await list('fields=client_secret&include_fields=false'))[0].client_secret,
    ).toBeUndefined();
  });

  test('are gone after deletion, which can be repeated', async () => {
    const { client_id: id } = await ok('POST', 'clients', { name: 'gone' });
    expect((await management.request('DELETE', `clients/${id}`)).status).toBe(204);
    expect((await management.request('DELETE', `clients/${id}`)).status).toBe(204);
    expect((await management.request('GET', `clients/${id}`)).body).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'The client does not exist',
      errorCode: 'inexistent_client',
    });
    expect((await management.request('PATCH', `clients/${id}`, { body: {} })).status).toBe(404);
    expect((await management.request('POST', `clients/${id}/rotate-secret`)).status).toBe(404);
  });
});

describe('resource servers', () => {
  test('are found by id and by identifier, and keep their identifier', async () => {
    const identifier = 'https://api.example.com/orders';
    const created = await ok('POST', 'resource-servers', {
      identifier,
      scopes: [{ value: 'read:orders' }],
      enforce_policies: true,
    });
    expect(created).toMatchObject({
      signing_alg: 'RS256',
      token_lifetime: 86_400,
      token_lifetime_for_web: 7_200,
    });
    expect(await ok('GET', `resource-servers/${encodeURIComponent(identifier)}`)).toEqual(created);
    const changed = await management.request('PATCH', `resource-servers/${created.id}`, {
      body: { identifier: 'x' },
    });
    expect(changed.status).toBe(400);
    expect(await ok('PATCH', `resource-servers/${created.id}`, { scopes: [] })).toMatchObject({
      scopes: [],
    });
    const again = await management.request('POST', 'resource-servers', { body: { identifier } });
    expect(again.body.message).toBe('A resource server with the same identifier already exists.');
    expect(again.status).toBe(409);
    const list = await ok(
      'GET',
      `resource-servers?identifiers=${encodeURIComponent(identifier)}&include_totals=true`,
    );
    expect(list).toMatchObject({ total: 1, resource_servers: [{ id: created.id }] });
  });

  test('get a secret for HS256 unless they bring one', async () => {
    const created = await ok('POST', 'resource-servers', {
      identifier: 'urn:hs',
      signing_alg: 'HS256',
    });
    expect(created.signing_secret).toMatch(/^\w{64}$/);
    const rs = await ok('POST', 'resource-servers', { identifier: 'urn:rs' });
    expect(rs.signing_secret).toBeUndefined();
    expect(
      (await ok('PATCH', `resource-servers/${rs.id}`, { signing_alg: 'HS256' })).signing_secret,
    ).toMatch(/^\w{64}$/);
    for (const path of ['resource-servers', `resource-servers/${rs.id}`]) {
      const scopes = ['read:resource_servers'];
      const { text } = await management.request('GET', path, { scopes });
      expect(text).not.toContain('signing_secret');
      expect(JSON.stringify(await ok('GET', path))).toContain('signing_secret');
    }
  });

  test('of the system can neither be changed nor deleted', async () => {
    const key = encodeURIComponent(audienceOfManagement);
    const { is_system: isSystem } = await ok('GET', `resource-servers/${key}`);
    expect(isSystem).toBe(true);
    for (const [method, body] of [
      ['PATCH', { scopes: [] }],
      ['DELETE', undefined],
    ] as const) {
      const { status, body: answer } = await management.request(method, `resource-servers/${key}`, {
        body,
      });
      expect({ status, errorCode: answer.errorCode }).toEqual({
        status: 400,
        errorCode: 'operation_not_supported',
      });
    }
  });

  test('are gone after deletion, which can be repeated', async () => {
    const { id } = await ok('POST', 'resource-servers', { identifier: 'urn:gone' });
    expect((await management.request('DELETE', `resource-servers/${id}`)).status).toBe(204);
    expect((await management.request('DELETE', `resource-servers/${id}`)).status).toBe(204);
    expect((await management.request('GET', `resource-servers/${id}`)).body.errorCode).toBe(
      'inexistent_resource_server',
    );
  });
});

describe('changes of a client', () => {
  test('need the scope for keys where they set its secret, and no more than that', async () => {
    const { client_id } = await ok('POST', 'clients', { name: 'guarded' });
    const client_secret = 'a secret that is long enough';
    const patch = async (scope: string, body: object) =>
      (await management.request('PATCH', `clients/${client_id}`, { scopes: [scope], body })).status;

    expect(await patch('update:clients', { client_secret })).toBe(403);
    expect(await patch('update:clients', { name: 'renamed', client_secret })).toBe(403);
    expect(await patch('update:client_keys', { name: 'renamed' })).toBe(403);
    expect((await findClient(client_id))?.name).toBe('guarded');
    expect(await patch('update:clients', { name: 'renamed' })).toBe(200);
    expect(await patch('update:client_keys', { client_secret })).toBe(200);
    expect(await findClient(client_id)).toMatchObject({
      name: 'renamed',
      clientSecret: client_secret,
    });
  });
});

describe('client grants', () => {
  test('give scopes of an API to a client, once', async () => {
    const { client_id } = await ok('POST', 'clients', { name: 'grantee' });
    const audience = 'urn:granted';
    await ok('POST', 'resource-servers', {
      identifier: audience,
      scopes: [{ value: 'a' }, { value: 'b' }],
    });
    const body = { client_id, audience, scope: ['a'] };
    const created = await ok('POST', 'client-grants', body);
    expect(created).toEqual({
      id: expect.stringMatching(/^cgr_\w{16}$/),
      ...body,
      subject_type: 'client',
    });
    expect((await management.request('POST', 'client-grants', { body })).status).toBe(409);
    expect(
      await ok('PATCH', `client-grants/${created.id}`, { scope: ['a', 'b', 'a'] }),
    ).toMatchObject({ scope: ['a', 'b'] });
    const list = await ok(
      'GET',
      `client-grants?client_id=${client_id}&include_totals=true&take=50`,
    );
    expect(list).toMatchObject({ client_grants: [{ id: created.id }] });
    expect(await ok('GET', `client-grants?client_id=${client_id}&subject_type=user`)).toEqual([]);
    expect((await management.request('DELETE', `client-grants/${created.id}`)).status).toBe(204);
    expect((await management.request('GET', `client-grants/${created.id}`)).body).toMatchObject({
      message: 'The grant does not exist.',
      errorCode: 'inexistent_client_grant',
    });
  });

  test('never give a scope that the API does not have', async () => {
    const { client_id } = await ok('POST', 'clients', { name: 'greedy' });
    const { status, body } = await management.request('POST', 'client-grants', {
      body: { client_id, audience: audienceOfManagement, scope: ['read:clients', 'become:root'] },
    });
    expect(status).toBe(400);
    expect(body.message).toBe(`The API "${audienceOfManagement}" has no scope: become:root`);
  });

  test('give power over all tenants only in the name of who holds it', async () => {
    const store = management.storeOf();
    const audience = platformAudience(baseUrlOf({ name: 'default', isDefault: true }));
    const { client_id } = await ok('POST', 'clients', { name: 'climber' });
    const role = await ok('POST', 'roles', { name: 'climbers' });
    const as = async (subject: string) =>
      `Bearer ${await management.token(undefined, { claims: { sub: `${subject}@clients`, azp: subject } })}`;
    const permission = { resource_server_identifier: audience, permission_name: 'create:tenants' };
    const give = async (subject: string) => {
      const authorization = await as(subject);
      const grant = { client_id, audience, scope: ['create:tenants'] };
      const answers = [
        await management.request('POST', 'client-grants', { body: grant, authorization }),
        await management.request('POST', `roles/${role.id}/permissions`, {
          body: { permissions: [permission] },
          authorization,
        }),
      ];
      return answers.map(({ status }) => status);
    };

    expect(await give(client_id)).toEqual([403, 403]);
    expect(await store.clientGrants.findFor(client_id, audience)).toBeUndefined();
    const operator = await ok('POST', 'clients', { name: 'operator' });
    await store.clientGrants.create({
      id: 'cgr_operator00000000',
      clientId: operator.client_id,
      audience,
      scope: ['create:tenants'],
      extra: {},
    });
    expect(await give(operator.client_id)).toEqual([201, 201]);
    const grant = await store.clientGrants.findFor(client_id, audience);
    const widen = (scope: string[]) =>
      management.request('PATCH', `client-grants/${grant?.id}`, { body: { scope } });
    expect((await widen(['create:tenants', 'delete:tenants'])).status).toBe(403);
    expect((await widen(['create:tenants'])).status).toBe(200);
    expect((await widen([])).status).toBe(200);
  });

  test('need a client and an API that exist', async () => {
    const { client_id } = await ok('POST', 'clients', { name: 'lonely' });
    const statusOf = async (body: object) =>
      (await management.request('POST', 'client-grants', { body })).status;
    expect(await statusOf({ client_id: 'nobody', audience: audienceOfManagement, scope: [] })).toBe(
      404,
    );
    expect(await statusOf({ client_id, audience: 'urn:nothing', scope: [] })).toBe(404);
  });
});

describe('connections', () => {
  test('start with the password rules of a new database and keep what is set', async () => {
    const created = await ok('POST', 'connections', {
      name: 'people',
      strategy: 'auth0',
      show_as_button: true,
      metadata: { a: 'b' },
    });
    expect(created).toMatchObject({
      options: { passwordPolicy: 'good', brute_force_protection: true },
      realms: ['people'],
      show_as_button: true,
      enabled_clients: [],
    });
    const patched = await ok('PATCH', `connections/${created.id}`, {
      display_name: 'People',
      options: { disable_signup: true },
    });
    expect(patched).toMatchObject({
      display_name: 'People',
      options: { disable_signup: true, brute_force_protection: true },
      show_as_button: true,
    });
    expect(patched.options.passwordPolicy).toBeUndefined();
    expect(await ok('GET', `connections/${created.id}`)).toEqual(patched);
    expect(
      (
        await management.request('POST', 'connections', {
          body: { name: 'people', strategy: 'auth0' },
        })
      ).status,
    ).toBe(409);
    expect(
      await ok('GET', 'connections?name=people&strategy=auth0&take=1&fields=name'),
    ).toMatchObject({ connections: [{ name: 'people' }] });
    expect(await ok('GET', 'connections?strategy=google-oauth2&include_totals=true')).toMatchObject(
      { total: 0 },
    );
  });

  test('keep no values of configuration: nothing here runs scripts', async () => {
    const { text } = await management.request('POST', 'connections', {
      body: {
        name: 'scripts',
        strategy: 'auth0',
        options: { configuration: { KEY: 'the-value' } },
      },
    });
    expect(text).toContain('"KEY":"*****"');
    expect(text).not.toContain('the-value');
  });

  test('of other strategies are refused', async () => {
    const { status, body } = await management.request('POST', 'connections', {
      body: { name: 'g', strategy: 'google-oauth2' },
    });
    expect({ status, message: body.message }).toEqual({
      status: 400,
      message:
        'The strategy "google-oauth2" is not served here; use auth0 (a database), email, sms, or oidc with any OpenID provider.',
    });
  });

  test('cannot be given members that only this server may write', async () => {
    const { status } = await management.request('POST', 'connections', {
      body: {
        name: 'inner',
        strategy: 'auth0',
        options: { $settings: { authentication: { active: false } } },
      },
    });
    expect(status).toBe(400);
  });

  test('are switched on and off for clients', async () => {
    const { id } = await ok('POST', 'connections', { name: 'switch', strategy: 'auth0' });
    const { client_id } = await ok('POST', 'clients', { name: 'switched' });
    const path = `connections/${id}/clients`;
    expect(
      (await management.request('PATCH', path, { body: [{ client_id, status: true }] })).status,
    ).toBe(204);
    expect(await ok('GET', path)).toEqual({ clients: [{ client_id }] });
    const refused = await management.request('PATCH', path, {
      body: [
        { client_id, status: false },
        { client_id: 'nobody', status: true },
      ],
    });
    expect({ status: refused.status, message: refused.body.message }).toEqual({
      status: 400,
      message: 'The client does not exist: nobody',
    });
    expect(await ok('GET', path)).toEqual({ clients: [{ client_id }] });
    await ok('PATCH', path, [{ client_id, status: false }]);
    expect(await ok('GET', path)).toEqual({ clients: [] });
  });

  test('are deleted once, and then no longer there', async () => {
    const { id } = await ok('POST', 'connections', { name: 'deleted', strategy: 'auth0' });
    const first = await management.request('DELETE', `connections/${id}`);
    expect(first.status).toBe(202);
    expect(first.body.deleted_at).toMatch(/Z$/);
    expect((await management.request('DELETE', `connections/${id}`)).status).toBe(204);
    expect((await management.request('GET', `connections/${id}`)).body.errorCode).toBe(
      'inexistent_connection',
    );
  });
});
