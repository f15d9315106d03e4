import { randomBytes } from 'node:crypto';
import type { TriggerEffects, TriggerEnd, TriggerPipeline, TriggerRun } from '@tessera/engine';
import type { Connection, JobQueue, JsonObject, Logger, NewLogEntry } from '@tessera/model';
import { createFakeMessages, openTestStore } from '@tessera/testkit';
import { type AccountContext, createAccounts, type HashCost } from '../src/index.ts';

/** As cheap as argon2 gets: most tests are not about its cost. */
export const CHEAP: HashCost = { memoryKiB: 8, iterations: 1 };
export const PASSWORD = 'Correct-horse-7';

const NO_EFFECTS: TriggerEffects = {
  idTokenClaims: {},
  accessTokenClaims: {},
  addedScopes: [],
  removedScopes: [],
  transactionMetadata: {},
};

/** A pipeline that ends every run as it is told. */
export interface FakePipeline extends TriggerPipeline {
  readonly runs: TriggerRun[];
  /** Triggers with an action bound. */
  readonly bound: Set<string>;
  end: TriggerEnd | Error;
  effects: Partial<TriggerEffects>;
}

export function createFakePipeline(): FakePipeline {
  const pipeline: FakePipeline = {
    runs: [],
    bound: new Set(),
    end: { kind: 'completed' },
    effects: {},
    hasActions: async (_store, triggerId) => pipeline.bound.has(triggerId),
    async run(run) {
      pipeline.runs.push(run);
      if (!pipeline.bound.has(run.triggerId))
        return { end: { kind: 'completed' }, effects: NO_EFFECTS };
      if (pipeline.end instanceof Error) throw pipeline.end;
      const executionId = run.executionId ?? `run-${pipeline.runs.length}`;
      return { executionId, end: pipeline.end, effects: { ...NO_EFFECTS, ...pipeline.effects } };
    },
  };
  return pipeline;
}

/** A queue that keeps its jobs in the caller's transaction, as the real one does. */
export interface FakeJobs extends JobQueue {
  failure: Error | undefined;
}

function createFakeJobs(): FakeJobs {
  const jobs: FakeJobs = {
    failure: undefined,
    async enqueue(job, options) {
      if (!options?.transaction) throw new Error('Expected a transaction');
      await options.transaction.executeSql('CREATE TABLE IF NOT EXISTS fake_jobs (job json)');
      await options.transaction.executeSql('INSERT INTO fake_jobs VALUES ($1)', [
        JSON.stringify(job),
      ]);
      if (jobs.failure) throw jobs.failure;
    },
  };
  return jobs;
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A connection with the given options, in the store. */
export const connectionWith = (options: JsonObject, name = 'people'): Connection => ({
  id: `con_${name}`,
  name,
  strategy: 'auth0',
  enabledClients: [],
  isDomainConnection: true,
  realms: [name],
  metadata: {},
  options,
});

/** Account services on a fresh database. */
export async function openAccounts(name: string, argon2: HashCost = CHEAP) {
  const opened = await openTestStore(name);
  const { tenant } = opened;
  const store = opened.store.tenant(tenant.id);
  const connection = connectionWith({});
  await store.connections.create(connection);
  const pipeline = createFakePipeline();
  const jobs = createFakeJobs();
  const clock = { time: new Date('2026-11-21T10:00:00.000Z'), now: () => clock.time };
  const messages = createFakeMessages();
  const services = {
    messages,
    pipeline,
    jobs,
    rateLimits: opened.store.rateLimits,
    clock,
    randomBytes,
    logger: silentLogger,
  };
  const contextFrom = (ip: string): AccountContext => ({
    tenant,
    store,
    baseUrl: 'https://login.test/',
    request: { ip, method: 'POST', hostname: 'login.test', userAgent: 'test', query: {}, body: {} },
  });
  return {
    store,
    tenant,
    connection,
    pipeline,
    jobs,
    messages,
    clock,
    services,
    contextFrom,
    context: contextFrom('192.0.2.1'),
    accounts: createAccounts({ ...services, argon2 }),
    /** Entries of a type, newest first. */
    listLogs: async (...type: string[]): Promise<readonly NewLogEntry[]> =>
      (await store.logs.list({ page: 0, perPage: 100, type })).items,
    /** What was enqueued and committed. */
    async listJobs(): Promise<readonly JsonObject[]> {
      return store.transaction(async (tx) => {
        const { rows } = await tx.sql.executeSql("SELECT to_regclass('fake_jobs') AS found");
        if ((rows[0] as { found: unknown }).found === null) return [];
        const jobRows = await tx.sql.executeSql('SELECT job FROM fake_jobs');
        return jobRows.rows.map((row) => (row as { job: JsonObject }).job);
      });
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

export type OpenAccounts = Awaited<ReturnType<typeof openAccounts>>;
