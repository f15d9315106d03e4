import {
  type Client,
  type Connection,
  inSeconds,
  type Job,
  type JobAttempt,
  type Store,
  type TenantStore,
  type User,
  type UserIdentifier,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { readIdentifier } from '../account-input.ts';
import { buildLogEntry } from '../account-log.ts';
import { parseDatabaseOptions } from '../database-options.ts';
import { RESET_LIMITS } from './reset-limits.ts';
import { createLink, type ResetLink, saveCode } from './reset-tickets.ts';

type ResetJob = Extract<Job, { kind: 'request-password-reset' }>;

/** Address of the page that a link leads to. */
export const resetUrl = (baseUrl: string, secret: string): string =>
  `${baseUrl}u/reset-verify?ticket=${secret}#`;

/**
 * The worker's side of a forgotten password: finds the account and sends a link or a code to the address
 * it has. Writes `scpr`, or `fcpr` when there is nobody to send anything to.
 */
export function createPasswordResetHandler(
  services: AccountsOptions & { readonly store: Store },
): (job: ResetJob, attempt: JobAttempt) => Promise<void> {
  return async (job) => {
    const tenant = await services.store.tenants.find(job.tenantId);
    // Deleted meanwhile.
    if (tenant === undefined) return;
    const store = services.store.tenant(tenant.id);
    const connection = await store.connections.find(job.connectionId);
    if (connection?.strategy !== 'auth0') return;
    const client = job.clientId === undefined ? undefined : await store.clients.find(job.clientId);
    const { baseUrl, request } = job;
    const context = { tenant, store, baseUrl, request, ...(client && { client }) };
    await sendReset(services, context, { job, connection, client });
  };
}

interface Sending {
  readonly job: ResetJob;
  readonly connection: Connection;
  readonly client: Client | undefined;
}

async function sendReset(
  services: AccountsOptions,
  context: AccountContext,
  { job, connection, client }: Sending,
): Promise<void> {
  const found = await findAccount(context.store, connection, job);
  // Where accounts are linked, the log names the one who logs in with them.
  const owner = found && (await context.store.users.findPrimary(found.user.userId));
  const log = (type: 'scpr' | 'fcpr', description: string, user?: User) => {
    const userName = user ? (user.email ?? user.username) : describeUnknown(job.identifier);
    return buildLogEntry(context, {
      type,
      at: services.clock.now(),
      description,
      connection,
      ...(owner ? { userId: owner.userId } : {}),
      ...(userName === undefined ? {} : { userName }),
      details: {
        body: {
          tenant: context.tenant.name,
          connection: connection.name,
          ...(context.client ? { client_id: context.client.clientId } : {}),
          ...(userName === undefined ? {} : { email: userName }),
        },
      },
    });
  };
  if (found === undefined) {
    await context.store.logs.append(log('fcpr', 'User does not exist.'));
    return;
  }
  const { user, identifier } = found;
  const isByPhone = job.codeKey !== undefined && 'phoneNumber' in identifier;
  if (!isByPhone && user.email === undefined) {
    await context.store.logs.append(log('fcpr', 'The user has no e-mail address.', user));
    return;
  }
  const template = job.codeKey === undefined ? 'reset_email' : 'reset_email_by_code';
  const own = await context.store.emailTemplates.find(template);
  const link: ResetLink = {
    connectionId: connection.id,
    ...(client === undefined ? {} : { clientId: client.clientId }),
    ...(user.email === undefined ? {} : { email: user.email }),
    method: isByPhone ? 'phone' : 'email',
    ...(own?.resultUrl === undefined ? {} : { resultUrl: own.resultUrl }),
    ...(own?.includeEmailInRedirect === undefined
      ? {}
      : { includeEmailInRedirect: own.includeEmailInRedirect }),
    // Whoever follows the link, or knows the code, has read the mail.
    markEmailAsVerified: !isByPhone,
  };
  await context.store.transaction(async (tx) => {
    const sent = { ...context, store: tx };
    const secrets = await saveSecret(services, sent, {
      ...{ job, user, link },
      seconds: own?.urlLifetimeSeconds,
    });
    const messageContext = { ...sent, connection };
    if (isByPhone && user.phoneNumber !== undefined) {
      await services.messages.sendPhoneMessage(
        messageContext,
        {
          to: user.phoneNumber,
          user,
          via: 'sms',
          purpose: 'change-password',
          code: secrets.code ?? '',
        },
        { transaction: tx.sql },
      );
    } else if (user.email !== undefined) {
      await services.messages.sendEmail(
        messageContext,
        { template, to: user.email, user, variables: { ...secrets, operation: 'change_password' } },
        { transaction: tx.sql },
      );
    }
    await tx.logs.append(log('scpr', 'Change password request', user));
  });
}

async function findAccount(
  store: TenantStore,
  connection: Connection,
  { identifier: typed }: ResetJob,
): Promise<{ readonly user: User; readonly identifier: UserIdentifier } | undefined> {
  for (const identifier of readIdentifier(typed, parseDatabaseOptions(connection))) {
    const user = await store.users.findByIdentifier(connection.name, identifier);
    if (user) return { user, identifier };
  }
  return undefined;
}

async function saveSecret(
  { randomBytes, clock }: AccountsOptions,
  { store, baseUrl }: AccountContext,
  made: {
    readonly job: ResetJob;
    readonly user: User;
    readonly link: ResetLink;
    readonly seconds: number | undefined;
  },
): Promise<{ readonly url?: string; readonly code?: string }> {
  const { job, link } = made;
  const { userId } = made.user;
  if (job.codeKey !== undefined) {
    const expiresAt = inSeconds(clock, RESET_LIMITS.codeSeconds);
    return {
      code: await saveCode(store, randomBytes, { key: job.codeKey, userId, link, expiresAt }),
    };
  }
  const expiresAt = inSeconds(clock, made.seconds ?? RESET_LIMITS.linkSeconds);
  return {
    url: resetUrl(baseUrl, await createLink(store, randomBytes, { userId, link, expiresAt })),
  };
}

/** People type their password where the identifier belongs; what nobody is called is not logged. */
function describeUnknown(identifier: string): string | undefined {
  return /^[^\s@]+@[^\s@]+$/.test(identifier.trim()) ? identifier.trim() : undefined;
}
