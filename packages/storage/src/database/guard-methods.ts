import { mapDatabaseError } from './map-database-error.ts';

/** Returns `repository` with every method's rejection mapped by `mapDatabaseError`. */
export function guardMethods<T extends object>(repository: T): T {
  const guarded = Object.entries(repository).map(([name, member]) => [name, guard(member)]);
  return Object.fromEntries(guarded) as T;
}

function guard(member: unknown): unknown {
  if (typeof member !== 'function') return member;
  return async (...args: readonly unknown[]): Promise<unknown> => {
    try {
      return await member(...args);
    } catch (error) {
      throw mapDatabaseError(error);
    }
  };
}
