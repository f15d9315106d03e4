import { type Connection, readAddressBlock } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { TooManyAttemptsError } from '../account-errors.ts';
import { buildLogEntry } from '../account-log.ts';
import { LIMITS } from '../limits.ts';
import { RESET_LIMITS } from './reset-limits.ts';

/** Somebody says that they forgot their password. */
export interface ResetRequest {
  readonly connection: Connection;
  /** E-mail address, username or phone number, as typed. */
  readonly identifier: string;
  /** Key under which the page that asked takes a code; absent: a link is sent. */
  readonly codeKey?: string;
}

/**
 * Promises that whoever has the account is sent the way to a new password. Nothing here looks at users:
 * that is the worker's, so that the answer and its time are the same for every identifier.
 */
export async function requestReset(
  services: AccountsOptions,
  context: AccountContext,
  { connection, identifier, codeKey }: ResetRequest,
): Promise<void> {
  const { tenant, baseUrl, client, store, request } = context;
  // Whatever is left out comes first: else blanks that it hid would make a new identifier of an old one.
  const typed = identifier.replaceAll('\0', '').trim().slice(0, LIMITS.identifierLength).trim();
  await admitAddress(services, context, connection);
  const { count } = await services.rateLimits.consume(
    `reset-for:${tenant.id}:${connection.id}:${typed.toLowerCase()}`,
    RESET_LIMITS.requestWindowSeconds,
  );
  if (count > RESET_LIMITS.requestsPerIdentifier) return;
  await store.transaction((tx) =>
    services.jobs.enqueue(
      {
        kind: 'request-password-reset',
        tenantId: tenant.id,
        baseUrl,
        connectionId: connection.id,
        ...(client === undefined ? {} : { clientId: client.clientId }),
        identifier: typed.toWellFormed(),
        ...(codeKey === undefined ? {} : { codeKey }),
        request: { ...request, query: {}, body: {} },
      },
      { transaction: tx.sql },
    ),
  );
}

async function admitAddress(
  { rateLimits, clock }: AccountsOptions,
  context: AccountContext,
  connection: Connection,
): Promise<void> {
  const { tenant, request, store } = context;
  const { requestsPerAddress: limit, requestWindowSeconds: window } = RESET_LIMITS;
  const key = `reset-from:${tenant.id}:${readAddressBlock(request.ip)}`;
  const { count, resetsInMs } = await rateLimits.consume(key, window);
  if (count <= limit) return;
  if (count === limit + 1) {
    await store.logs.append(
      buildLogEntry(context, {
        type: 'limit_mu',
        at: clock.now(),
        description: `More than ${limit} password resets in ${window} seconds`,
        connection,
        details: { flow: 'reset' },
      }),
    );
  }
  const message = 'Too many password resets from your address. Please try again later.';
  throw new TooManyAttemptsError(message, resetsInMs / 1000);
}
