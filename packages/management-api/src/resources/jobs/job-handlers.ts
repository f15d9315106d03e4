import { type ImportInput, MAX_IMPORT_BYTES } from '@tessera/accounts';
import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  createAlphanumericId,
  type JobQueue,
  type JsonObject,
  type ManagementJob,
  type RandomBytes,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { findDatabase } from '../tickets/ticket-handlers.ts';
import type { UserAccounts } from '../users/user-accounts.ts';

type JobOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'createUsersImport' | 'createVerificationEmail' | 'getJob' | 'listJobErrors'
>;

/** Imports of one tenant that may wait or run at once, as the hosted service has it. */
const MAX_JOBS_AT_ONCE = 2;

const createJobId = (randomBytes: RandomBytes): string =>
  `job_${createAlphanumericId(randomBytes, 16)}`;

/** A job as the wire has it. */
function toWireJob({ id, type, status, content, createdAt }: ManagementJob): JsonObject {
  const { errors: _errors, done: _done, summary, ...shown } = content;
  const isOver = status === 'completed' || status === 'failed';
  return {
    type,
    status,
    ...shown,
    ...(isOver && summary !== undefined ? { summary } : {}),
    created_at: createdAt.toISOString(),
    id,
  };
}

async function getJob(store: TenantStore, id: string): Promise<ManagementJob> {
  const job = await store.managementJobs.find(id);
  if (job === undefined) throw notFound('The job does not exist.', 'inexistent_job');
  return job;
}

export function jobHandlers(services: {
  readonly accounts: UserAccounts;
  readonly jobs: JobQueue;
  readonly randomBytes: RandomBytes;
}): OperationHandlers<JobOperations> {
  const { jobs, randomBytes, accounts } = services;
  return {
    createUsersImport: async ({ store, context, body }) => {
      const { users, connection_id: connectionId, upsert = false, external_id: externalId } = body;
      if (Buffer.byteLength(users) > MAX_IMPORT_BYTES) {
        const message = `Payload content length greater than maximum allowed: ${MAX_IMPORT_BYTES}`;
        throw new WireError('payload_too_large', message);
      }
      const connection = await store.connections.find(connectionId);
      if (connection?.strategy !== 'auth0') {
        throw new WireError('invalid_body', 'The connection does not exist.', {
          errorCode: 'inexistent_connection',
        });
      }
      const input: ImportInput = { users, connectionId, upsert };
      const job = await store.transaction(async (tx) => {
        if ((await tx.managementJobs.countUnfinished('users_import')) >= MAX_JOBS_AT_ONCE) {
          throw new WireError(
            'too_many_attempts',
            `There are ${MAX_JOBS_AT_ONCE} active import users jobs, please wait until some of them are finished and try again`,
            { errorCode: 'too_many_requests' },
          );
        }
        const created = await tx.managementJobs.create({
          id: createJobId(randomBytes),
          type: 'users_import',
          status: 'pending',
          content: {
            connection_id: connectionId,
            connection: connection.name,
            ...(externalId === undefined ? {} : { external_id: externalId }),
          },
          input: { ...input },
        });
        const queued = {
          kind: 'import-users',
          tenantId: context.tenant.id,
          jobId: created.id,
        } as const;
        await jobs.enqueue(queued, { transaction: tx.sql });
        return created;
      });
      return { status: 202, body: toWireJob(job) };
    },
    createVerificationEmail: async ({ store, context, facts, body }) => {
      const user = await store.users.find(body.user_id);
      if (user === undefined) throw notFound('The user does not exist.', 'inexistent_user');
      const client =
        body.client_id === undefined ? undefined : await store.clients.find(body.client_id);
      if (body.client_id !== undefined && client === undefined) {
        throw notFound('The client does not exist.', 'inexistent_client');
      }
      const { tenant, baseUrl } = context;
      const accountContext = { tenant, store, baseUrl, request: facts, ...(client && { client }) };
      const connection = await findDatabase(store, user);
      const id = createJobId(randomBytes);
      // Whether the mail arrives is the outbox's to tell; that it is on its way is durable.
      const job = await store.transaction(async (tx) => {
        await accounts.emailVerifications.send(accountContext, { user, connection, jobId: id }, tx);
        return tx.managementJobs.create({
          ...{ id, type: 'verification_email', status: 'completed', content: {} },
        });
      });
      return { status: 201, body: { ...toWireJob(job), status: 'pending' } };
    },
    getJob: async ({ store, params }) => ({
      status: 200,
      body: toWireJob(await getJob(store, params.id)),
    }),
    listJobErrors: async ({ store, params }) => {
      const job = await getJob(store, params.id);
      const { errors } = job.content;
      if (Array.isArray(errors) && errors.length > 0) return { status: 200, body: errors };
      return job.status === 'failed' ? { status: 200, body: toWireJob(job) } : { status: 204 };
    },
  };
}
