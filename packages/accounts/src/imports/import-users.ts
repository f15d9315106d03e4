import {
  type Clock,
  type Connection,
  createObjectId,
  type Job,
  type JobAttempt,
  type JsonObject,
  type JsonValue,
  type RandomBytes,
  type Store,
  type TenantStore,
  type User,
  type UserIdentifier,
} from '@tessera/model';
import { z } from 'zod';
import { defaultPicture, isStorable } from '../account-input.ts';
import { parseDatabaseOptions } from '../database-options.ts';
import { LIMITS } from '../limits.ts';
import { type ImportError, type ImportedUser, parseImportedUser } from './imported-user.ts';

/** Rows that are written, and told of, at once: a worker that dies repeats at most that many. */
const BATCH_ROWS = 50;
/** Rows whose errors are told; the summary counts the others too. They are written again with each batch. */
const MAX_TOLD_ROWS = 1000;
/** Largest file of users, bytes, as the hosted service has it. */
export const MAX_IMPORT_BYTES = 512_000;

/** What a management job of this kind keeps for the worker. */
export interface ImportInput {
  /** The file as it came. */
  readonly users: string;
  readonly connectionId: string;
  readonly upsert: boolean;
}
const inputSchema = z.object({ users: z.string(), connectionId: z.string(), upsert: z.boolean() });

/** How far an import is; part of the job's `content`, so that a retry goes on where the last one ended. */
const progressSchema = z.object({
  done: z.number().default(0),
  summary: z
    .object({
      failed: z.number(),
      updated: z.number(),
      inserted: z.number(),
      total: z.number(),
    })
    .default({ failed: 0, updated: 0, inserted: 0, total: 0 }),
  errors: z.array(z.unknown()).default([]),
});
type Progress = z.output<typeof progressSchema>;

interface ImportServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** Imports the users of a management job. No Actions run: nobody signed up. Writes `sui` or `fui`. */
export function createImportUsersHandler(
  services: ImportServices,
): (job: Extract<Job, { kind: 'import-users' }>, attempt: JobAttempt) => Promise<void> {
  return async ({ tenantId, jobId }, { signal }) => {
    if ((await services.store.tenants.find(tenantId)) === undefined) return;
    const store = services.store.tenant(tenantId);
    const job = await store.managementJobs.find(jobId);
    const stored = await store.managementJobs.findInput(jobId);
    if (job === undefined || stored === undefined) return;
    const input: ImportInput = inputSchema.parse(stored);
    const connection = await store.connections.find(input.connectionId);
    const rows = readRows(input.users);
    if (connection === undefined || rows === undefined) {
      const details = connection
        ? 'Failed to parse users file JSON when importing users. Make sure it is valid JSON.'
        : 'The connection does not exist any more.';
      const content = { ...job.content, status_details: details };
      await store.managementJobs.update(jobId, { status: 'failed', content });
      await log(services, store, { connection, type: 'fui', description: details });
      return;
    }
    const run = { services, store, connection, input, jobId, content: job.content };
    let progress = progressSchema.parse(job.content);
    while (progress.done < rows.length) {
      if (signal.aborted) throw new Error('The import was stopped; it goes on with the next try');
      progress = await importBatch(run, rows, progress);
    }
    await finish(run, { ...progress, summary: { ...progress.summary, total: rows.length } });
  };
}

interface ImportRun {
  readonly services: ImportServices;
  readonly store: TenantStore;
  readonly connection: Connection;
  readonly input: ImportInput;
  readonly jobId: string;
  readonly content: JsonObject;
}

function readRows(text: string): readonly unknown[] | undefined {
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) ? rows : undefined;
  } catch {
    return undefined;
  }
}

async function importBatch(
  run: ImportRun,
  rows: readonly unknown[],
  from: Progress,
): Promise<Progress> {
  const { store, jobId, content } = run;
  return store.transaction(async (tx) => {
    let progress = from;
    for (const row of rows.slice(from.done, from.done + BATCH_ROWS)) {
      const outcome = await importRow(run, tx, row);
      const { summary, errors } = progress;
      const isTold = outcome.kind === 'failed' && errors.length < MAX_TOLD_ROWS;
      progress = {
        done: progress.done + 1,
        summary: { ...summary, [outcome.kind]: summary[outcome.kind] + 1 },
        errors: isTold ? [...errors, { user: withoutHashes(row), errors: outcome.errors }] : errors,
      };
    }
    const kept = JSON.parse(JSON.stringify({ ...content, ...progress })) as JsonObject;
    await tx.managementJobs.update(jobId, { status: 'processing', content: kept });
    return progress;
  });
}

async function finish(run: ImportRun, { summary, errors }: Progress): Promise<void> {
  const { services, store, connection, jobId } = run;
  const { done: _done, ...content } = run.content;
  const kept = JSON.parse(JSON.stringify({ ...content, summary, errors })) as JsonObject;
  await store.managementJobs.update(jobId, { status: 'completed', content: kept });
  const description = `Imported ${summary.inserted + summary.updated} of ${summary.total} users`;
  await log(services, store, { connection, type: 'sui', description });
}

type RowOutcome =
  | { readonly kind: 'inserted' | 'updated' }
  | { readonly kind: 'failed'; readonly errors: readonly ImportError[] };

/** Metadata is a member of its row. */
const ROW_DEPTH = LIMITS.metadataDepth + 1;
const NOT_STORABLE: ImportError = {
  code: 'INVALID_FORMAT',
  message: `Error in user property - A row must be nested at most ${ROW_DEPTH} deep, without NUL characters or halves of surrogate pairs.`,
};

async function importRow(run: ImportRun, tx: TenantStore, row: unknown): Promise<RowOutcome> {
  const { connection, input } = run;
  // Rows come from JSON. One that cannot be kept could not be told of either, and would end the import.
  if (!isStorable(row as JsonValue, ROW_DEPTH)) return { kind: 'failed', errors: [NOT_STORABLE] };
  const parsed = parseImportedUser(row, parseDatabaseOptions(connection));
  if ('errors' in parsed) return { kind: 'failed', errors: parsed.errors };
  const { user } = parsed;
  const known = await findKnown(tx, connection, user);
  if (known.length === 0) {
    await tx.users.create(newUser(run, user));
    return { kind: 'inserted' };
  }
  const [match] = known;
  const isOne = match !== undefined && known.every(({ userId }) => userId === match.userId);
  // Ids are the tenant's, not a connection's: an id may be taken in another one.
  const isHere = match?.identities[0]?.connection === connection.name;
  if (!input.upsert || !isOne || !isHere) {
    const message = isOne ? 'The user already exists.' : 'The row matches several users.';
    return { kind: 'failed', errors: [{ code: 'DUPLICATED_USER', message }] };
  }
  await updateKnown(tx, match, user);
  return { kind: 'updated' };
}

async function findKnown(
  tx: TenantStore,
  connection: Connection,
  { profile, userId }: ImportedUser,
): Promise<readonly User[]> {
  const { email, username, phoneNumber } = profile;
  const identifiers: UserIdentifier[] = [
    ...(email === undefined ? [] : [{ email }]),
    ...(username === undefined ? [] : [{ username }]),
    ...(phoneNumber === undefined ? [] : [{ phoneNumber }]),
  ];
  const found: User[] = [];
  for (const identifier of identifiers) {
    const user = await tx.users.findByIdentifier(connection.name, identifier);
    if (user) found.push(user);
  }
  const byId = userId === undefined ? undefined : await tx.users.findAccount(`auth0|${userId}`);
  return byId ? [...found, byId] : found;
}

function newUser({ services, connection }: ImportRun, imported: ImportedUser) {
  const { profile, passwordHash } = imported;
  const providerId = imported.userId ?? createObjectId(services.randomBytes);
  const { email, username, phoneNumber } = profile;
  const name = email ?? username ?? phoneNumber;
  const nickname = email?.slice(0, email.lastIndexOf('@')) ?? username ?? phoneNumber;
  return {
    ...(name === undefined ? {} : { name }),
    ...(nickname === undefined ? {} : { nickname }),
    ...(email === undefined ? {} : { picture: defaultPicture(email) }),
    ...profile,
    userId: `auth0|${providerId}`,
    emailVerified: imported.emailVerified ?? false,
    ...(phoneNumber === undefined ? {} : { phoneVerified: imported.phoneVerified ?? false }),
    blocked: imported.blocked ?? false,
    userMetadata: imported.userMetadata ?? {},
    appMetadata: imported.appMetadata ?? {},
    identities: [
      { connection: connection.name, provider: 'auth0', userId: providerId, isSocial: false },
    ],
    ...(passwordHash === undefined ? {} : { passwordHash }),
  };
}

/** An import never takes a password away: a hash is used where the user has none. */
async function updateKnown(tx: TenantStore, known: User, imported: ImportedUser): Promise<void> {
  const { profile, emailVerified, phoneVerified, blocked, passwordHash } = imported;
  const current = await tx.users.findPasswordHash(known.userId);
  await tx.users.update(known.userId, {
    ...profile,
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(phoneVerified === undefined ? {} : { phoneVerified }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(current === undefined && passwordHash !== undefined ? { passwordHash } : {}),
  });
  if (blocked === true) await tx.oidcModels.revokeByAccountId(known.userId);
  const { userMetadata, appMetadata } = imported;
  if (userMetadata ?? appMetadata) {
    await tx.users.mergeMetadata(known.userId, {
      ...(userMetadata ? { userMetadata } : {}),
      ...(appMetadata ? { appMetadata } : {}),
    });
  }
}

/** The row as it came, as far as it can be kept, for whoever reads the errors; hashes stay out of answers. */
function withoutHashes(row: unknown): unknown {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return {};
  if (!isStorable(row as JsonValue, ROW_DEPTH)) return {};
  return {
    ...row,
    ...('password_hash' in row ? { password_hash: '*****' } : {}),
    ...('custom_password_hash' in row ? { custom_password_hash: '*****' } : {}),
  };
}

async function log(
  { clock }: ImportServices,
  store: TenantStore,
  entry: {
    readonly connection: Connection | undefined;
    readonly type: 'sui' | 'fui';
    readonly description: string;
  },
): Promise<void> {
  const { connection, type, description } = entry;
  await store.logs.append({
    date: clock.now(),
    type,
    description,
    strategyType: 'database',
    ...(connection
      ? { connection: connection.name, connectionId: connection.id, strategy: connection.strategy }
      : {}),
  });
}
