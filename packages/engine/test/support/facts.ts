import type { CredentialsExchangeFacts, PostLoginFacts, RegistrationFacts } from '@tessera/engine';
import {
  type Client,
  type Connection,
  DEFAULT_TENANT_SETTINGS,
  type RequestFacts,
  type ResourceServer,
  type Tenant,
  type User,
} from '@tessera/model';

const CREATED = new Date('2026-01-01T00:00:00.000Z');

export const tenant: Tenant = {
  id: 'tenant-internal-id',
  name: 'acme',
  isDefault: true,
  settings: DEFAULT_TENANT_SETTINGS,
  createdAt: CREATED,
};

export const client: Client = {
  clientId: 'client-1',
  name: 'Shop',
  isFirstParty: true,
  clientSecret: 'never shown',
  tokenEndpointAuthMethod: 'client_secret_post',
  grantTypes: ['authorization_code'],
  callbacks: [],
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
    lifetimeSeconds: 1_000,
    idleLifetimeSeconds: 500,
  },
  requirePushedAuthorizationRequests: false,
  extra: { client_secret_history: ['never shown either'] },
  createdAt: CREATED,
  updatedAt: CREATED,
};

export const connection: Connection = {
  id: 'con_0000000000000001',
  name: 'Users',
  strategy: 'auth0',
  enabledClients: [],
  isDomainConnection: false,
  realms: [],
  metadata: {},
  options: { configuration: { key: 'never shown' } },
};

export const user: User = {
  userId: 'auth0|1',
  email: 'ada@example.com',
  emailVerified: true,
  name: 'Ada',
  identities: [{ connection: 'Users', provider: 'auth0', userId: '1', isSocial: false }],
  userMetadata: { theme: 'dark' },
  appMetadata: { plan: 'gold' },
  blocked: false,
  loginsCount: 3,
  createdAt: CREATED,
  updatedAt: CREATED,
};

export const request: RequestFacts = {
  ip: '203.0.113.7',
  method: 'GET',
  hostname: 'acme.example.com',
  language: 'de',
  geoip: { continentCode: 'EU' },
  query: { client_id: 'client-1' },
  body: { note: 'x' },
};

export const resourceServer: ResourceServer = {
  id: '000000000000000000000001',
  identifier: 'https://api.example.com/',
  name: 'API',
  scopes: [],
  signingAlg: 'RS256',
  signingSecret: 'never shown',
  tokenLifetimeSeconds: 1,
  tokenLifetimeForWebSeconds: 1,
  tokenDialect: 'access_token',
  allowOfflineAccess: false,
  skipConsentForVerifiableFirstPartyClients: true,
  enforcePolicies: false,
  isSystem: false,
  extra: {},
};

export const loginFacts: PostLoginFacts = {
  tenant,
  client,
  connection,
  user,
  request,
  roles: ['editor'],
  authenticationMethods: [{ name: 'pwd', timestamp: CREATED.toISOString() }],
  resourceServer,
  session: { id: 'session-1', createdAt: CREATED, authenticatedAt: CREATED },
  transaction: {
    id: 'transaction-1',
    protocol: 'oidc-basic-profile',
    requestedScopes: ['openid', 'email'],
    acrValues: [],
    uiLocales: ['de'],
    redirectUri: 'https://shop.example.com/callback',
    responseMode: 'query',
    responseType: ['code'],
    state: 'app-state',
    correlationId: 'correlation-1',
  },
};

export const machineFacts: CredentialsExchangeFacts = {
  tenant,
  client,
  resourceServer,
  request: { ...request, method: 'POST' },
  requestedScopes: ['read'],
  grantedScopes: ['read', 'write'],
};

export const registrationFacts: RegistrationFacts = {
  tenant,
  client,
  connection,
  user,
  request,
  transaction: loginFacts.transaction,
};
