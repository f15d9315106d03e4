import type { JsonObject, OidcModel, OidcModelRepository, OidcModelUpsert } from '@tessera/model';
import { type BoundStatement, combineStatements } from '../database/combine-statements.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { NamedStatement, Session } from '../database/session.ts';
import type { RepositoryContext } from './context.ts';
import { appendStatement } from './log-repository.ts';
import { ARTEFACT_STATEMENTS, statementsOf } from './oidc-statements.ts';

/** Artefacts that one list names. */
const MAX_LISTED = 1000;

interface Row {
  readonly id_hash: Buffer;
  readonly payload: Buffer;
  readonly consumed_at: Date | null;
}

/** How rows of one tenant are found and read. */
function createRows({ tenantId, session, seal }: RepositoryContext) {
  const keyOf = (model: string) => (statementsOf(model).isGeneric ? [tenantId, model] : [tenantId]);
  return {
    keyOf,
    async list(
      statement: NamedStatement | undefined,
      model: string,
      value: unknown,
    ): Promise<readonly Row[]> {
      if (statement === undefined) return [];
      return await session.run<Row>(statement, [...keyOf(model), value]);
    },
    open: (model: string, row: Row): JsonObject =>
      seal.open(row.payload, { tenantId, model, idHash: row.id_hash }),
    async runAll(statements: readonly NamedStatement[], value: unknown): Promise<void> {
      for (const statement of statements) await session.run(statement, [tenantId, value]);
    },
  };
}

export function createOidcModelRepository(context: RepositoryContext): OidcModelRepository {
  const { tenantId, session, seal } = context;
  const hash = (id: string) => seal.hash(id);
  const rows = createRows(context);
  const findBy = async (
    statement: NamedStatement | undefined,
    model: string,
    value: string,
  ): Promise<OidcModel | undefined> => {
    const [row] = await rows.list(statement, model, hash(value));
    if (row === undefined) return undefined;
    const payload = rows.open(model, row);
    return { payload, ...(row.consumed_at !== null && { consumedAt: row.consumed_at }) };
  };

  return {
    ...createRevocations(context),
    ...createWrites(context),
    find: (model, id) => findBy(statementsOf(model).find, model, id),
    findByUid: (model, uid) => findBy(statementsOf(model).findByUid, model, uid),
    findByUserCode: (model, userCode) =>
      findBy(statementsOf(model).findByUserCode, model, userCode),
    list: async (model, accountId) => {
      const statements = statementsOf(model);
      const found =
        accountId === undefined
          ? await rows.list(statements.list, model, MAX_LISTED)
          : await rows.list(statements.findByAccountId, model, accountId);
      return found.slice(0, MAX_LISTED).map((row) => ({ payload: rows.open(model, row) }));
    },
    consume: async (model, id) => {
      const { consume } = statementsOf(model);
      return (await session.run(consume, [...rows.keyOf(model), hash(id)])).length === 1;
    },
    replace: async (model, at, { payload, expiresInSeconds }) => {
      const statements = statementsOf(model);
      const idHash =
        'id' in at
          ? hash(at.id)
          : (await rows.list(statements.findByUid, model, hash(at.uid)))[0]?.id_hash;
      if (idHash === undefined) return false;
      const replaced = await session.run(statements.replace, [
        ...rows.keyOf(model),
        idHash,
        seal.seal(payload, { tenantId, model, idHash }),
        new Date(Date.now() + 1000 * expiresInSeconds),
      ]);
      return replaced.length === 1;
    },
  };
}

/** A request writes three or four; more go in several statements. */
const MAX_TOGETHER = 6;

function createWrites(context: RepositoryContext): Pick<OidcModelRepository, 'upsert' | 'write'> {
  const { tenantId, session, seal } = context;
  const hash = (id: string) => seal.hash(id);
  const { keyOf } = createRows(context);
  const upsertStatement = (upsert: OidcModelUpsert): BoundStatement => {
    const { model, payload, expiresInSeconds } = upsert;
    const statements = statementsOf(model);
    const idHash = hash(upsert.id);
    const columns = columnsOf(payload, hash);
    return {
      statement: statements.upsert,
      values: [
        ...keyOf(model),
        idHash,
        seal.seal(payload, { tenantId, model, idHash }),
        expiresInSeconds === undefined ? null : new Date(Date.now() + 1000 * expiresInSeconds),
        ...statements.columns.map((column) => columns[column]),
      ],
    };
  };
  const runTogether = async (on: Session, parts: readonly BoundStatement[]): Promise<void> => {
    if (parts.length === 0) return;
    const { statement, values } = combineStatements(parts);
    await on.run(statement, values);
  };

  return {
    upsert: async (model, id, payload, expiresInSeconds) => {
      const { statement, values } = upsertStatement({ model, id, payload, expiresInSeconds });
      await session.run(statement, values);
    },
    write: async (upserts, logEntries) => {
      // One statement cannot write a row twice.
      const latest = new Map(upserts.map((upsert) => [`${upsert.model} ${upsert.id}`, upsert]));
      const parts = [...latest.values()].map(upsertStatement);
      const items = logEntries.map((entry) => ({ ...entry, tenantId, logId: context.nextLogId() }));
      if (items.length > 0) parts.push(appendStatement(items));
      if (parts.length <= MAX_TOGETHER) return await runTogether(session, parts);
      await session.transaction(async (tx) => {
        for (let at = 0; at < parts.length; at += MAX_TOGETHER) {
          await runTogether(tx, parts.slice(at, at + MAX_TOGETHER));
        }
      });
    },
  };
}

type Revocations = Pick<
  OidcModelRepository,
  | 'destroy'
  | 'destroyByUid'
  | 'revokeByGrantId'
  | 'revokeByAccountId'
  | 'revokeGrants'
  | 'deleteExpired'
>;

function createRevocations(context: RepositoryContext): Revocations {
  const { tenantId, session, seal } = context;
  const hash = (id: string) => seal.hash(id);
  const rows = createRows(context);
  return {
    destroy: async (model, id) => {
      await session.run(statementsOf(model).destroy, [...rows.keyOf(model), hash(id)]);
    },
    destroyByUid: async (model, uid) => {
      const statements = statementsOf(model);
      for (const row of await rows.list(statements.findByUid, model, hash(uid))) {
        await session.run(statements.destroy, [...rows.keyOf(model), row.id_hash]);
      }
    },
    revokeByGrantId: (grantId) => rows.runAll(ARTEFACT_STATEMENTS.revokeByGrantId, hash(grantId)),
    revokeByAccountId: (accountId) => rows.runAll(ARTEFACT_STATEMENTS.revokeByAccountId, accountId),
    revokeGrants: async (accountId, matches) => {
      const { findByAccountId, destroy } = statementsOf('Grant');
      for (const row of await rows.list(findByAccountId, 'Grant', accountId)) {
        if (!matches(rows.open('Grant', row))) continue;
        // Tokens first: what is left when this stops half-way must be found again.
        await rows.runAll(ARTEFACT_STATEMENTS.revokeByGrantId, row.id_hash);
        await session.run(destroy, [...rows.keyOf('Grant'), row.id_hash]);
      }
    },
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
