import { AppError } from '@tessera/model';
import { WireError } from './wire-error.ts';

/** Says what is taken when a repository rejects with `conflict`, as the hosted service does. */
export const orConflict = async <T>(
  work: Promise<T>,
  taken: { readonly message: string; readonly errorCode: string },
): Promise<T> =>
  await work.catch((cause: unknown) => {
    if (!(cause instanceof AppError) || cause.code !== 'conflict') throw cause;
    throw new WireError('conflict', taken.message, { errorCode: taken.errorCode, cause });
  });
