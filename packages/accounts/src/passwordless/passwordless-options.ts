import { AppError, type Connection, type UserIdentifier } from '@tessera/model';
import { z } from 'zod';
import { AccountInputError, type FieldProblem } from '../account-errors.ts';
import { type ProfileInput, parseProfile } from '../account-input.ts';
import { type DatabaseOptions, parseDatabaseOptions } from '../database-options.ts';
import { LIMITS } from '../limits.ts';

/** What the options of a passwordless connection mean for codes and links. */
export interface PasswordlessOptions {
  /** Only people who have an account get in. */
  readonly isSignUpDisabled: boolean;
  readonly hasBruteForceProtection: boolean;
  /** Digits of a code. */
  readonly codeLength: number;
  /** How long a code or a link can be used. */
  readonly lifetimeSeconds: number;
}

const optionsSchema = z.object({
  disable_signup: z.boolean().nullish(),
  brute_force_protection: z.boolean().nullish(),
  totp: z
    .object({
      length: z.int().min(4).max(40).nullish(),
      time_step: z.int().min(60).nullish(),
    })
    .nullish(),
});

/** True for a connection whose people log in with a code or a link. */
export function isPasswordless(connection: Connection): boolean {
  return connection.strategy === 'email' || connection.strategy === 'sms';
}

/** Reads the options. Throws when they have a shape that the management API would have refused. */
export function parsePasswordlessOptions(connection: Connection): PasswordlessOptions {
  if (!isPasswordless(connection)) {
    throw new AppError('invalid_body', `The connection "${connection.name}" is not passwordless.`);
  }
  const parsed = optionsSchema.safeParse(connection.options);
  if (!parsed.success) {
    throw new Error(`Options of connection "${connection.name}" are not valid`, {
      cause: parsed.error,
    });
  }
  const { disable_signup, brute_force_protection, totp } = parsed.data;
  return {
    isSignUpDisabled: disable_signup === true,
    hasBruteForceProtection: brute_force_protection !== false,
    codeLength: totp?.length ?? LIMITS.passwordlessCodeLength,
    lifetimeSeconds: Math.min(
      totp?.time_step ?? LIMITS.passwordlessSeconds,
      LIMITS.longestPasswordlessSeconds,
    ),
  };
}

/**
 * What the management API has to give for a user of any connection. Only databases have passwords and
 * usernames; a passwordless connection knows its people by their address.
 */
export function readAccountOptions(connection: Connection): DatabaseOptions {
  if (connection.strategy === 'auth0') return parseDatabaseOptions(connection);
  const { strategy } = connection;
  const options = parseDatabaseOptions({ ...connection, options: {} });
  const required = { isActive: true, signUp: 'required' } as const;
  const unused = { isActive: false, signUp: 'inactive' } as const;
  return {
    ...options,
    isPasswordRequiredByApi: false,
    email: strategy === 'sms' ? unused : required,
    phoneNumber: strategy === 'sms' ? required : unused,
  };
}

/** Where a code or link goes: an e-mail address in lower case, or a phone number. */
export interface PasswordlessAddress {
  readonly text: string;
  readonly identifier: UserIdentifier;
  readonly profile: ProfileInput;
}

/** Reads what a person typed as their address. Throws `AccountInputError` when it is none. */
export function parseAddress(connection: Connection, typed: string): PasswordlessAddress {
  const problems: FieldProblem[] = [];
  // The forms of addresses do not depend on a database's options.
  const options = parseDatabaseOptions({ ...connection, options: {} });
  const compact = typed.replaceAll(/[\s().-]/g, '');
  const given = connection.strategy === 'sms' ? { phoneNumber: compact } : { email: typed };
  const profile: ProfileInput = parseProfile<ProfileInput>(given, options, problems);
  if (problems.length > 0) throw new AccountInputError(problems);
  const { email, phoneNumber } = profile;
  if (email !== undefined) return { text: email, identifier: { email }, profile: { email } };
  if (phoneNumber === undefined) throw new Error('an address without a value');
  return { text: phoneNumber, identifier: { phoneNumber }, profile: { phoneNumber } };
}
