import formBody from '@fastify/formbody';
import { AppError } from '@tessera/model';
import type { FastifyError, FastifyInstance, FastifyPluginAsync } from 'fastify';
import { ASSETS } from './assets.ts';
import { createCsrfProtection } from './csrf.ts';
import { PAGE_LIMITS } from './limits.ts';
import { addLoginRoutes } from './login-routes.ts';
import type { UniversalLoginOptions } from './options.ts';
import {
  INTERNAL_ERROR,
  type PageProblem,
  PageProblemError,
  TRANSACTION_UNKNOWN,
  UNAVAILABLE,
} from './page-problem.ts';
import { showProblem } from './pages.ts';
import { addSignUpApi, invalidBody, sendError } from './signup-api.ts';
import { addSignUpRoutes } from './signup-routes.ts';

/**
 * The pages under `/u/`, their assets, and `POST /dbconnections/signup`, as a Fastify plugin.
 * It brings its own body parsers and error handlers and touches none outside.
 */
export function universalLogin(options: UniversalLoginOptions): FastifyPluginAsync {
  const csrf = createCsrfProtection(options);
  return async (app) => {
    await app.register(async (scope) => addAssets(scope));
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      await scope.register(formBody, { bodyLimit: PAGE_LIMITS.bodyBytes });
      setPageErrorHandler(scope, options);
      addLoginRoutes(scope, options, csrf);
      addSignUpRoutes(scope, options, csrf);
    });
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      await scope.register(formBody, { bodyLimit: PAGE_LIMITS.bodyBytes });
      const json = { parseAs: 'string', bodyLimit: PAGE_LIMITS.bodyBytes } as const;
      const parseJson = scope.getDefaultJsonParser('error', 'error');
      scope.addContentTypeParser('application/json', json, parseJson);
      setApiErrorHandler(scope, options);
      addSignUpApi(scope, options);
    });
  };
}

const IMMUTABLE = 'public, max-age=31536000, immutable';

function addAssets(app: FastifyInstance): void {
  for (const { path, contentType, body } of ASSETS) {
    app.get(path, async (_request, reply) =>
      reply
        .headers({
          'content-type': contentType,
          'cache-control': IMMUTABLE,
          'x-content-type-options': 'nosniff',
        })
        .send(body),
    );
  }
}

function setPageErrorHandler(app: FastifyInstance, options: UniversalLoginOptions): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const problem = describeProblem(error);
    if (problem.status < 500) {
      return showProblem(reply, options.contextOf(request.raw), problem);
    }
    options.logger.error({ err: error, requestId: request.id }, 'Page failed');
    const context = options.contextOf(request.raw);
    return showProblem(reply, context, { ...problem, traceId: request.id });
  });
}

function describeProblem(error: FastifyError): PageProblem {
  if (error instanceof PageProblemError) return error.problem;
  if (error instanceof AppError) {
    if (error.code === 'transaction_invalid') return TRANSACTION_UNKNOWN;
    return error.status === 503 ? UNAVAILABLE : INTERNAL_ERROR;
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) return INTERNAL_ERROR;
  const isTooLarge = status === 413;
  return {
    status,
    heading: isTooLarge ? 'That was too much' : 'We could not read this form',
    description: isTooLarge
      ? `A form may have at most ${PAGE_LIMITS.bodyBytes} bytes.`
      : 'It was not sent the way that browsers send forms.',
    advice: 'Please go back, reload the page and try again.',
  };
}

function setApiErrorHandler(app: FastifyInstance, options: UniversalLoginOptions): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode < 500) {
      return sendError(reply, invalidBody('The body could not be read.', statusCode));
    }
    // What the database cannot hold, e.g. a NUL character in a client's id.
    if (error instanceof AppError && error.code === 'invalid_body') {
      return sendError(reply, invalidBody(error.message));
    }
    const status = error instanceof AppError && error.status === 503 ? 503 : 500;
    options.logger.error({ err: error, requestId: request.id }, 'Signup API failed');
    const name = status === 503 ? 'ServiceUnavailableError' : 'InternalServerError';
    const description = status === 503 ? 'The service is not available.' : 'An internal error.';
    return sendError(reply, { statusCode: status, name, code: 'server_error', description });
  });
}
