import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant, tenantId } from './columns.ts';

/**
 * Artefacts of the protocol. Ids, uids, user codes and grant ids are kept as SHA-256 only; the payload,
 * which names some of them, is sealed with a key that only this row has.
 */
const artefact = () => ({
  tenantId: tenantId(),
  idHash: bytes('id_hash').notNull(),
  payload: bytes().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at'),
  consumedAt: instant('consumed_at'),
});

export const oidcSessions = pgTable(
  'oidc_sessions',
  { ...artefact(), uidHash: bytes('uid_hash'), accountId: text('account_id') },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.idHash] }),
    index('oidc_sessions_uid').on(table.tenantId, table.uidHash),
    index('oidc_sessions_account').on(table.tenantId, table.accountId),
    index('oidc_sessions_expires_at').on(table.expiresAt),
  ],
);

export const oidcGrants = pgTable(
  'oidc_grants',
  { ...artefact(), accountId: text('account_id'), clientId: text('client_id') },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.idHash] }),
    index('oidc_grants_account').on(table.tenantId, table.accountId),
    index('oidc_grants_client').on(table.tenantId, table.clientId),
    index('oidc_grants_expires_at').on(table.expiresAt),
  ],
);

export const oidcRefreshTokens = pgTable(
  'oidc_refresh_tokens',
  {
    ...artefact(),
    grantHash: bytes('grant_hash'),
    accountId: text('account_id'),
    clientId: text('client_id'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.idHash] }),
    index('oidc_refresh_tokens_grant').on(table.tenantId, table.grantHash),
    index('oidc_refresh_tokens_account').on(table.tenantId, table.accountId),
    index('oidc_refresh_tokens_client').on(table.tenantId, table.clientId),
    index('oidc_refresh_tokens_expires_at').on(table.expiresAt),
  ],
);

/** Everything short-lived: interactions, codes, device codes, pushed requests, opaque tokens, ... */
export const oidcModels = pgTable(
  'oidc_models',
  {
    ...artefact(),
    model: text().notNull(),
    uidHash: bytes('uid_hash'),
    userCodeHash: bytes('user_code_hash'),
    grantHash: bytes('grant_hash'),
    accountId: text('account_id'),
    clientId: text('client_id'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.model, table.idHash] }),
    index('oidc_models_uid')
      .on(table.tenantId, table.model, table.uidHash)
      .where(sql`${table.uidHash} is not null`),
    index('oidc_models_user_code')
      .on(table.tenantId, table.model, table.userCodeHash)
      .where(sql`${table.userCodeHash} is not null`),
    index('oidc_models_grant')
      .on(table.tenantId, table.grantHash)
      .where(sql`${table.grantHash} is not null`),
    index('oidc_models_account')
      .on(table.tenantId, table.accountId)
      .where(sql`${table.accountId} is not null`),
    index('oidc_models_client')
      .on(table.tenantId, table.clientId)
      .where(sql`${table.clientId} is not null`),
    index('oidc_models_expires_at').on(table.expiresAt),
  ],
);

/** Tables with rows that end when a user does. */
export const ARTEFACTS_OF_USERS = [
  oidcSessions,
  oidcGrants,
  oidcRefreshTokens,
  oidcModels,
] as const;
/** Tables with rows that end when a client does. */
export const ARTEFACTS_OF_CLIENTS = [oidcGrants, oidcRefreshTokens, oidcModels] as const;
