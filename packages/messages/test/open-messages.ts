import { randomBytes } from 'node:crypto';
import type { TriggerEnd, TriggerPipeline, TriggerRun } from '@tessera/engine';
import type {
  EmailMessage,
  Job,
  JobQueue,
  JsonObject,
  Logger,
  MessageContext,
  NewLogEntry,
  NewUser,
  OutboxMessage,
  PhoneMessage,
} from '@tessera/model';
import { openTestStore } from '@tessera/testkit';
import {
  createMessages,
  createSendMessageHandler,
  type SendMessageHandlerOptions,
} from '../src/index.ts';

const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A pipeline that ends every run as it is told. */
export class FakePipeline implements TriggerPipeline {
  readonly runs: TriggerRun[] = [];
  /** Triggers with an action bound. */
  readonly bound = new Set<string>();
  end: TriggerEnd = { kind: 'completed' };

  async hasActions(_store: unknown, triggerId: string): Promise<boolean> {
    return this.bound.has(triggerId);
  }

  async run(run: TriggerRun) {
    this.runs.push(run);
    const effects = {
      idTokenClaims: {},
      accessTokenClaims: {},
      addedScopes: [],
      removedScopes: [],
      transactionMetadata: {},
    };
    return { executionId: `run-${this.runs.length}`, end: this.end, effects };
  }
}

/** A person of the tests. */
export const ADA: NewUser = {
  userId: 'auth0|0123456789abcdef01234567',
  email: 'ada@example.com',
  emailVerified: false,
  name: 'Ada <Lovelace>',
  identities: [
    {
      connection: 'people',
      provider: 'auth0',
      userId: '0123456789abcdef01234567',
      isSocial: false,
    },
  ],
  userMetadata: { title: '<b>Countess</b>' },
  appMetadata: {},
  blocked: false,
};

/** Messages on a real store; jobs wait until a test has them done. */
export async function openMessages(
  name: string,
  delivery: Partial<Pick<SendMessageHandlerOptions, 'judgeHost' | 'operatorSmtp'>> = {},
) {
  const opened = await openTestStore(name);
  const { tenant } = opened;
  const store = opened.store.tenant(tenant.id);
  const waiting: Job[] = [];
  const jobs: JobQueue = { enqueue: async (job) => void waiting.push(job) };
  const pipeline = new FakePipeline();
  const clock = { now: () => new Date() };
  const messages = createMessages({
    ...{ jobs, clock, randomBytes },
    rateLimits: opened.store.rateLimits,
  });
  const handle = createSendMessageHandler({
    ...{ pipeline, clock },
    store: opened.store,
    logger: silentLogger,
    judgeHost: async (_tenantId, { port }) => [{ address: '127.0.0.1', port }],
    ...delivery,
  });
  await store.connections.create({
    id: 'con_people',
    name: 'people',
    strategy: 'auth0',
    enabledClients: [],
    isDomainConnection: true,
    realms: ['people'],
    metadata: {},
    options: {},
  });
  const user = await store.users.create(ADA);
  const context: MessageContext = { tenant, store, baseUrl: 'https://login.test/', languages: [] };

  const listAll = async (): Promise<readonly OutboxMessage[]> =>
    (await store.outbox.list({ page: 0, perPage: 100 })).items;

  /** Does all waiting jobs once; resolves with their errors: those jobs are tried again. */
  async function work(attempt = 1, isLast = false): Promise<readonly Error[]> {
    const failures: Error[] = [];
    const { signal } = new AbortController();
    for (const job of waiting.splice(0)) {
      if (job.kind !== 'send-message') throw new Error(`Unexpected job ${job.kind}`);
      try {
        await handle(job, { attempt, isLast, signal });
      } catch (error) {
        waiting.push(job);
        failures.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    return failures;
  }

  return {
    ...{ store, tenant, user, context, messages, pipeline, waiting, work, listAll },
    root: opened.store,
    /** Sends an e-mail, works, and returns what stands in the outbox. */
    async sendEmail(
      message: Partial<EmailMessage> = {},
      more: Partial<MessageContext> = {},
    ): Promise<OutboxMessage> {
      const url = 'https://login.test/u/reset?ticket=a&b=c';
      await messages.sendEmail(
        { ...context, ...more },
        { template: 'reset_email', to: 'ada@example.com', user, variables: { url }, ...message },
      );
      await work();
      return first(await listAll());
    },
    async sendPhone(
      message: Partial<PhoneMessage> = {},
      more: Partial<MessageContext> = {},
    ): Promise<OutboxMessage> {
      await messages.sendPhoneMessage(
        { ...context, ...more },
        { to: '+41445550100', user, via: 'sms', purpose: 'otp-verify', code: '271828', ...message },
      );
      await work();
      return first(await listAll());
    },
    /** Entries of the tenant log, newest first. */
    listLogs: async (...type: string[]): Promise<readonly NewLogEntry[]> =>
      (await store.logs.list({ page: 0, perPage: 100, ...(type.length > 0 ? { type } : {}) }))
        .items,
    /** The tenant's SMTP server. */
    useSmtp: (credentials: JsonObject, defaultFrom = 'Acme <no-reply@acme.test>') =>
      store.messageProviders.create({
        ...{ id: 'email', channel: 'email', name: 'smtp', isEnabled: true, defaultFrom },
        ...{ settings: {}, credentials },
      }),
    useCustom: (channel: 'email' | 'phone') =>
      store.messageProviders.create({
        ...{ id: channel === 'email' ? 'email' : 'pro_1', channel, name: 'custom' },
        ...{ isEnabled: true, defaultFrom: 'acme@acme.test', settings: {}, credentials: {} },
      }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

export type OpenMessages = Awaited<ReturnType<typeof openMessages>>;

function first<T>([item]: readonly T[]): T {
  if (item === undefined) throw new Error('The outbox is empty');
  return item;
}
