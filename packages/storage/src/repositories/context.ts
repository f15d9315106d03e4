import type { Execution, LogEntry, StoreChange } from '@tessera/model';
import type { EntityCache } from '../cache/entity-cache.ts';
import type { GroupCommit } from '../database/group-commit.ts';
import type { Session } from '../database/session.ts';
import type { ArtefactSeal } from '../secrets/artefact-seal.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { LogIdSource } from './log-id-source.ts';
import type { ArtefactRow } from './oidc-statements.ts';

export type TenantExecution = Execution & { readonly tenantId: string };
export type TenantLogEntry = LogEntry & { readonly tenantId: string };

/** What is durable as a whole or not at all. */
export interface Writes {
  /** Of several with one key the last counts. */
  readonly artefacts: readonly ArtefactRow[];
  readonly logEntries: readonly TenantLogEntry[];
}

/** What all repositories of a store share. */
export interface StoreContext {
  readonly cache: EntityCache;
  readonly secrets: SecretBox;
  readonly seal: ArtefactSeal;
  readonly executions: GroupCommit<TenantExecution>;
  /** Artefacts of the protocol and entries of the tenant log. */
  readonly writes: GroupCommit<Writes>;
  readonly nextLogId: LogIdSource;
}

/** What a repository runs on. Every statement of it names `tenantId`. */
export interface RepositoryContext extends StoreContext {
  readonly tenantId: string;
  readonly session: Session;
}

/** Reads through the cache, except in a transaction. */
export function readCached<T>(
  context: RepositoryContext,
  at: { readonly kind: StoreChange['kind']; readonly key: string },
  load: () => Promise<T>,
): Promise<T> {
  if (context.session.isTransaction) return load();
  return context.cache.read({ tenantId: context.tenantId, ...at }, load);
}
