import { AppError } from '@tessera/model';
import type pg from 'pg';
import { mapDatabaseError } from './map-database-error.ts';

/** Codes of PostgreSQL and Node that a start can end with, and what they mean to the operator. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'its socket does not exist',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be resolved at the moment',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'its host cannot be reached',
  '28P01': 'it refuses the user name or password',
  '28000': 'it refuses this user',
  '3D000': 'there is no such database',
  '42501': 'the user may not create tables there',
  '53100': 'its disk is full',
  '53300': 'it has no connection left',
  '57P03': 'it is starting up or shutting down',
  '25006': 'it is read-only (a standby?)',
};

/** What keeps a store from opening. Names the database and the reason, never user or password. */
export function explainStartFailure(error: unknown, connection: pg.ClientConfig): Error {
  if (error instanceof AppError) return error;
  const mapped = mapDatabaseError(error);
  const reason = reasonOf(error) ?? reasonOf((error as Error | undefined)?.cause);
  if (reason === undefined && !(mapped instanceof AppError)) return mapped;
  return new AppError(
    'database_unavailable',
    `The database ${nameOf(connection)} cannot be used: ${reason ?? 'it does not answer'}.`,
    { cause: mapped },
  );
}

function reasonOf(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  if (typeof code === 'string' && REASONS[code] !== undefined) return REASONS[code];
  if (typeof message !== 'string') return undefined;
  return /SSL|certificate|self-signed/i.test(message) ? `TLS: ${message}` : undefined;
}

function nameOf({ connectionString, host, port, database }: pg.ClientConfig): string {
  if (connectionString === undefined)
    return `"${host ?? 'localhost'}:${port ?? 5432}/${database ?? ''}"`;
  if (!URL.canParse(connectionString)) return 'of DATABASE_URL (which is not a URL)';
  const url = new URL(connectionString);
  return `"${url.host}${url.pathname}"`;
}
