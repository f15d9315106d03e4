import type {
  Client,
  Connection,
  NewClient,
  NewUser,
  ResourceServer,
  SigningKey,
} from '@tessera/model';
import { exportJWK, generateKeyPair } from 'jose';

export const CALLBACK = 'https://app.example.com/callback';
export const CLIENT_SECRET = 'x'.repeat(64);

export const CONNECTION: Connection = {
  id: 'con_0000000000000001',
  name: 'people',
  strategy: 'auth0',
  enabledClients: [],
  isDomainConnection: true,
  realms: ['people'],
  metadata: {},
  options: {},
};

/** A regular web application that may use every grant type. */
export function client(overrides: Partial<Client> & Pick<Client, 'clientId'>): NewClient {
  return {
    name: `Application ${overrides.clientId}`,
    type: 'regular_web',
    isFirstParty: true,
    clientSecret: CLIENT_SECRET,
    tokenEndpointAuthMethod: 'client_secret_post',
    grantTypes: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
    callbacks: [CALLBACK],
    allowedLogoutUrls: ['https://app.example.com/bye'],
    webOrigins: [],
    allowedOrigins: [],
    metadata: {},
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
    extra: {},
    ...overrides,
  };
}

let apis = 0;

export function api(
  overrides: Partial<ResourceServer> & Pick<ResourceServer, 'identifier'>,
): ResourceServer {
  apis += 1;
  return {
    id: apis.toString(16).padStart(24, '0'),
    name: overrides.identifier,
    scopes: [
      { value: 'read:items', description: 'See items' },
      { value: 'write:items', description: 'Change items' },
    ],
    signingAlg: 'RS256',
    tokenLifetimeSeconds: 3_600,
    tokenLifetimeForWebSeconds: 1_800,
    tokenDialect: 'access_token',
    allowOfflineAccess: true,
    skipConsentForVerifiableFirstPartyClients: true,
    enforcePolicies: false,
    isSystem: false,
    extra: {},
    ...overrides,
  };
}

export function user(name: string, overrides: Partial<NewUser> = {}): NewUser {
  const id = Buffer.from(name).toString('hex').padEnd(24, '0').slice(0, 24);
  return {
    userId: `auth0|${id}`,
    email: `${name}@example.com`,
    emailVerified: true,
    name: name.toUpperCase(),
    nickname: name,
    identities: [{ connection: CONNECTION.name, provider: 'auth0', userId: id, isSocial: false }],
    userMetadata: {},
    appMetadata: {},
    blocked: false,
    ...overrides,
  };
}

export async function signingKey(kid: string, state: SigningKey['state']): Promise<SigningKey> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const [publicJwk, privateJwk] = await Promise.all([
    exportJWK(pair.publicKey),
    exportJWK(pair.privateKey),
  ]);
  return {
    kid,
    alg: 'RS256',
    state,
    publicJwk: { ...publicJwk, kid, use: 'sig', alg: 'RS256' } as SigningKey['publicJwk'],
    privateJwk: { ...privateJwk, kid } as SigningKey['privateJwk'],
    createdAt: new Date(),
  };
}
