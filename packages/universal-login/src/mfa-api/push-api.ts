import { MULTIFACTOR_LIMITS } from '@tessera/accounts';
import { AppError } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { UniversalLoginOptions } from '../options.ts';
import { requestContext } from './mfa-caller.ts';
import { MfaError, sendRefusal } from './mfa-error.ts';

const messageSchema = z.strictObject({ jwt: z.string().max(MULTIFACTOR_LIMITS.deviceTokenBytes) });

/** Adds what devices speak to (docs/mfa.md): `/mfa/push/devices`, `/mfa/push/requests`, `/mfa/push/answers`. */
export function addPushApi(app: FastifyInstance, options: UniversalLoginOptions): void {
  const { pushDevices } = options;
  app.post('/mfa/push/devices', (request, reply) =>
    answer(reply, request.body, async (message) => {
      const id = await pushDevices.register(requestContext(options, request), message);
      return reply.code(201).send({ id });
    }),
  );

  app.post('/mfa/push/requests', (request, reply) =>
    answer(reply, request.body, async (message) => {
      const waiting = await pushDevices.listRequests(requestContext(options, request), message);
      const requests = waiting.map(({ id, application, ip, userAgent, createdAt, expiresAt }) => ({
        ...{ id, application, ip, user_agent: userAgent },
        ...{ created_at: createdAt, expires_at: expiresAt },
      }));
      return reply.send({ requests });
    }),
  );

  app.post('/mfa/push/answers', (request, reply) =>
    answer(reply, request.body, async (message) => {
      await pushDevices.answer(requestContext(options, request), message);
      return reply.code(204).send();
    }),
  );
}

async function answer(
  reply: FastifyReply,
  body: unknown,
  work: (message: string) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  try {
    const parsed = messageSchema.safeParse(body);
    if (!parsed.success) {
      throw new MfaError(400, 'invalid_request', 'The body must be {"jwt": "…"}.');
    }
    return await work(parsed.data.jwt);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') {
      return sendRefusal(reply, new MfaError(404, 'not_found', error.message));
    }
    return sendRefusal(reply, error);
  }
}
