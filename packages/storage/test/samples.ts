import { randomBytes, randomUUID } from 'node:crypto';
import {
  type Action,
  type ActionContent,
  type ClientGrant,
  type Connection,
  createClientGrantId,
  createClientId,
  createConnectionId,
  createExecutionId,
  createObjectId,
  createRoleId,
  type Execution,
  type NewClient,
  type NewLogEntry,
  type NewResourceServer,
  type NewUser,
  type Role,
  type SigningKey,
  type TenantStore,
} from '@tessera/model';

/** Valid entities with fresh ids; a test sets what it is about. */

export const firstPage = { page: 0, perPage: 100 } as const;

export function sampleClient(fields: Partial<NewClient> = {}): NewClient {
  return {
    clientId: createClientId(randomBytes),
    name: 'Shop',
    type: 'regular_web',
    isFirstParty: true,
    clientSecret: randomBytes(32).toString('hex'),
    tokenEndpointAuthMethod: 'client_secret_post',
    grantTypes: ['authorization_code', 'refresh_token'],
    callbacks: ['https://shop.example/callback'],
    allowedLogoutUrls: [],
    webOrigins: [],
    allowedOrigins: [],
    metadata: { team: 'web' },
    oidcConformant: true,
    idTokenLifetimeSeconds: 36_000,
    idTokenAlg: 'RS256',
    refreshToken: {
      rotationType: 'rotating',
      expirationType: 'expiring',
      leewaySeconds: 0,
      lifetimeSeconds: 2_592_000,
      idleLifetimeSeconds: 1_296_000,
    },
    requirePushedAuthorizationRequests: false,
    extra: { app_type: { nested: [1, null] } },
    ...fields,
  };
}

export function sampleApi(fields: Partial<NewResourceServer> = {}): NewResourceServer {
  return {
    id: createObjectId(randomBytes),
    identifier: `https://api.example/${randomUUID()}`,
    name: 'Orders',
    scopes: [{ value: 'read:orders', description: 'Read orders' }, { value: 'write:orders' }],
    signingAlg: 'RS256',
    tokenLifetimeSeconds: 86_400,
    tokenLifetimeForWebSeconds: 7_200,
    tokenDialect: 'access_token',
    allowOfflineAccess: true,
    skipConsentForVerifiableFirstPartyClients: true,
    enforcePolicies: false,
    isSystem: false,
    extra: {},
    ...fields,
  };
}

export function sampleClientGrant(
  fields: Pick<ClientGrant, 'clientId' | 'audience'> & Partial<ClientGrant>,
): ClientGrant {
  return { id: createClientGrantId(randomBytes), scope: ['read:orders'], extra: {}, ...fields };
}

export function sampleConnection(fields: Partial<Connection> = {}): Connection {
  return {
    id: createConnectionId(randomBytes),
    name: `users-${randomBytes(4).toString('hex')}`,
    strategy: 'auth0',
    enabledClients: [],
    isDomainConnection: false,
    realms: ['users'],
    metadata: {},
    options: { disable_signup: false },
    ...fields,
  };
}

export function sampleUser(connection: string, fields: Partial<NewUser> = {}): NewUser {
  const id = createObjectId(randomBytes);
  return {
    userId: `auth0|${id}`,
    email: `${id}@example.com`,
    emailVerified: false,
    identities: [{ connection, provider: 'auth0', userId: id, isSocial: false }],
    userMetadata: {},
    appMetadata: {},
    blocked: false,
    ...fields,
  };
}

export function sampleRole(fields: Partial<Role> = {}): Role {
  const id = createRoleId(randomBytes);
  return { id, name: `role ${id}`, ...fields };
}

export function sampleSigningKey(fields: Partial<SigningKey> = {}): SigningKey {
  const kid = randomBytes(12).toString('base64url');
  return {
    kid,
    alg: 'RS256',
    state: 'current',
    publicJwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid },
    privateJwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB', d: randomBytes(32).toString('hex'), kid },
    createdAt: new Date('2026-11-21T10:00:00.123Z'),
    ...fields,
  };
}

export function sampleContent(fields: Partial<ActionContent> = {}): ActionContent {
  return {
    code: 'exports.onExecutePostLogin = async () => {};',
    dependencies: [{ name: 'axios', version: 'latest' }],
    secrets: [
      {
        name: 'API_KEY',
        value: randomBytes(16).toString('hex'),
        updatedAt: new Date('2026-11-21T10:00:00.456Z'),
      },
    ],
    runtime: 'node22',
    supportedTriggers: [{ id: 'post-login', version: 'v3' }],
    ...fields,
  };
}

type NewAction = Omit<Action, 'createdAt' | 'updatedAt' | 'draftRevision' | 'diagnostics'>;

export function sampleAction(fields: Partial<NewAction> = {}): NewAction {
  const id = randomUUID();
  return { ...sampleContent(), id, name: `action ${id}`, status: 'pending', ...fields };
}

export function sampleExecution(fields: Partial<Execution> = {}): Execution {
  const at = new Date('2026-11-21T10:00:00.789Z');
  return {
    id: createExecutionId(randomBytes, at),
    triggerId: 'post-login',
    status: 'final',
    results: [
      {
        kind: 'completed',
        actionId: randomUUID(),
        actionName: 'enrich',
        versionId: randomUUID(),
        versionNumber: 1,
        startedAt: at,
        endedAt: new Date(at.getTime() + 5),
        commands: [{ method: 'accessToken.setCustomClaim', args: ['plan', 'gold'] }],
        logs: [{ level: 'log', time: at.toISOString(), message: 'hello' }],
        requests: [],
      },
    ],
    createdAt: at,
    updatedAt: at,
    ...fields,
  };
}

export function sampleLogEntry(fields: Partial<NewLogEntry> = {}): NewLogEntry {
  return {
    date: new Date('2026-11-21T10:00:00.000Z'),
    type: 's',
    description: 'Success',
    details: { actions: { executions: ['abc'] } },
    ...fields,
  };
}

/** A connection and a user in it. */
export async function createUser(tenant: TenantStore, fields: Partial<NewUser> = {}) {
  const connection = await tenant.connections.create(sampleConnection());
  const user = await tenant.users.create(sampleUser(connection.name, fields));
  return { connection, user };
}

/** An action with one built version that is deployed. */
export async function createDeployedAction(tenant: TenantStore, fields: Partial<NewAction> = {}) {
  const action = await tenant.actions.create(sampleAction(fields));
  const version = await tenant.actions.deploy(action.id, {
    ...sampleContent({ secrets: action.secrets, code: action.code }),
    id: randomUUID(),
    status: 'built',
    artifactHash: randomBytes(32).toString('hex'),
  });
  return { action, version };
}

export function sampleBinding(actionId: string, position: number, triggerId = 'post-login') {
  return { id: randomUUID(), triggerId, actionId, displayName: `no. ${position}`, position };
}
