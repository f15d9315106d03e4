import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_CONNECTION_NAME } from '../src/index.ts';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('people');
});
afterAll(() => management[Symbol.asyncDispose]());

const ok = (method: string, path: string, body?: unknown) => management.ok(method, path, body);
const password = 'Correct-horse-9';

async function createUser(members: object = {}) {
  count += 1;
  return await ok('POST', 'users', {
    connection: DEFAULT_CONNECTION_NAME,
    email: `user${count}@example.com`,
    password,
    ...members,
  });
}
const pathOf = (user: { user_id: string }) => `users/${encodeURIComponent(user.user_id)}`;

describe('users', () => {
  test('are created without answering a password, and found by id and e-mail', async () => {
    const { status, body, text } = await management.request('POST', 'users', {
      body: {
        connection: DEFAULT_CONNECTION_NAME,
        email: 'Ada@Example.com',
        password,
        given_name: 'Ada',
        app_metadata: { plan: 'gold' },
      },
    });
    expect(status).toBe(201);
    expect(text).not.toContain(password);
    expect(body).toMatchObject({
      user_id: expect.stringMatching(/^auth0\|[0-9a-f]{24}$/),
      email: 'ada@example.com',
      email_verified: false,
      given_name: 'Ada',
      nickname: 'ada',
      app_metadata: { plan: 'gold' },
      identities: [{ connection: DEFAULT_CONNECTION_NAME, provider: 'auth0', isSocial: false }],
    });
    expect(await ok('GET', pathOf(body))).toEqual(body);
    expect(await ok('GET', 'users-by-email?email=ADA@example.com')).toEqual([body]);
    expect(
      await ok(
        'GET',
        `users?q=${encodeURIComponent('email:"ada@example.com"')}&search_engine=v3&include_totals=true`,
      ),
    ).toEqual({
      total: 1,
      start: 0,
      limit: 50,
      length: 1,
      users: [body],
    });
    expect(await ok('GET', `${pathOf(body)}?fields=email,user_id`)).toEqual({
      email: body.email,
      user_id: body.user_id,
    });
  });

  test('of one address exist once', async () => {
    const { email } = await createUser();
    const { status, body } = await management.request('POST', 'users', {
      body: { connection: DEFAULT_CONNECTION_NAME, email, password },
    });
    expect({ status, body }).toEqual({
      status: 409,
      body: {
        statusCode: 409,
        error: 'Conflict',
        message: 'The user already exists.',
        errorCode: 'auth0_idp_error',
      },
    });
  });

  test('need a connection that exists and a password that is strong enough', async () => {
    const send = (body: object) =>
      management.request('POST', 'users', {
        body: { email: 'weak@example.com', password, connection: DEFAULT_CONNECTION_NAME, ...body },
      });
    expect((await send({ connection: 'nowhere' })).body.message).toBe(
      'The connection does not exist.',
    );
    const weak = await send({ password: '1234' });
    expect(weak.body).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: 'PasswordStrengthError: Password is too weak',
    });
    expect(weak.text).not.toContain('1234');
    const [connection] = await ok('GET', 'connections?strategy=auth0');
    const path = `connections/${connection.id}`;
    const { options } = connection;
    const dictionary = { enable: true, dictionary: ['Kaleidoscope-9'] };
    await ok('PATCH', path, { options: { ...options, password_dictionary: dictionary } });
    expect((await send({ password: 'kaleidoscope-9' })).body.message).toBe(
      'PasswordDictionaryError: Password is too common',
    );
    await ok('PATCH', path, { options });
    expect(await ok('GET', 'users-by-email?email=weak@example.com')).toEqual([]);
  });

  test('are changed; metadata is merged and null removes', async () => {
    const user = await createUser({ user_metadata: { a: 1, b: 2 } });
    const changed = await ok('PATCH', pathOf(user), {
      blocked: true,
      nickname: null,
      user_metadata: { b: null, c: 3 },
    });
    expect(changed).toMatchObject({ blocked: true, user_metadata: { a: 1, c: 3 } });
    expect(changed.nickname).toBeUndefined();
  });

  test('are changed in a connection that they have', async () => {
    const user = await createUser();
    const patch = (connection: string) =>
      management.request('PATCH', pathOf(user), { body: { connection, nickname: 'Nick' } });
    expect((await patch('nowhere')).body).toMatchObject({
      statusCode: 400,
      message: 'The connection does not exist.',
      errorCode: 'inexistent_connection',
    });
    expect((await patch(DEFAULT_CONNECTION_NAME)).body.nickname).toBe('Nick');
  });

  test('are changed in application metadata alone by a token for just that', async () => {
    const user = await createUser();
    const patch = (body: object) =>
      management.request('PATCH', pathOf(user), { scopes: ['update:users_app_metadata'], body });
    expect((await patch({ app_metadata: { a: 1 } })).status).toBe(200);
    expect((await patch({ blocked: true })).status).toBe(403);
    expect((await ok('GET', pathOf(user))).blocked).toBeUndefined();
  });

  test('are gone after deletion, which can be repeated', async () => {
    const user = await createUser();
    expect((await management.request('DELETE', pathOf(user))).status).toBe(204);
    expect((await management.request('DELETE', pathOf(user))).status).toBe(204);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['GET', '/roles'],
      ['GET', '/permissions'],
      ['GET', '/logs'],
    ]) {
      const body = method === 'PATCH' ? { blocked: true } : undefined;
      const answer = await management.request(method ?? '', `${pathOf(user)}${path}`, { body });
      expect(answer.body).toMatchObject({
        statusCode: 404,
        message: 'The user does not exist.',
        errorCode: 'inexistent_user',
      });
    }
  });

  test.for(['q=%22', 'sort=email:1', 'per_page=101'])(
    'are not listed by a wrong query: %s',
    async (query) => {
      const { status } = await management.request('GET', `users?${query}`);
      expect(status).toBe(query.startsWith('q=') ? 200 : 400);
    },
  );
});

describe('roles', () => {
  const identifier = 'urn:orders';
  const permission = (name: string) => ({
    permission_name: name,
    resource_server_identifier: identifier,
  });
  beforeAll(async () => {
    await ok('POST', 'resource-servers', {
      identifier,
      name: 'Orders',
      scopes: [{ value: 'read', description: 'Read' }, { value: 'write' }],
    });
  });

  test('are created, changed, listed and deleted', async () => {
    const created = await ok('POST', 'roles', { name: 'admin' });
    expect(created).toEqual({
      id: expect.stringMatching(/^rol_\w{16}$/),
      name: 'admin',
      type: 'tenant',
    });
    expect(await ok('GET', `roles/${created.id}`)).toEqual({ ...created, description: '' });
    expect(await ok('PATCH', `roles/${created.id}`, { description: 'May do all' })).toMatchObject({
      description: 'May do all',
    });
    expect(
      await ok('GET', 'roles?name_filter=ADM&include_totals=true&per_page=100&page=0'),
    ).toMatchObject({ total: 1, start: 0, limit: 100 });
    const { status, body } = await management.request('DELETE', `roles/${created.id}`);
    expect({ status, body }).toEqual({ status: 200, body: {} });
    expect((await management.request('DELETE', `roles/${created.id}`)).body).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'The role does not exist.',
    });
  });

  test('hold permissions of APIs that exist, and no others', async () => {
    const { id } = await ok('POST', 'roles', { name: 'clerk' });
    const path = `roles/${id}/permissions`;
    expect(
      (
        await management.request('POST', path, {
          body: { permissions: [permission('read'), permission('write')] },
        })
      ).status,
    ).toBe(201);
    expect(await ok('GET', `${path}?include_totals=true`)).toMatchObject({
      total: 2,
      permissions: [
        {
          permission_name: 'read',
          description: 'Read',
          resource_server_name: 'Orders',
          resource_server_identifier: identifier,
        },
        { permission_name: 'write' },
      ],
    });
    const refused = await management.request('POST', path, {
      body: { permissions: [permission('destroy')] },
    });
    expect({ status: refused.status, message: refused.body.message }).toEqual({
      status: 400,
      message: 'The API "urn:orders" has no permission: destroy',
    });
    const unknown = await management.request('POST', path, {
      body: { permissions: [{ permission_name: 'a', resource_server_identifier: 'urn:none' }] },
    });
    expect(unknown.status).toBe(404);
    expect(
      (await management.request('DELETE', path, { body: { permissions: [permission('write')] } }))
        .status,
    ).toBe(204);
    expect(await ok('GET', path)).toHaveLength(1);
  });

  test('are given to users from either side, and taken away', async () => {
    const user = await createUser();
    const { id } = await ok('POST', 'roles', { name: 'reader' });
    expect(
      (await management.request('POST', `${pathOf(user)}/roles`, { body: { roles: [id, id] } }))
        .status,
    ).toBe(204);
    expect(await ok('GET', `${pathOf(user)}/roles`)).toMatchObject([{ id, name: 'reader' }]);
    expect(await ok('GET', `roles/${id}/users?take=100&include_totals=true`)).toMatchObject({
      users: [{ user_id: user.user_id, email: user.email }],
    });
    expect(
      (await management.request('DELETE', `${pathOf(user)}/roles`, { body: { roles: [id] } }))
        .status,
    ).toBe(204);
    expect(await ok('GET', `${pathOf(user)}/roles?include_totals=true`)).toEqual({
      total: 0,
      start: 0,
      limit: 50,
      roles: [],
    });
    const assigned = await management.request('POST', `roles/${id}/users`, {
      body: { users: [user.user_id] },
    });
    expect({ status: assigned.status, body: assigned.body }).toEqual({ status: 200, body: {} });
    expect(
      (await management.request('POST', `roles/${id}/users`, { body: { users: ['auth0|nobody'] } }))
        .status,
    ).toBe(404);
    expect(
      (
        await management.request('POST', `${pathOf(user)}/roles`, {
          body: { roles: ['rol_nobody'] },
        })
      ).status,
    ).toBe(404);
  });

  test('are not needed for a permission of a user', async () => {
    const user = await createUser();
    const path = `${pathOf(user)}/permissions`;
    expect(
      (await management.request('POST', path, { body: { permissions: [permission('read')] } }))
        .status,
    ).toBe(201);
    expect(await ok('GET', path)).toEqual([
      {
        ...permission('read'),
        description: 'Read',
        resource_server_name: 'Orders',
        sources: [{ source_id: '', source_name: '', source_type: 'DIRECT' }],
      },
    ]);
    expect(
      (await management.request('DELETE', path, { body: { permissions: [permission('read')] } }))
        .status,
    ).toBe(204);
    expect(await ok('GET', path)).toEqual([]);
  });
});
