import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue, UserIdentifier } from '@tessera/model';
import { z } from 'zod';
import type { FieldProblem, FieldProblemCode } from './account-errors.ts';
import type { DatabaseOptions } from './database-options.ts';
import { LIMITS } from './limits.ts';

/** Profile members that a person or the management API may give. Texts are trimmed. */
export interface ProfileInput {
  readonly email?: string;
  readonly username?: string;
  /** E.164, e.g. `+12345678900`. */
  readonly phoneNumber?: string;
  readonly name?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly nickname?: string;
  /** Absolute http(s) URL. */
  readonly picture?: string;
}

/** Control characters break logs, headers and mails; halves of surrogate pairs cannot be stored. */
const PLAIN = /^[^\p{Cc}\p{Cs}]*$/u;
const plainText = (max: number, what: string) =>
  z
    .string()
    .trim()
    .min(1, `${what} must not be empty.`)
    .max(max, `${what} must have at most ${max} characters.`)
    .regex(PLAIN, `${what} must not contain control characters.`);

const emailSchema = z
  .string()
  .trim()
  .max(LIMITS.emailLength, `The e-mail address must have at most ${LIMITS.emailLength} characters.`)
  .pipe(z.email('Please enter a valid e-mail address.'))
  .transform((email) => email.toLowerCase());

const usernameSchema = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9_+\-.!#$'^`~@]+$/,
    "A username may contain letters, digits and the characters _ + - . ! # $ ' ^ ` ~ @.",
  )
  .refine((name) => !z.email().safeParse(name).success, 'A username cannot be an e-mail address.');

const phoneNumberSchema = z
  .string()
  .trim()
  .regex(/^\+[0-9]{1,15}$/, 'A phone number starts with + and has up to 15 digits.');

const pictureSchema = z
  .string()
  .trim()
  .max(
    LIMITS.pictureLength,
    `The picture's URL must have at most ${LIMITS.pictureLength} characters.`,
  )
  .regex(PLAIN, "The picture's URL must not contain control characters.")
  .refine(
    (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
    'The picture must be an http(s) URL.',
  );

const FIELD_SCHEMAS = {
  email: emailSchema,
  username: usernameSchema,
  phoneNumber: phoneNumberSchema,
  name: plainText(LIMITS.nameLength, 'The name'),
  givenName: plainText(LIMITS.partOfNameLength, 'The given name'),
  familyName: plainText(LIMITS.partOfNameLength, 'The family name'),
  nickname: plainText(LIMITS.nameLength, 'The nickname'),
  picture: pictureSchema,
} as const satisfies Record<keyof ProfileInput, z.ZodType<string>>;

/** Reads and normalises profile members; what is wrong goes into `problems`. `null` (remove) passes. */
export function parseProfile<Input extends { readonly [K in keyof ProfileInput]?: string | null }>(
  input: Input,
  options: DatabaseOptions,
  problems: FieldProblem[],
): { readonly [K in keyof ProfileInput]?: Extract<Input[K], string | null> } {
  const parsed: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(FIELD_SCHEMAS)) {
    const value: unknown = input[field as keyof ProfileInput];
    if (value === undefined) continue;
    if (value === null) {
      parsed[field] = null;
      continue;
    }
    const result = schema.safeParse(value);
    if (result.success) parsed[field] = result.data;
    else problems.push(readIssue(field as keyof ProfileInput, result.error.issues[0]));
  }
  if (typeof parsed.username === 'string') {
    const { minLength, maxLength } = options.username;
    if (parsed.username.length < minLength || parsed.username.length > maxLength) {
      const message = `A username must have ${minLength} to ${maxLength} characters.`;
      const values = { min: minLength, max: maxLength };
      problems.push({ field: 'username', code: 'username-length', values, message });
    }
  }
  return parsed as { [K in keyof ProfileInput]?: Extract<Input[K], string | null> };
}

/** Codes of what a schema finds beyond empty, long and control characters. */
const FORMAT_CODES: Partial<Record<keyof ProfileInput, FieldProblemCode>> = {
  email: 'email-invalid',
  username: 'username-characters',
  phoneNumber: 'phone-number-invalid',
  picture: 'picture-invalid',
};

function readIssue(field: keyof ProfileInput, issue: z.core.$ZodIssue | undefined): FieldProblem {
  const message = issue?.message ?? 'Not valid.';
  if (issue?.code === 'too_big') {
    return { field, code: 'too-long', values: { max: Number(issue.maximum) }, message };
  }
  if (issue?.code === 'too_small') return { field, code: 'empty', message };
  if (field === 'username' && issue?.code === 'custom') {
    return { field, code: 'username-is-email', message };
  }
  const isPlain = issue?.code === 'invalid_format' && issue.pattern === String(PLAIN);
  const code = isPlain ? 'control-characters' : (FORMAT_CODES[field] ?? 'not-valid');
  return { field, code, message };
}

const REQUIRED_CODES = {
  email: 'email-required',
  username: 'username-required',
  phoneNumber: 'phone-number-required',
} as const satisfies Record<string, FieldProblemCode>;

const REQUIRED_MESSAGES = {
  email: 'Please enter your e-mail address.',
  username: 'Please choose a username.',
  phoneNumber: 'Please enter your phone number.',
} as const;

/** Checks which identifiers a new user has against what the connection asks for. */
export function checkIdentifiers(
  profile: ProfileInput,
  options: DatabaseOptions,
  problems: FieldProblem[],
): void {
  for (const field of ['email', 'username', 'phoneNumber'] as const) {
    const isBad = problems.some((problem) => problem.field === field);
    if (isBad) continue;
    const { signUp, isActive } = options[field];
    if (profile[field] === undefined && signUp === 'required') {
      problems.push({ field, code: REQUIRED_CODES[field], message: REQUIRED_MESSAGES[field] });
    }
    if (
      profile[field] !== undefined &&
      field === 'username' &&
      signUp === 'inactive' &&
      !isActive
    ) {
      const message = 'Cannot set username for connection without requires_username.';
      problems.push({ field, code: 'username-not-used', message });
    }
  }
  const isAnyGiven = profile.email ?? profile.username ?? profile.phoneNumber;
  if (isAnyGiven === undefined && problems.length === 0) {
    problems.push({
      field: 'email',
      code: REQUIRED_CODES.email,
      message: REQUIRED_MESSAGES.email,
    });
  }
}

/** Checks a password's form; its strength is `judgePassword`'s. */
export function checkPasswordForm(
  password: string | undefined,
  isRequired: boolean,
  problems: FieldProblem[],
): void {
  if (password === undefined || password === '') {
    if (isRequired || password === '') {
      const message = 'Please enter a password.';
      problems.push({ field: 'password', code: 'password-required', message });
    }
  } else if (Buffer.byteLength(password) > LIMITS.passwordBytes) {
    const message = `The password must have at most ${LIMITS.passwordBytes} bytes.`;
    const values = { max: LIMITS.passwordBytes };
    problems.push({ field: 'password', code: 'password-too-long', values, message });
  }
}

/** Checks metadata of the management API: size, depth, and characters that the database refuses. */
export function checkMetadata(
  field: 'userMetadata' | 'appMetadata',
  metadata: JsonObject | undefined,
  problems: FieldProblem[],
): void {
  if (metadata === undefined) return;
  if (!isStorable(metadata, LIMITS.metadataDepth)) {
    const message = `Metadata must be nested at most ${LIMITS.metadataDepth} deep, without NUL characters or halves of surrogate pairs.`;
    problems.push({ field, message });
  } else if (Buffer.byteLength(JSON.stringify(metadata)) > LIMITS.metadataBytes) {
    const message = `Metadata must have at most ${LIMITS.metadataBytes} bytes.`;
    problems.push({ field, message });
  }
}

/** Metadata that anybody may send at signup: few short texts, as the hosted service has it. */
export function checkSignUpMetadata(
  metadata: JsonObject | undefined,
  problems: FieldProblem[],
): void {
  const entries = Object.entries(metadata ?? {});
  const { signUpMetadataKeys: keys, signUpMetadataKeyLength, signUpMetadataValueLength } = LIMITS;
  if (entries.length > keys) {
    const message = `user_metadata must have at most ${keys} members.`;
    problems.push({ field: 'userMetadata', message });
  }
  const isBad = ([key, value]: [string, JsonValue]) =>
    key.length > signUpMetadataKeyLength ||
    !isStorableText(key) ||
    typeof value !== 'string' ||
    value.length > signUpMetadataValueLength ||
    !isStorableText(value);
  if (entries.some(isBad)) {
    const message =
      `user_metadata must have names of at most ${signUpMetadataKeyLength} and ` +
      `texts of at most ${signUpMetadataValueLength} characters.`;
    problems.push({ field: 'userMetadata', message });
  }
}

/** False for what the database cannot keep, and for what is nested deeper than `depth`. */
export function isStorable(value: JsonValue, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(
    ([key, member]) => isStorableText(key) && isStorable(member, depth - 1),
  );
}

/** PostgreSQL takes neither NUL nor half of a surrogate pair. */
function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** What a typed identifier may mean in a connection, most likely first. Empty: it cannot exist. */
export function readIdentifier(typed: string, options: DatabaseOptions): readonly UserIdentifier[] {
  const text = typed.trim();
  if (text === '' || text.length > LIMITS.identifierLength || /\p{Cc}/u.test(text)) return [];
  const candidates: UserIdentifier[] = [];
  if (options.email.isActive && text.includes('@')) candidates.push({ email: text.toLowerCase() });
  if (options.phoneNumber.isActive && text.startsWith('+')) candidates.push({ phoneNumber: text });
  if (options.username.isActive) candidates.push({ username: text });
  return candidates;
}

/** Where the recorded profiles have their picture: by the MD5 of the address, a silhouette if none is known. */
export function defaultPicture(email: string): string {
  const md5 = createHash('md5').update(email).digest('hex');
  return `https://s.gravatar.com/avatar/${md5}?s=480&r=pg&d=mp`;
}
