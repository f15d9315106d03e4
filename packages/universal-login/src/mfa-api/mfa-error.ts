import { AppError } from '@tessera/model';
import type { FastifyReply } from 'fastify';

/** A refusal in the dialect of the authentication API. */
export class MfaError extends Error {
  readonly status: number;
  readonly error: string;

  constructor(status: number, error: string, description: string) {
    super(description);
    this.name = 'MfaError';
    this.status = status;
    this.error = error;
  }
}

/** Answers with a refusal; anything else is thrown on. */
export function sendRefusal(reply: FastifyReply, error: unknown): FastifyReply {
  const refusal = describe(error);
  if (refusal === undefined) throw error;
  if (error instanceof AppError && 'retryAfterSeconds' in error) {
    reply.header('retry-after', error.retryAfterSeconds);
  }
  const { status, message } = refusal;
  return reply.code(status).send({ error: refusal.error, error_description: message });
}

function describe(error: unknown): MfaError | undefined {
  if (error instanceof MfaError) return error;
  if (!(error instanceof AppError)) return undefined;
  switch (error.code) {
    case 'too_many_attempts':
      return new MfaError(429, 'too_many_attempts', error.message);
    case 'not_found':
      return new MfaError(
        403,
        'unsupported_challenge_type',
        'User does not have any of the requested factors, or the tenant has not enabled them.',
      );
    case 'invalid_body':
    case 'limit_reached':
      return new MfaError(400, 'invalid_request', error.message);
    case 'invalid_token':
      return new MfaError(401, 'invalid_token', error.message);
    default:
      return undefined;
  }
}
