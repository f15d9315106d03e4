import { TooManyAttemptsError } from '@tessera/accounts';
import { AppError, ERRORS, type Logger } from '@tessera/model';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { toErrorBody, WireError } from './wire-error.ts';

/** Answers every failure in the one shape, and tells the operator those that are not the caller's. */
export function handleErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const known = toAppError(error, request.routeOptions.bodyLimit ?? app.initialConfig.bodyLimit);
    if (known === undefined) {
      logger.error(
        { err: error, method: request.method, route: request.routeOptions.url },
        'A request failed',
      );
      return sendError(reply, {
        statusCode: 500,
        error: 'Internal Server Error',
        message: 'An internal error occurred',
      });
    }
    if (ERRORS[known.code].blame === 'operator') {
      logger.warn(
        { err: known, detail: known.detail, route: request.routeOptions.url },
        'A request could not be served',
      );
    }
    if (known.status === 401) reply.header('www-authenticate', 'Bearer error="invalid_token"');
    if (known instanceof TooManyAttemptsError) reply.header('retry-after', known.retryAfterSeconds);
    return sendError(reply, toErrorBody(known));
  });
  app.setNotFoundHandler(async (_request, reply) =>
    sendError(reply, { statusCode: 404, error: 'Not Found', message: 'Not Found' }),
  );
}

/** The failures that a caller may read about; undefined for a bug. */
function toAppError(
  error: FastifyError | AppError,
  bodyLimit: number | undefined,
): AppError | undefined {
  if (error instanceof AppError) return error;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new WireError(
        'payload_too_large',
        `Payload content length greater than maximum allowed: ${bodyLimit ?? 'unknown'}`,
        { cause: error },
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new WireError('unsupported_media_type', 'Unsupported Media Type', { cause: error });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new WireError(
        'invalid_body',
        'The body does not have the length that its header says',
        {
          errorCode: 'invalid_body',
          cause: error,
        },
      );
    default:
      return undefined;
  }
}

function sendError(
  reply: FastifyReply,
  body: { readonly statusCode: number; readonly error: string; readonly message: string },
) {
  return reply
    .code(body.statusCode)
    .type('application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(body));
}
