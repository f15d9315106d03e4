import { type BoundStatement, combineStatements } from '../database/combine-statements.ts';
import type { Session } from '../database/session.ts';
import { appendStatement } from './append-log-entries.ts';
import type { RepositoryContext, Writes } from './context.ts';
import { type ArtefactRow, type ArtefactStatements, statementsOf } from './oidc-statements.ts';

/** Resolves when they are durable; in a transaction, when they are written. */
export function commitWrites(context: RepositoryContext, writes: Writes): Promise<void> {
  if (context.session.isTransaction) return writeTogether(context.session, [writes]);
  return context.writes.add(writes);
}

/** Writes all of them in one statement. */
export async function writeTogether(session: Session, all: readonly Writes[]): Promise<void> {
  const parts: BoundStatement[] = [];
  for (const [statements, rows] of byTable(all.flatMap(({ artefacts }) => artefacts))) {
    const values = statements.inserted.map((column) => rows.map((row) => row[column] ?? null));
    parts.push({ statement: statements.upsertAll, values });
  }
  const logEntries = all.flatMap((writes) => writes.logEntries);
  if (logEntries.length > 0) parts.push(appendStatement(logEntries));
  if (parts.length === 0) return;
  const { statement, values } = combineStatements(parts);
  await session.run(statement, values);
}

/**
 * One statement cannot write a row twice, so only the last of each key is left. Rows are in the order of
 * their ids: two replicas that write the same rows then wait for each other, and do not lock each other out.
 */
function byTable(
  rows: readonly ArtefactRow[],
): ReadonlyMap<ArtefactStatements, readonly ArtefactRow[]> {
  const latest = new Map(rows.map((row) => [keyOf(row), row]));
  const ordered = [...latest].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Map.groupBy(
    ordered.map(([, row]) => row),
    ({ model }) => statementsOf(model),
  );
}

function keyOf({ tenant_id, model, id_hash }: ArtefactRow): string {
  return `${id_hash.toString('latin1')} ${model} ${String(tenant_id)}`;
}
