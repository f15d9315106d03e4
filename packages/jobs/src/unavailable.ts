import { AppError } from '@tessera/model';

/** The queue's database does not do what it should: the operator's to repair, worth a retry. */
export function unavailable(message: string, cause: unknown): AppError {
  return new AppError('database_unavailable', message, { cause });
}
