import type { JsonObject, OidcModel, OidcModelRepository } from '@tessera/model';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { NamedStatement } from '../database/session.ts';
import type { RepositoryContext } from './context.ts';
import { ARTEFACT_STATEMENTS, type ArtefactStatements, statementsOf } from './oidc-statements.ts';

interface Row {
  readonly id_hash: Buffer;
  readonly payload: Buffer;
  readonly consumed_at: Date | null;
}

export function createOidcModelRepository(context: RepositoryContext): OidcModelRepository {
  const { tenantId, session, seal } = context;
  const hash = (id: string) => seal.hash(id);
  const keyOf = ({ isGeneric }: ArtefactStatements, model: string) =>
    isGeneric ? [tenantId, model] : [tenantId];
  const findBy = async (
    statement: NamedStatement | undefined,
    model: string,
    value: string,
  ): Promise<OidcModel | undefined> => {
    if (statement === undefined) return undefined;
    const key = keyOf(statementsOf(model), model);
    const [row] = await session.run<Row>(statement, [...key, hash(value)]);
    if (row === undefined) return undefined;
    const payload = seal.open(row.payload, { tenantId, model, idHash: row.id_hash });
    return { payload, ...(row.consumed_at !== null && { consumedAt: row.consumed_at }) };
  };
  const runAll = async (statements: readonly NamedStatement[], value: unknown) => {
    for (const statement of statements) await session.run(statement, [tenantId, value]);
  };

  return {
    upsert: async (model, id, payload, expiresInSeconds) => {
      const statements = statementsOf(model);
      const idHash = hash(id);
      const expiresAt =
        expiresInSeconds === undefined ? null : new Date(Date.now() + 1000 * expiresInSeconds);
      const columns = columnsOf(payload, hash);
      await session.run(statements.upsert, [
        ...keyOf(statements, model),
        idHash,
        seal.seal(payload, { tenantId, model, idHash }),
        expiresAt,
        ...statements.columns.map((column) => columns[column]),
      ]);
    },
    find: (model, id) => findBy(statementsOf(model).find, model, id),
    findByUid: (model, uid) => findBy(statementsOf(model).findByUid, model, uid),
    findByUserCode: (model, userCode) =>
      findBy(statementsOf(model).findByUserCode, model, userCode),
    consume: async (model, id) => {
      const statements = statementsOf(model);
      const key = keyOf(statements, model);
      return (await session.run(statements.consume, [...key, hash(id)])).length === 1;
    },
    destroy: async (model, id) => {
      const statements = statementsOf(model);
      await session.run(statements.destroy, [...keyOf(statements, model), hash(id)]);
    },
    revokeByGrantId: (grantId) => runAll(ARTEFACT_STATEMENTS.revokeByGrantId, hash(grantId)),
    revokeByAccountId: (accountId) => runAll(ARTEFACT_STATEMENTS.revokeByAccountId, accountId),
    deleteExpired: async (now) => {
      let total = 0;
      for (const statement of ARTEFACT_STATEMENTS.deleteExpired) {
        total += await deleteInBatches(
          async (maxRows) => (await session.run(statement, [tenantId, now, maxRows])).length,
        );
      }
      return total;
    },
  };
}

/** What of a payload is searched for, as columns have it. */
function columnsOf(payload: JsonObject, hash: (id: string) => Buffer) {
  const text = (name: string) => {
    const value = payload[name];
    return typeof value === 'string' ? value : undefined;
  };
  const hashed = (name: string) => {
    const value = text(name);
    return value === undefined ? null : hash(value);
  };
  return {
    account_id: text('accountId') ?? null,
    client_id: text('clientId') ?? null,
    grant_hash: hashed('grantId'),
    uid_hash: hashed('uid'),
    user_code_hash: hashed('userCode'),
  };
}
