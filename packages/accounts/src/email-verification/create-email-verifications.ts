import {
  AppError,
  type Connection,
  inSeconds,
  type JsonObject,
  type SqlTransaction,
  type TenantStore,
  type User,
} from '@tessera/model';
import { z } from 'zod';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';
import { parseWebUrl } from '../parse-web-url.ts';
import { markVerified } from './mark-verified.ts';
import { confirmCode, type NewVerificationCode, sendCode } from './verification-codes.ts';
import { VERIFICATION_LIMITS } from './verification-limits.ts';

/** What a link to a verified address stands for. */
const linkSchema = z.object({
  /** The address that it verifies; of a user who has another one by now it verifies nothing. */
  email: z.string(),
  connectionId: z.string().optional(),
  clientId: z.string().optional(),
  resultUrl: z.string().optional(),
  includeEmailInRedirect: z.boolean().optional(),
  /** The link has done its work; following it again says so. */
  used: z.boolean().optional(),
});
type VerificationLink = z.output<typeof linkSchema>;

/** What the management API, or a signup, wants of a link. */
export interface NewVerification {
  readonly user: User;
  readonly connection?: Connection | undefined;
  readonly clientId?: string | undefined;
  readonly resultUrl?: string | undefined;
  readonly includeEmailInRedirect?: boolean | undefined;
  /** Default: five days. */
  readonly seconds?: number | undefined;
  /** The job by which the management API was asked; the log names it. */
  readonly jobId?: string | undefined;
}

/** How following a link ended. */
export interface VerificationResult {
  readonly user: User;
  readonly clientId?: string;
  /** Where the browser goes; absent: it stays on a page of ours. */
  readonly url?: string;
}

type Transaction = TenantStore & { readonly sql: SqlTransaction };

/** Verifies e-mail addresses by links, and these and phone numbers by codes, for whoever shows a page for it. */
export interface EmailVerifications {
  /** Sends a link; with `tx` link and mail exist when that commits. Rejects with `invalid_body` for a user without address. */
  send(context: AccountContext, verification: NewVerification, tx?: Transaction): Promise<void>;
  /** Makes a link without sending it; returns its URL. Rejects as `send`. */
  createTicket(context: AccountContext, verification: NewVerification): Promise<string>;
  /** Follows a link. Undefined when it is unknown or expired, or the user has another address by now. */
  confirm(context: AccountContext, ticket: string): Promise<VerificationResult | undefined>;
  /**
   * Sends a code that is good under `key`, e.g. a hash of the browser and the page that asks for it; codes
   * that were sent under it before are void. Rejects with `TooManyAttemptsError`, and with `invalid_body`
   * for a user without such an address.
   */
  sendCode(context: AccountContext, wanted: NewVerificationCode): Promise<void>;
  /** Verifies the address by a code. False for a wrong one, and after too many wrong ones for every one. */
  confirmCode(
    context: AccountContext,
    guess: { readonly key: string; readonly code: string },
  ): Promise<boolean>;
}

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

export function createEmailVerifications(services: AccountsOptions): EmailVerifications {
  const createTicket = async (
    context: AccountContext,
    verification: NewVerification,
    store: TenantStore,
  ) => {
    const { user, connection, seconds = VERIFICATION_LIMITS.linkSeconds } = verification;
    const link: VerificationLink = {
      email: emailOf(user),
      connectionId: connection?.id,
      clientId: verification.clientId ?? context.client?.clientId,
      resultUrl: verification.resultUrl,
      includeEmailInRedirect: verification.includeEmailInRedirect,
    };
    const key = Buffer.from(services.randomBytes(SECRET_BYTES)).toString('base64url');
    const expiresAt = inSeconds(services.clock, seconds);
    await saveLink(store, { key, userId: user.userId, link, expiresAt });
    return `${context.baseUrl}u/email-verification?ticket=${key}#`;
  };
  const send = async (context: AccountContext, wanted: NewVerification, tx: Transaction) => {
    const { user, connection } = wanted;
    const own = await tx.emailTemplates.find('verify_email');
    const url = await createTicket(
      context,
      {
        resultUrl: own?.resultUrl,
        includeEmailInRedirect: own?.includeEmailInRedirect,
        seconds: own?.urlLifetimeSeconds,
        ...wanted,
      },
      tx,
    );
    await services.messages.sendEmail(
      { ...context, store: tx, ...(connection ? { connection } : {}) },
      { template: 'verify_email', to: emailOf(user), user, variables: { url } },
      { transaction: tx.sql },
    );
    if (wanted.jobId !== undefined) await logRequest(services, { ...context, store: tx }, wanted);
  };
  return {
    createTicket: (context, verification) => createTicket(context, verification, context.store),
    send: (context, verification, tx) =>
      tx === undefined
        ? context.store.transaction((own) => send(context, verification, own))
        : send(context, verification, tx),
    confirm: (context, ticket) => confirm(services, context, ticket),
    sendCode: (context, wanted) => sendCode(services, context, wanted),
    confirmCode: (context, guess) => confirmCode(services, context, guess),
  };
}

async function logRequest(
  { clock }: AccountsOptions,
  context: AccountContext,
  { user, connection, jobId }: NewVerification,
): Promise<void> {
  const userName = emailOf(user);
  await context.store.logs.append(
    buildLogEntry(context, {
      type: 'svr',
      at: clock.now(),
      description: 'Verification email queued',
      userId: user.userId,
      userName,
      ...(connection === undefined ? {} : { connection }),
      details: {
        body: {
          tenant: context.tenant.name,
          user_id: user.userId,
          email: userName,
          ...(jobId === undefined ? {} : { job_id: jobId }),
        },
      },
    }),
  );
}

function emailOf({ email }: User): string {
  if (email === undefined) throw new AppError('invalid_body', 'The user has no email.');
  return email;
}

async function saveLink(
  store: TenantStore,
  saved: {
    readonly key: string;
    readonly userId: string;
    readonly link: VerificationLink;
    readonly expiresAt: Date;
  },
): Promise<void> {
  const { link, ...ticket } = saved;
  const payload = JSON.parse(JSON.stringify(link)) as JsonObject;
  await store.tickets.save({ kind: 'email-verification', ...ticket, payload });
}

async function confirm(
  services: AccountsOptions,
  context: AccountContext,
  key: string,
): Promise<VerificationResult | undefined> {
  if (!SECRET.test(key)) return undefined;
  const found = await context.store.tickets.find('email-verification', key);
  const link = found && linkSchema.parse(found.payload);
  const user = found?.userId && (await context.store.users.find(found.userId));
  if (!user || link === undefined || user.email !== link.email) return undefined;
  if (link.used === true) return describeResult(user, link);
  const verified = await context.store.transaction(async (tx) => {
    // Exactly one of any number of concurrent requests verifies; the others find it done.
    const taken = await tx.tickets.consume('email-verification', key);
    if (taken === undefined) return user;
    const { expiresAt } = taken;
    await saveLink(tx, { key, userId: user.userId, link: { ...link, used: true }, expiresAt });
    // Used between the look and the taking: then what was taken says so.
    if (linkSchema.parse(taken.payload).used === true) return user;
    const connection =
      link.connectionId === undefined ? undefined : await tx.connections.find(link.connectionId);
    return markVerified(services, context, { channel: 'email', user, connection, tx });
  });
  return describeResult(verified, link);
}

const VERIFIED = 'Your email was verified. You can continue using the application.';

function describeResult(user: User, link: VerificationLink): VerificationResult {
  const clientId = link.clientId === undefined ? {} : { clientId: link.clientId };
  const url = parseWebUrl(link.resultUrl);
  if (url === null) return { user, ...clientId };
  url.searchParams.set('success', 'true');
  url.searchParams.set('message', VERIFIED);
  if (link.includeEmailInRedirect === true) url.searchParams.set('email', link.email);
  return { user, ...clientId, url: url.href };
}
