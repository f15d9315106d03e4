export { migrateDatabase } from './database/migrate.ts';
export { readServerVersion } from './database/read-server-version.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/start-embedded-postgres.ts';
export { type DatabaseAddress, type OpenStoreOptions, openStore } from './open-store.ts';
export { loadOrCreateMasterKey, parseMasterKey } from './secrets/master-key.ts';
export { createSecretBox, type SecretBox, type SecretContext } from './secrets/secret-box.ts';
