import { createHash } from 'node:crypto';
import {
  createCode,
  isSameSecret,
  type JsonObject,
  type RandomBytes,
  type TenantStore,
  type Ticket,
} from '@tessera/model';
import { z } from 'zod';
import { RESET_LIMITS } from './reset-limits.ts';

/** What a link to a new password stands for. */
const linkSchema = z.object({
  connectionId: z.string(),
  clientId: z.string().optional(),
  /** The address it was made for; once the user has another one, the link is void. */
  email: z.string().optional(),
  /** Name of the first challenge in `event.authentication.methods`. */
  method: z.enum(['email', 'phone', 'ticket']),
  resultUrl: z.string().optional(),
  includeEmailInRedirect: z.boolean().optional(),
  markEmailAsVerified: z.boolean().optional(),
});
export type ResetLink = z.output<typeof linkSchema>;

/** A link that was found. */
export interface FoundLink {
  readonly userId: string;
  readonly link: ResetLink;
  readonly expiresAt: Date;
}

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** Makes a link for a user; returns its secret. With `store` of a transaction it exists when that commits. */
export async function createLink(
  store: TenantStore,
  randomBytes: RandomBytes,
  made: { readonly userId: string; readonly link: ResetLink; readonly expiresAt: Date },
): Promise<string> {
  const { userId, link, expiresAt } = made;
  const key = Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url');
  const payload = JSON.parse(JSON.stringify(link)) as JsonObject;
  await store.tickets.save({ kind: 'password-reset', key, userId, payload, expiresAt });
  return key;
}

export async function findLink(store: TenantStore, key: string): Promise<FoundLink | undefined> {
  if (!SECRET.test(key)) return undefined;
  return readLink(await store.tickets.find('password-reset', key));
}

/** Takes the link: exactly one of any number of concurrent callers gets it. */
export async function consumeLink(store: TenantStore, key: string): Promise<FoundLink | undefined> {
  return readLink(await store.tickets.consume('password-reset', key));
}

function readLink(ticket: Ticket | undefined): FoundLink | undefined {
  if (ticket?.userId === undefined) return undefined;
  const { userId, payload, expiresAt } = ticket;
  return { userId, link: linkSchema.parse(payload), expiresAt };
}

/** What a code stands for: the link that it is changed into. */
const codeSchema = z.object({ codeHash: z.string(), link: linkSchema });

const codeKeyOf = (key: string): string => `code ${key}`;
const hashCode = (key: string, code: string): string =>
  createHash('sha256')
    .update(JSON.stringify([key, code]))
    .digest('base64url');

/** Makes a code that is good under `key`; returns it. */
export async function saveCode(
  store: TenantStore,
  randomBytes: RandomBytes,
  made: {
    readonly key: string;
    readonly userId: string;
    readonly link: ResetLink;
    readonly expiresAt: Date;
  },
): Promise<string> {
  const { key, userId, link, expiresAt } = made;
  const code = createCode(randomBytes, RESET_LIMITS.codeLength);
  const codeHash = hashCode(key, code);
  const payload = JSON.parse(JSON.stringify({ codeHash, link })) as JsonObject;
  await store.tickets.save({
    kind: 'password-reset',
    key: codeKeyOf(key),
    userId,
    payload,
    expiresAt,
  });
  return code;
}

/** Takes a code that is right; undefined for a wrong one, and after too many wrong ones for every one. */
export async function takeCode(
  store: TenantStore,
  guess: { readonly key: string; readonly code: string },
): Promise<{ readonly userId: string; readonly link: ResetLink } | undefined> {
  const key = codeKeyOf(guess.key);
  const ticket = await store.tickets.attempt('password-reset', key);
  if (ticket === undefined || ticket.attempts > RESET_LIMITS.codeAttempts) return undefined;
  const { codeHash } = codeSchema.parse(ticket.payload);
  const isRight = isSameSecret(hashCode(guess.key, guess.code), codeHash);
  const taken = isRight ? await store.tickets.consume('password-reset', key) : undefined;
  if (taken?.userId === undefined) return undefined;
  return { userId: taken.userId, link: codeSchema.parse(taken.payload).link };
}
