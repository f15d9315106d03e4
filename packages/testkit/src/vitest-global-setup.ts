import type { TestProject } from 'vitest/node';
import type {} from './open-test-store.ts';
import { startTestDatabase } from './test-database.ts';

/** Starts one embedded PostgreSQL for the whole run; it is stopped and removed at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await startTestDatabase();
  const { host, port, user } = database.connection;
  project.provide('tesseraTestDatabase', { host, port, user });
  return () => database.stop();
}
