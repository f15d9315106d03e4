import type { TestProject } from 'vitest/node';
import { startTestDatabase } from './test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that all test files of this run share; see `openTestStore`. */
    readonly tesseraTestDatabase: {
      readonly host: string;
      readonly port: number;
      readonly user: string;
    };
  }
}

/** Starts one embedded PostgreSQL for the whole run; it is stopped and removed at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await startTestDatabase();
  const { host, port, user } = database.connection;
  project.provide('tesseraTestDatabase', { host, port, user });
  return () => database.stop();
}
