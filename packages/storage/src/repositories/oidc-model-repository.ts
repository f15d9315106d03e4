import type { JsonObject, OidcModel, OidcModelRepository, OidcModelUpsert } from '@tessera/model';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { NamedStatement } from '../database/session.ts';
import type { ArtefactSeal } from '../secrets/artefact-seal.ts';
import type { RepositoryContext } from './context.ts';
import { ARTEFACT_STATEMENTS, type ArtefactRow, statementsOf } from './oidc-statements.ts';
import { commitWrites } from './write-together.ts';

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
    /** By a key: a row, or a handful. */
    async find(
      statement: NamedStatement | undefined,
      model: string,
      value: unknown,
    ): Promise<readonly Row[]> {
      if (statement === undefined) return [];
      return await session.read<Row>(statement, [...keyOf(model), value]);
    },
    /** Of a person or a tenant: any number. */
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
    const [row] = await rows.find(statement, model, hash(value));
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
          : (await rows.find(statements.findByUid, model, hash(at.uid)))[0]?.id_hash;
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

function createWrites(context: RepositoryContext): Pick<OidcModelRepository, 'upsert' | 'write'> {
  const { tenantId, seal, nextLogId } = context;
  const toRow = ({ model, id, payload, expiresInSeconds }: OidcModelUpsert): ArtefactRow => {
    const idHash = seal.hash(id);
    return {
      tenant_id: tenantId,
      model,
      id_hash: idHash,
      payload: seal.seal(payload, { tenantId, model, idHash }),
      expires_at:
        expiresInSeconds === undefined ? null : new Date(Date.now() + 1000 * expiresInSeconds),
      ...columnsOf(payload, seal),
    };
  };
  const write: OidcModelRepository['write'] = (upserts, logEntries) =>
    commitWrites(context, {
      artefacts: upserts.map(toRow),
      logEntries: logEntries.map((entry) => ({ ...entry, tenantId, logId: nextLogId() })),
    });

  return {
    write,
    upsert: (model, id, payload, expiresInSeconds) =>
      write([{ model, id, payload, expiresInSeconds }], []),
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
      for (const row of await rows.find(statements.findByUid, model, hash(uid))) {
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
function columnsOf(payload: JsonObject, seal: ArtefactSeal) {
  const text = (name: string) => {
    const value = payload[name];
    return typeof value === 'string' ? value : undefined;
  };
  const hashed = (name: string) => {
    const value = text(name);
    return value === undefined ? null : seal.hash(value);
  };
  return {
    account_id: text('accountId') ?? null,
    client_id: text('clientId') ?? null,
    grant_hash: hashed('grantId'),
    uid_hash: hashed('uid'),
    user_code_hash: hashed('userCode'),
  };
}
