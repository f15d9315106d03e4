import type {
  ClientType,
  Connection,
  JsonObject,
  RefreshTokenPolicy,
  ResourceServer,
  TokenEndpointAuthMethod,
} from '@tessera/model';
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { instant, sequence, tenantId, textArray } from './columns.ts';

/** Applications. `client_secret` is encrypted. */
export const clients = pgTable(
  'clients',
  {
    tenantId: tenantId(),
    clientId: text('client_id').notNull(),
    name: text().notNull(),
    description: text(),
    type: text().$type<ClientType>(),
    isFirstParty: boolean('is_first_party').notNull(),
    clientSecret: text('client_secret').notNull(),
    tokenEndpointAuthMethod: text('token_endpoint_auth_method')
      .$type<TokenEndpointAuthMethod>()
      .notNull(),
    grantTypes: textArray('grant_types').notNull(),
    callbacks: textArray('callbacks').notNull(),
    allowedLogoutUrls: textArray('allowed_logout_urls').notNull(),
    webOrigins: textArray('web_origins').notNull(),
    allowedOrigins: textArray('allowed_origins').notNull(),
    initiateLoginUri: text('initiate_login_uri'),
    logoUri: text('logo_uri'),
    metadata: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    oidcConformant: boolean('oidc_conformant').notNull(),
    idTokenLifetimeSeconds: integer('id_token_lifetime_seconds').notNull(),
    idTokenAlg: text('id_token_alg').$type<'RS256' | 'HS256'>().notNull(),
    refreshToken: jsonb('refresh_token').$type<RefreshTokenPolicy>().notNull(),
    requirePushedAuthorizationRequests: boolean('require_pushed_authorization_requests').notNull(),
    extra: jsonb().$type<JsonObject>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.clientId] }),
    index('clients_sequence').on(table.tenantId, table.sequence),
  ],
);

/** APIs. `signing_secret` is encrypted. */
export const resourceServers = pgTable(
  'resource_servers',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    identifier: text().notNull(),
    name: text().notNull(),
    scopes: jsonb().$type<ResourceServer['scopes']>().notNull(),
    signingAlg: text('signing_alg').$type<ResourceServer['signingAlg']>().notNull(),
    signingSecret: text('signing_secret'),
    tokenLifetimeSeconds: integer('token_lifetime_seconds').notNull(),
    tokenLifetimeForWebSeconds: integer('token_lifetime_for_web_seconds').notNull(),
    tokenDialect: text('token_dialect').$type<ResourceServer['tokenDialect']>().notNull(),
    allowOfflineAccess: boolean('allow_offline_access').notNull(),
    skipConsentForVerifiableFirstPartyClients: boolean(
      'skip_consent_for_verifiable_first_party_clients',
    ).notNull(),
    enforcePolicies: boolean('enforce_policies').notNull(),
    isSystem: boolean('is_system').notNull(),
    extra: jsonb().$type<JsonObject>().notNull(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique('resource_servers_identifier_unique').on(table.tenantId, table.identifier),
  ],
);

/** Audiences and scopes that clients may ask for by the client-credentials grant. */
export const clientGrants = pgTable(
  'client_grants',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    clientId: text('client_id').notNull(),
    audience: text().notNull(),
    scope: textArray('scope').notNull(),
    extra: jsonb().$type<JsonObject>().notNull(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('client_grants_client_audience_unique').on(
      table.tenantId,
      table.clientId,
      table.audience,
    ),
    index('client_grants_audience').on(table.tenantId, table.audience),
    foreignKey({
      name: 'client_grants_client_fk',
      columns: [table.tenantId, table.clientId],
      foreignColumns: [clients.tenantId, clients.clientId],
    }).onDelete('cascade'),
    foreignKey({
      name: 'client_grants_audience_fk',
      columns: [table.tenantId, table.audience],
      foreignColumns: [resourceServers.tenantId, resourceServers.identifier],
    })
      .onDelete('cascade')
      .onUpdate('cascade'),
  ],
);

/** Sources of users. */
export const connections = pgTable(
  'connections',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    name: text().notNull(),
    displayName: text('display_name'),
    strategy: text().$type<Connection['strategy']>().notNull(),
    enabledClients: textArray('enabled_clients').notNull(),
    isDomainConnection: boolean('is_domain_connection').notNull(),
    realms: textArray('realms').notNull(),
    metadata: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    options: jsonb().$type<JsonObject>().notNull(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique('connections_name_unique').on(table.tenantId, table.name),
  ],
);
