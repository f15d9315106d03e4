import { TooManyAttemptsError } from '@tessera/accounts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { UniversalLoginOptions } from '../options.ts';
import { readRequestFacts } from '../request-facts.ts';
import {
  allowOrigin,
  answerPreflight,
  badRequest,
  describeIssues,
  invalidBody,
  sendError,
} from './signup-api.ts';

const PATH = '/dbconnections/change_password';

/** What everybody reads, whether there is an account or not. */
const ANSWER = "We've just sent you an email to reset your password.";

const bodySchema = z
  .strictObject({
    client_id: z.string().optional(),
    connection: z.string(),
    email: z.string().optional(),
    username: z.string().optional(),
    phone_number: z.string().optional(),
    organization: z.string().optional(),
    /** Older programs send one; it is not read: the person chooses a password on the page. */
    password: z.string().optional(),
  })
  .refine(({ email, username, phone_number }) => (email ?? username ?? phone_number)?.trim(), {
    message: 'email is required',
  });

/** Adds `POST /dbconnections/change_password`: sends the way to a new password. */
export function addChangePasswordApi(app: FastifyInstance, options: UniversalLoginOptions): void {
  app.options(PATH, async (request, reply) => answerPreflight(request, reply));

  app.post(PATH, async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', vary: 'origin' });
    const parsed = bodySchema.safeParse(request.body);
    if (!parsed.success) return sendError(reply, invalidBody(describeIssues(parsed.error)));
    const body = parsed.data;
    const context = options.contextOf(request.raw);
    const store = options.store.tenant(context.tenant.id);
    const client =
      body.client_id === undefined ? undefined : await store.clients.find(body.client_id);
    if (body.client_id !== undefined && client === undefined) {
      return sendError(reply, badRequest('invalid_client', 'Unknown client.'));
    }
    if (client !== undefined) allowOrigin(request, reply, client);
    const connection = client
      ? (await store.connections.listForClient(client.clientId)).find(
          ({ name }) => name === body.connection,
        )
      : await store.connections.findByName(body.connection);
    if (connection?.strategy !== 'auth0') {
      return sendError(reply, badRequest('connection_not_found', 'The connection was not found.'));
    }
    const identifier = body.email ?? body.username ?? body.phone_number ?? '';
    try {
      await options.accounts.passwordResets.request(
        {
          tenant: context.tenant,
          store,
          baseUrl: context.baseUrl,
          ...(client ? { client } : {}),
          request: readRequestFacts(request, context, { query: {}, body: {} }),
        },
        { connection, identifier },
      );
    } catch (error) {
      if (!(error instanceof TooManyAttemptsError)) throw error;
      reply.header('retry-after', error.retryAfterSeconds);
      const { code, message: description } = error;
      return sendError(reply, { statusCode: 429, name: 'TooManyRequestsError', code, description });
    }
    return reply.type('text/html; charset=utf-8').send(ANSWER);
  });
}
