import { randomBytes } from 'node:crypto';
import { MANAGEMENT_SCOPES, PLATFORM_SCOPES } from '@tessera/api-contract';
import type { Store } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createSigningKey,
  DEFAULT_CONNECTION_NAME,
  ensureBootstrapClient,
  managementAudience,
  moveSystemApis,
  platformAudience,
  provisionTenant,
} from '../src/index.ts';
import { baseUrlOf, TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('provisioning');
});
afterAll(() => management[Symbol.asyncDispose]());

const values = (scopes: readonly { readonly value: string }[]) => scopes.map(({ value }) => value);
const names = async () => (await management.store.tenants.list()).map(({ name }) => name);
const services = () => ({
  store: management.store,
  clock: { now: () => new Date() },
  randomBytes,
  logger: management.logger,
});

describe('moveSystemApis()', () => {
  test('gives system APIs the new address; grants follow, other APIs stay', async () => {
    const baseUrl = 'http://moved.localhost:3000/';
    const { tenant, client } = await provisionTenant(services(), {
      name: 'moved',
      isDefault: false,
      baseUrl,
    });
    const store = management.store.tenant(tenant.id);
    const own = await store.resourceServers.findByIdentifier(managementAudience(baseUrl));
    const movedTo = 'https://moved.id.example.com/';
    await moveSystemApis(management.store, (any) =>
      any.name === 'moved' ? movedTo : baseUrlOf(any),
    );
    expect(
      await store.resourceServers.findByIdentifier(managementAudience(baseUrl)),
    ).toBeUndefined();
    expect(await store.resourceServers.findByIdentifier(managementAudience(movedTo))).toMatchObject(
      {
        id: own?.id,
      },
    );
    expect(
      await store.clientGrants.findFor(client.clientId, managementAudience(movedTo)),
    ).toBeDefined();
  });
});

describe('provisionTenant()', () => {
  test('makes a tenant that can be used at once', async () => {
    const baseUrl = baseUrlOf({ name: 'fresh', isDefault: false });
    const { tenant, client } = await provisionTenant(services(), {
      name: 'fresh',
      isDefault: false,
      baseUrl,
    });
    const store = management.store.tenant(tenant.id);
    expect((await store.signingKeys.list()).map(({ state }) => state)).toEqual(['current', 'next']);
    const api = await store.resourceServers.findByIdentifier(managementAudience(baseUrl));
    expect(api).toMatchObject({ isSystem: true, signingAlg: 'RS256' });
    expect(values(api?.scopes ?? [])).toEqual(values(MANAGEMENT_SCOPES));
    expect(await store.resourceServers.findByIdentifier(platformAudience(baseUrl))).toBeUndefined();
    expect(await store.connections.findByName(DEFAULT_CONNECTION_NAME)).toMatchObject({
      strategy: 'auth0',
      isDomainConnection: true,
      realms: [DEFAULT_CONNECTION_NAME],
    });
    expect(client).toMatchObject({ type: 'non_interactive', grantTypes: ['client_credentials'] });
    const grant = await store.clientGrants.findFor(client.clientId, managementAudience(baseUrl));
    expect(grant?.scope).toEqual(values(MANAGEMENT_SCOPES));
  });

  test('refuses a name that is taken and leaves the tenant of that name alone', async () => {
    const before = await names();
    const request = {
      name: 'default',
      isDefault: false,
      baseUrl: 'https://default.id.example.com/',
    };
    await expect(provisionTenant(services(), request)).rejects.toMatchObject({
      code: 'tenant_exists',
    });
    expect(await names()).toEqual(before);
  });

  test('leaves nothing behind when it fails on the way', async () => {
    const key = await createSigningKey('current', { randomBytes, now: new Date() });
    const before = await names();
    // Two keys of one id cannot both be stored.
    const failing = { ...services(), createKey: async () => key };
    const request = { name: 'half', isDefault: false, baseUrl: 'https://half.id.example.com/' };
    await expect(provisionTenant(failing, request)).rejects.toThrow();
    expect(await names()).toEqual(before);
  });

  test('tells the first failure when even the clean-up fails, and the operator both', async () => {
    const first = new Error('no connection');
    const store: Store = {
      ...management.store,
      tenants: {
        ...management.store.tenants,
        create: async (tenant) => ({ ...tenant, createdAt: new Date() }),
        delete: async () => {
          throw new Error('still no connection');
        },
      },
      tenant: () => {
        throw first;
      },
    };
    const request = { name: 'lost', isDefault: false, baseUrl: 'https://lost.id.example.com/' };
    await expect(provisionTenant({ ...services(), store }, request)).rejects.toBe(first);
    expect(management.logger.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'A half-made tenant could not be removed',
      }),
    );
  });
});

describe('ensureBootstrapClient()', () => {
  const baseUrl = baseUrlOf({ name: 'default', isDefault: true });
  const request = { clientId: 'bootstrap', clientSecret: 'a-long-enough-secret', baseUrl };

  test('makes a machine client with every management and platform scope, also when run again', async () => {
    await ensureBootstrapClient(services(), request);
    const store = management.storeOf();
    const [grant] = (await store.clientGrants.list({ page: 0, perPage: 10, clientId: 'bootstrap' }))
      .items;
    await store.clientGrants.update(grant?.id ?? '', { scope: [] });
    // As an earlier version of the server left it.
    const api = await store.resourceServers.findByIdentifier(managementAudience(baseUrl));
    await store.resourceServers.update(api?.id ?? '', { scopes: [] });
    const client = await ensureBootstrapClient(services(), {
      ...request,
      clientSecret: 'another-long-secret',
    });
    expect(client).toMatchObject({ clientId: 'bootstrap', clientSecret: 'another-long-secret' });
    const management_ = await store.clientGrants.findFor('bootstrap', managementAudience(baseUrl));
    const platform = await store.clientGrants.findFor('bootstrap', platformAudience(baseUrl));
    expect(management_?.scope).toEqual(values(MANAGEMENT_SCOPES));
    const known = await store.resourceServers.findByIdentifier(managementAudience(baseUrl));
    expect(known?.scopes).toEqual(MANAGEMENT_SCOPES);
    expect(platform?.scope).toEqual(values(PLATFORM_SCOPES));
  });

  test('rejects without a default tenant', async () => {
    const tenants = { ...management.store.tenants, findDefault: async () => undefined };
    const store: Store = { ...management.store, tenants };
    await expect(ensureBootstrapClient({ ...services(), store }, request)).rejects.toMatchObject({
      code: 'tenant_not_found',
    });
  });
});

describe('the platform API', () => {
  const platform = (method: string, path: string, options = {}) =>
    management.request(method, `/platform/v1/${path}`, options);

  test('creates a tenant, lists it, and deletes it with its processes', async () => {
    const created = await platform('POST', 'tenants', { body: { name: 'acme' } });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      name: 'acme',
      domain: 'acme.id.example.com',
      client_id: expect.stringMatching(/^\w{32}$/),
      client_secret: expect.stringMatching(/^\w{64}$/),
    });
    const { body } = await platform('GET', 'tenants');
    expect(body.tenants[0]).toMatchObject({
      name: 'default',
      domain: 'id.example.com',
      is_default: true,
    });
    expect(body.tenants.at(-1)).toMatchObject({ name: 'acme', is_default: false });
    const tenant = await management.store.tenants.findByName('acme');
    expect((await platform('DELETE', 'tenants/acme')).status).toBe(204);
    expect(await management.store.tenants.findByName('acme')).toBeUndefined();
    expect(management.runner.evicted).toEqual([tenant?.id]);
    expect((await platform('DELETE', 'tenants/acme')).status).toBe(404);
  });

  test('refuses a name that is taken, reserved or no label', async () => {
    const statusOf = async (name: string) =>
      (await platform('POST', 'tenants', { body: { name } })).status;
    expect(await statusOf('default')).toBe(409);
    expect(await statusOf('admin')).toBe(400);
    expect(await statusOf('Not A Label')).toBe(400);
    expect(await statusOf('evil.example.com')).toBe(400);
    expect(await statusOf('xn--a')).toBe(400);
  });

  test('keeps the default tenant', async () => {
    const { status, body } = await platform('DELETE', 'tenants/default');
    expect({ status, message: body.message }).toEqual({
      status: 409,
      message: 'The default tenant cannot be deleted.',
    });
  });

  test('is not there for other tenants, whatever their tokens say', async () => {
    await management.addTenant('other');
    const { status } = await management.request('GET', '/platform/v1/tenants', { tenant: 'other' });
    expect(status).toBe(404);
  });

  test('needs a token of its own: one for the management API is not enough', async () => {
    const token = await management.token(undefined, {
      claims: { aud: 'https://id.example.com/api/v2/' },
    });
    const { status } = await platform('GET', 'tenants', { authorization: `Bearer ${token}` });
    expect(status).toBe(401);
    expect((await platform('GET', 'tenants', { scopes: ['read:clients'] })).status).toBe(403);
  });
});
