import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_SECRET } from './support/entities.ts';
import { claimsOf, getTokens, headerOf, postForm } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const SECRET = 's'.repeat(32);

describe('access tokens', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('tokens');
    await server.main.addClient({ clientId: 'web' });
    await server.main.addClient({ clientId: 'hs', idTokenAlg: 'HS256' });
    ({ userId } = await server.main.addUser('ada'));
    await server.main.addApi({ identifier: 'plain' });
    await server.main.addApi({ identifier: 'rbac', enforcePolicies: true });
    await server.main.addApi({
      identifier: 'rbac-authz',
      enforcePolicies: true,
      tokenDialect: 'access_token_authz',
    });
    await server.main.addApi({ identifier: 'rfc', tokenDialect: 'rfc9068_profile' });
    await server.main.addApi({
      identifier: 'rfc-authz',
      enforcePolicies: true,
      tokenDialect: 'rfc9068_profile_authz',
    });
    await server.main.addApi({ identifier: 'hs256', signingAlg: 'HS256', signingSecret: SECRET });
    await server.main.addApi({ identifier: 'management', isSystem: true });
    const role = { id: 'rol_0000000000000001', name: 'reader' };
    await server.main.store.roles.create(role);
    for (const resourceServerIdentifier of ['rbac', 'rbac-authz', 'rfc-authz']) {
      await server.main.store.roles.addPermissions(role.id, [
        { resourceServerIdentifier, permissionName: 'read:items' },
      ]);
      await server.main.store.clientGrants.create({
        id: `cgr_${resourceServerIdentifier}`,
        clientId: 'web',
        audience: resourceServerIdentifier,
        scope: ['write:items'],
        extra: {},
      });
    }
    await server.main.store.roles.assign(userId, [role.id]);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function tokenFor(audience: string): Promise<string> {
    const { body } = await getTokens(server.main, {
      clientId: 'web',
      userId,
      scope: 'openid read:items write:items',
      params: { audience },
    });
    return body.access_token;
  }

  async function machineTokenFor(audience: string): Promise<string> {
    const { body } = await postForm(`${server.main.url}/oauth/token`, {
      grant_type: 'client_credentials',
      client_id: 'web',
      client_secret: CLIENT_SECRET,
      audience,
    });
    return body.access_token;
  }

  test('without RBAC the scopes that are asked for are on the token', async () => {
    expect(claimsOf(await tokenFor('plain')).scope).toBe('openid read:items write:items');
  });

  test('with RBAC a token has only scopes that the person holds as permissions', async () => {
    const claims = claimsOf(await tokenFor('rbac'));

    expect(claims.scope).toBe('openid read:items');
    expect(claims).not.toHaveProperty('permissions');
  });

  test('the authz dialect names the permissions, of people and of machines', async () => {
    expect(claimsOf(await tokenFor('rbac-authz')).permissions).toEqual(['read:items']);
    expect(claimsOf(await machineTokenFor('rbac-authz')).permissions).toEqual(['write:items']);
  });

  test('permissions that are taken away are gone at the next exchange', async () => {
    const before = await tokenFor('rbac');
    await server.main.store.roles.unassign(userId, ['rol_0000000000000001']);
    const after = await tokenFor('rbac');
    await server.main.store.roles.assign(userId, ['rol_0000000000000001']);

    expect([claimsOf(before).scope, claimsOf(after).scope]).toEqual([
      'openid read:items',
      'openid',
    ]);
  });

  test('the scopes of the management API are never given without permission', async () => {
    expect(claimsOf(await tokenFor('management')).scope).toBe('openid');
  });

  test('the RFC 9068 profile has its header and members', async () => {
    const token = await tokenFor('rfc');

    expect(headerOf(token).typ).toBe('at+jwt');
    expect(claimsOf(token)).toMatchObject({
      client_id: 'web',
      jti: expect.any(String),
      scope: 'openid read:items write:items',
    });
    expect(claimsOf(token)).not.toHaveProperty('azp');
    expect(claimsOf(await tokenFor('rfc-authz')).permissions).toEqual(['read:items']);
    expect(claimsOf(await machineTokenFor('rfc-authz'))).toMatchObject({ sub: 'web@clients' });
  });

  test('HS256 tokens are signed with the secret of the API, and open no userinfo', async () => {
    const token = await tokenFor('hs256');
    const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET), {
      algorithms: ['HS256'],
    });
    const userinfo = await fetch(`${server.main.url}/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });

    expect(payload.aud).toBe('hs256');
    expect(userinfo.status).toBe(401);
  });

  test('HS256 ID tokens are signed with the secret of the application', async () => {
    const { body } = await getTokens(server.main, { clientId: 'hs', userId });
    const { payload } = await jwtVerify(body.id_token, new TextEncoder().encode(CLIENT_SECRET));

    expect(payload.sub).toBe(userId);
  });

  test('the userinfo endpoint as audience means an opaque token', async () => {
    expect(await tokenFor(`${server.main.url}/userinfo`)).not.toContain('.');
  });
});
