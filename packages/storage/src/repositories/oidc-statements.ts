import type { NamedStatement } from '../database/session.ts';

/** Columns that are filled from the payload. */
type ArtefactColumn = 'account_id' | 'client_id' | 'grant_hash' | 'uid_hash' | 'user_code_hash';

/** Columns that are written, as PostgreSQL has them. */
const TYPES = {
  tenant_id: 'text',
  model: 'text',
  id_hash: 'bytea',
  payload: 'bytea',
  expires_at: 'timestamptz',
  account_id: 'text',
  client_id: 'text',
  grant_hash: 'bytea',
  uid_hash: 'bytea',
  user_code_hash: 'bytea',
} as const;

type ArtefactRowColumn = keyof typeof TYPES;

/** What is written of one artefact. */
export type ArtefactRow = Readonly<
  Partial<Record<ArtefactRowColumn, Buffer | Date | string | null>>
> & {
  readonly model: string;
  readonly id_hash: Buffer;
};

/** The statements of one table. Parameters: tenant, model (generic table only), id's hash, ... */
export interface ArtefactStatements {
  /** The table holds many models, and `model` is part of its key. */
  readonly isGeneric: boolean;
  /** Columns that `upsertAll` writes. */
  readonly inserted: readonly ArtefactRowColumn[];
  /** Of any number of rows. Each parameter is an array of a column, in the order of `inserted`. */
  readonly upsertAll: NamedStatement;
  readonly find: NamedStatement;
  readonly findByUid: NamedStatement | undefined;
  readonly findByUserCode: NamedStatement | undefined;
  readonly findByAccountId: NamedStatement | undefined;
  /** Parameter: rows at most. */
  readonly list: NamedStatement;
  /** Then payload and expiry. Returns the row that it replaced. */
  readonly replace: NamedStatement;
  /** Returns a row for exactly one of any number of callers. */
  readonly consume: NamedStatement;
  readonly destroy: NamedStatement;
}

interface ArtefactTable {
  readonly table: string;
  readonly columns: readonly ArtefactColumn[];
}

const SESSIONS: ArtefactTable = { table: 'oidc_sessions', columns: ['uid_hash', 'account_id'] };
const GRANTS: ArtefactTable = { table: 'oidc_grants', columns: ['account_id', 'client_id'] };
const REFRESH_TOKENS: ArtefactTable = {
  table: 'oidc_refresh_tokens',
  columns: ['grant_hash', 'account_id', 'client_id'],
};
const OTHERS: ArtefactTable = {
  table: 'oidc_models',
  columns: ['grant_hash', 'account_id', 'client_id', 'uid_hash', 'user_code_hash'],
};
const TABLES = [SESSIONS, GRANTS, REFRESH_TOKENS, OTHERS];

const GENERIC = createStatements(OTHERS, true);
const BY_MODEL: ReadonlyMap<string, ArtefactStatements> = new Map([
  ['Session', createStatements(SESSIONS, false)],
  ['Grant', createStatements(GRANTS, false)],
  ['RefreshToken', createStatements(REFRESH_TOKENS, false)],
]);

export function statementsOf(model: string): ArtefactStatements {
  return BY_MODEL.get(model) ?? GENERIC;
}

/** Statements over all tables. Parameters: tenant, then a value. */
export const ARTEFACT_STATEMENTS = {
  revokeByGrantId: deletesBy('grant_hash'),
  revokeByAccountId: deletesBy('account_id'),
  /** Parameters: tenant, time, rows at most. Returns a row for each that it deleted. */
  deleteExpired: TABLES.map(({ table }) => ({
    name: `${table}_delete_expired`,
    text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table}
      WHERE tenant_id = $1 AND expires_at <= $2 LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING 1`,
  })),
};

function deletesBy(column: ArtefactColumn): readonly NamedStatement[] {
  return TABLES.filter(({ columns }) => columns.includes(column)).map(({ table }) => ({
    name: `${table}_delete_by_${column}`,
    text: `DELETE FROM ${table} WHERE tenant_id = $1 AND ${column} = $2`,
  }));
}

function createStatements(
  { table, columns }: ArtefactTable,
  isGeneric: boolean,
): ArtefactStatements {
  const key: readonly ArtefactRowColumn[] = isGeneric ? ['tenant_id', 'model'] : ['tenant_id'];
  const ofKey = key.map((column, at) => `${column} = $${at + 1}`).join(' AND ');
  const value = `$${key.length + 1}`;
  const isAlive = '(expires_at IS NULL OR expires_at > now())';
  const byId = `${ofKey} AND id_hash = ${value}`;

  const inserted: readonly ArtefactRowColumn[] = [
    ...key,
    'id_hash',
    'payload',
    'expires_at',
    ...columns,
  ];
  const parameters = inserted.map((name, at) => `$${at + 1}::${TYPES[name]}[]`);
  const updated = ['payload', 'expires_at', ...columns].map((name) => `${name} = excluded.${name}`);
  const findBy = (column: ArtefactColumn) => ({
    name: `${table}_find_by_${column}`,
    text: `SELECT id_hash, payload, consumed_at FROM ${table}
      WHERE ${ofKey} AND ${column} = ${value} AND ${isAlive}`,
  });

  return {
    isGeneric,
    inserted,
    upsertAll: {
      name: `${table}_upsert_all`,
      text: `INSERT INTO ${table} (${inserted.join(', ')}) SELECT * FROM unnest(${parameters.join(', ')})
        ON CONFLICT (${[...key, 'id_hash'].join(', ')}) DO UPDATE SET ${updated.join(', ')}`,
    },
    find: {
      name: `${table}_find`,
      text: `SELECT id_hash, payload, consumed_at FROM ${table} WHERE ${byId} AND ${isAlive}`,
    },
    findByUid: columns.includes('uid_hash') ? findBy('uid_hash') : undefined,
    findByUserCode: columns.includes('user_code_hash') ? findBy('user_code_hash') : undefined,
    findByAccountId: columns.includes('account_id') ? findBy('account_id') : undefined,
    list: {
      name: `${table}_list`,
      text: `SELECT id_hash, payload, consumed_at FROM ${table}
        WHERE ${ofKey} AND ${isAlive} ORDER BY created_at LIMIT ${value}`,
    },
    replace: {
      name: `${table}_replace`,
      text: `UPDATE ${table} SET payload = $${key.length + 2}, expires_at = $${key.length + 3}
        WHERE ${byId} AND ${isAlive} RETURNING 1`,
    },
    consume: {
      name: `${table}_consume`,
      text: `UPDATE ${table} SET consumed_at = now()
        WHERE ${byId} AND consumed_at IS NULL AND ${isAlive} RETURNING 1`,
    },
    destroy: { name: `${table}_destroy`, text: `DELETE FROM ${table} WHERE ${byId}` },
  };
}
