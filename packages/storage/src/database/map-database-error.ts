import { AppError, type ErrorCode } from '@tessera/model';
import { DrizzleQueryError } from 'drizzle-orm';

/**
 * Turns whatever `pg` or Drizzle reject with into what callers may see. Texts of PostgreSQL hold values
 * ("Key (email)=(…) already exists"), and so does Drizzle's wrapper: none of them survives this function.
 */
export function mapDatabaseError(error: unknown): Error {
  const source = unwrap(error);
  if (source instanceof AppError) return source;
  const failure = describe(source);
  if (failure.code === undefined) {
    if (isLostConnection(failure.message)) return unavailable(failure);
    return source instanceof Error ? source : new Error('A statement failed', { cause: source });
  }
  if (failure.code === UNIQUE_VIOLATION) return uniqueViolation(failure);
  if (failure.code === FOREIGN_KEY_VIOLATION) return foreignKeyViolation(failure);
  if (UNSTORABLE_TEXT.has(failure.code)) {
    return new AppError(
      'invalid_body',
      'A value holds a character that cannot be stored (U+0000 or half of a surrogate pair)',
      { detail: publicFacts(failure) },
    );
  }
  if (isUnavailable(failure.code)) return unavailable(failure);
  return new Error(`PostgreSQL refused a statement (${publicFacts(failure)})`);
}

/** Whether the connection that rejected with `error` must not be used again. */
export function breaksConnection(error: unknown): boolean {
  const { code, message } = describe(unwrap(error));
  if (code === undefined) return true;
  return /^(08|57P|25P)/.test(code) || code.startsWith('E') || isLostConnection(message);
}

interface Failure {
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly message: string;
}

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const DISK_FULL = '53100';
/** Invalid text representation, untranslatable character, character not in repertoire. */
const UNSTORABLE_TEXT = new Set(['22P02', '22P05', '22021']);

/** Constraints whose violation has a code and text of its own; others are a `conflict`. */
const UNIQUE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  tenants_name_unique: ['tenant_exists', 'A tenant with that name already exists.'],
  tenants_pkey: ['tenant_exists', 'A tenant with that id already exists.'],
  users_email_unique: ['user_exists', 'The user already exists.'],
  users_username_unique: ['user_exists', 'The user already exists.'],
  users_phone_number_unique: ['user_exists', 'The user already exists.'],
  users_tenant_id_user_id_pk: ['user_exists', 'The user already exists.'],
  actions_name_unique: ['action_name_conflict', 'An action with that name already exists.'],
  action_modules_name_unique: [
    'module_name_conflict',
    'An action module with the same name already exists.',
  ],
  token_exchange_profiles_type_unique: [
    'conflict',
    'A token exchange profile with the same subject_token_type already exists.',
  ],
  resource_servers_identifier_unique: [
    'conflict',
    'A resource server with that identifier already exists.',
  ],
  client_grants_client_audience_unique: [
    'conflict',
    'The client already has a grant for that audience.',
  ],
  connections_name_unique: ['conflict', 'A connection with that name already exists.'],
  roles_name_unique: ['conflict', 'A role with that name already exists.'],
  groups_name_unique: ['conflict', 'A group with that name already exists.'],
};

function uniqueViolation(failure: Failure): AppError {
  const [code, message] = UNIQUE[failure.constraint ?? ''] ?? [
    'conflict',
    'The row already exists.',
  ];
  return new AppError(code, message, { detail: publicFacts(failure) });
}

/** What a missing row on the other side of a foreign key is called. */
const REFERENCES: readonly (readonly [suffix: string, code: ErrorCode, thing: string])[] = [
  ['tenants_id_fk', 'tenant_not_found', 'tenant'],
  ['_client_fk', 'not_found', 'client'],
  ['_audience_fk', 'not_found', 'resource server'],
  ['_connection_fk', 'not_found', 'connection'],
  ['_user_fk', 'not_found', 'user'],
  ['_role_fk', 'not_found', 'role'],
  ['_group_fk', 'not_found', 'group'],
  ['_action_fk', 'not_found', 'action'],
  ['_module_fk', 'not_found', 'action module'],
];

function foreignKeyViolation(failure: Failure): AppError {
  const match = REFERENCES.find(([suffix]) => failure.constraint?.endsWith(suffix));
  const [, code, thing] = match ?? ['', 'not_found', 'row it refers to'];
  return new AppError(code as ErrorCode, `The ${thing} does not exist.`, {
    detail: publicFacts(failure),
  });
}

function unavailable(failure: Failure): AppError {
  const message =
    failure.code === DISK_FULL
      ? 'The disk of the database is full.'
      : 'The database does not answer.';
  return new AppError('database_unavailable', message, { detail: publicFacts(failure) });
}

/**
 * Connection (08), rollback (40), resources (53), operator (57, statement timeout included), system (58),
 * authorization (28), no such database (3D), read-only server (25006), lock timeout (55P03); Node's E….
 */
function isUnavailable(code: string): boolean {
  return (
    /^(08|28|3D|40|53|57|58)/.test(code) ||
    code === '25006' ||
    code === '55P03' ||
    /^E[A-Z]/.test(code)
  );
}

/** `pg` rejects with plain errors when a connection goes away or does not come. */
function isLostConnection(message: string): boolean {
  return /connection|timeout|not queryable|Cannot use a pool after calling end/i.test(message);
}

function unwrap(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause !== undefined ? error.cause : error;
}

function describe(error: unknown): Failure {
  if (typeof error !== 'object' || error === null) {
    return { code: undefined, constraint: undefined, table: undefined, message: '' };
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const fields = error as { readonly [name: string]: unknown };
  return {
    code: text(fields.code),
    constraint: text(fields.constraint),
    table: text(fields.table),
    message: text(fields.message) ?? '',
  };
}

/** Names only, never values. PostgreSQL's own text is kept for errors in our SQL (class 42). */
function publicFacts({ code, constraint, table, message }: Failure): string {
  const facts = [code, constraint ?? table, code?.startsWith('42') ? message : undefined];
  return facts.filter((fact) => fact !== undefined).join(' ') || 'connection lost';
}
