import type { JsonObject } from '../json.ts';

/** Hashes of passwords that users had before, newest first. They end with their user. */
export interface PasswordHistoryRepository {
  /** At most `take` of the user's former hashes. */
  list(userId: string, take: number): Promise<readonly string[]>;
  /** Adds a hash as the newest, and forgets all but the newest `keep`. */
  add(userId: string, passwordHash: string, keep: number): Promise<void>;
}

/** An address that may not try one user's password any more. */
export interface LoginBlock {
  readonly userId: string;
  /** What was typed to log in; in lower case. */
  readonly identifier: string;
  readonly connection: string;
  /** Absent: any address (mode `count_per_identifier`). */
  readonly ip?: string;
  readonly expiresAt: Date;
}

/**
 * Whom brute-force protection has locked out, for those who ask or lift it. Counters decide; this is what
 * they decided.
 */
export interface LoginBlockRepository {
  /** Inserts or prolongs. */
  save(block: LoginBlock): Promise<void>;
  /** Those in force, oldest first; at most 100. */
  listForUser(userId: string): Promise<readonly LoginBlock[]>;
  deleteForUser(userId: string): Promise<void>;
  deleteExpired(now: Date): Promise<number>;
}

/** Long work that the management API has accepted. */
export interface ManagementJob {
  /** `job_` and 16 letters and digits. */
  readonly id: string;
  readonly type: 'users_import' | 'users_export' | 'verification_email';
  readonly status: 'pending' | 'processing' | 'completed' | 'failed';
  /** What its answers show besides: `connection_id`, `summary`, `errors`, ... No passwords or hashes. */
  readonly content: JsonObject;
  readonly createdAt: Date;
}

export interface ManagementJobRepository {
  /** `input` is what the worker reads; sealed at rest. At most 4 MB of JSON. */
  create(
    job: Omit<ManagementJob, 'createdAt'> & { readonly input?: JsonObject },
  ): Promise<ManagementJob>;
  find(id: string): Promise<ManagementJob | undefined>;
  /** Jobs of a type that are `pending` or `processing`. */
  countUnfinished(type: ManagementJob['type']): Promise<number>;
  /** What is left to do; undefined when the job is done or unknown. */
  findInput(id: string): Promise<JsonObject | undefined>;
  /** Changes the status; a job that ends (`completed`, `failed`) loses its input. */
  update(
    id: string,
    patch: Partial<Pick<ManagementJob, 'status' | 'content'>>,
  ): Promise<ManagementJob | undefined>;
  deleteOlderThan(before: Date): Promise<number>;
}
