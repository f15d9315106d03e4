import type { JsonObject } from '@tessera/model';
import { z } from 'zod';
import type { FieldProblem } from '../account-errors.ts';
import { checkMetadata, type ProfileInput, parseProfile } from '../account-input.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { LIMITS } from '../limits.ts';
import { customPasswordHashSchema, encodeImportedHash } from '../passwords/imported-hash.ts';

/** A row of an import that can be used. */
export interface ImportedUser {
  readonly profile: ProfileInput;
  /** Id at the provider, without prefix. */
  readonly userId?: string;
  readonly emailVerified?: boolean;
  readonly phoneVerified?: boolean;
  readonly blocked?: boolean;
  readonly userMetadata?: JsonObject;
  readonly appMetadata?: JsonObject;
  /** As it is stored. */
  readonly passwordHash?: string;
}

/** What is wrong with a row, in the shape of the management API. */
export interface ImportError {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
}

const metadata = z.record(z.string(), z.json());
const text = z.string().nullish();

/** A row as the hosted service's import schema has it. */
const rowSchema = z.strictObject({
  email: text,
  email_verified: z.boolean().nullish(),
  user_id: text,
  username: text,
  phone_number: text,
  phone_verified: z.boolean().nullish(),
  name: text,
  given_name: text,
  family_name: text,
  nickname: text,
  picture: text,
  blocked: z.boolean().nullish(),
  password_hash: text,
  custom_password_hash: customPasswordHashSchema.nullish(),
  user_metadata: metadata.nullish(),
  app_metadata: metadata.nullish(),
});
type Row = z.output<typeof rowSchema>;

const WIRE_NAMES: Partial<Record<FieldProblem['field'], string>> = {
  phoneNumber: 'phone_number',
  givenName: 'given_name',
  familyName: 'family_name',
  userId: 'user_id',
  userMetadata: 'user_metadata',
  appMetadata: 'app_metadata',
};

/** Reads a row. Nothing of it is used when something of it is wrong. */
export function parseImportedUser(
  row: unknown,
  options: DatabaseOptions,
): { readonly user: ImportedUser } | { readonly errors: readonly ImportError[] } {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return { errors: parsed.error.issues.slice(0, 20).map(describeIssue) };
  const problems: FieldProblem[] = [];
  const given = readProfile(parsed.data);
  const profile = parseProfile<ProfileInput>(given, options, problems);
  // What the connection asks of those who sign up is not asked of those who are there already.
  if ((given.email ?? given.username ?? given.phoneNumber) === undefined) {
    problems.push({ field: 'email', message: 'email, username or phone_number is needed.' });
  }
  const { user_metadata: userMetadata, app_metadata: appMetadata } = parsed.data;
  checkMetadata('userMetadata', (userMetadata ?? undefined) as JsonObject | undefined, problems);
  checkMetadata('appMetadata', (appMetadata ?? undefined) as JsonObject | undefined, problems);
  const passwordHash = readHash(parsed.data, problems);
  const userId = parsed.data.user_id ?? undefined;
  if (userId !== undefined && !/^[^\s\p{Cc}|]+$/u.test(userId.slice(0, LIMITS.userIdLength + 1))) {
    problems.push({ field: 'userId', message: 'user_id must not have white space or "|".' });
  }
  if (problems.length > 0) {
    return {
      errors: problems.map(({ field, message }) => ({
        code: 'INVALID_FORMAT',
        message: `Error in user property - ${message}`,
        path: WIRE_NAMES[field] ?? field,
      })),
    };
  }
  return {
    user: { profile, ...readRest(parsed.data), ...dropUndefined({ userId, passwordHash }) },
  };
}

function describeIssue({ path, message }: z.core.$ZodIssue): ImportError {
  const at = path.join('.');
  return {
    code: 'INVALID_FORMAT',
    message: `Error in user property - ${message}`,
    ...(at === '' ? {} : { path: at }),
  };
}

function readProfile(row: Row): ProfileInput {
  return dropUndefined({
    email: row.email ?? undefined,
    username: row.username ?? undefined,
    phoneNumber: row.phone_number ?? undefined,
    name: row.name ?? undefined,
    givenName: row.given_name ?? undefined,
    familyName: row.family_name ?? undefined,
    nickname: row.nickname ?? undefined,
    picture: row.picture ?? undefined,
  });
}

function readRest(row: Row) {
  return dropUndefined({
    emailVerified: row.email_verified ?? undefined,
    phoneVerified: row.phone_verified ?? undefined,
    blocked: row.blocked ?? undefined,
    userMetadata: (row.user_metadata ?? undefined) as JsonObject | undefined,
    appMetadata: (row.app_metadata ?? undefined) as JsonObject | undefined,
  });
}

function readHash(row: Row, problems: FieldProblem[]): string | undefined {
  const { password_hash: bcrypt, custom_password_hash: custom } = row;
  if (custom && bcrypt) {
    const message = 'Give either password_hash or custom_password_hash.';
    problems.push({ field: 'password', message });
    return undefined;
  }
  if (custom) return encodeImportedHash(custom);
  if (!bcrypt) return undefined;
  const hash = { algorithm: 'bcrypt', hash: { value: bcrypt } };
  const parsed = customPasswordHashSchema.safeParse(hash);
  if (parsed.success) return encodeImportedHash(parsed.data);
  const message = parsed.error.issues[0]?.message ?? 'password_hash is not valid.';
  problems.push({ field: 'password', message });
  return undefined;
}

function dropUndefined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
