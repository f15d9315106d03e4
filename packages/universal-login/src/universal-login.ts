import formBody from '@fastify/formbody';
import { AppError } from '@tessera/model';
import type { FastifyError, FastifyInstance, FastifyPluginAsync } from 'fastify';
import { addChangePasswordApi } from './api/change-password-api.ts';
import { addPasswordlessApi } from './api/passwordless-api.ts';
import { addSignUpApi, invalidBody, sendError } from './api/signup-api.ts';
import { ASSETS } from './assets.ts';
import { addBotGate } from './bot-gate/bot-gate.ts';
import { addBrandRoutes } from './brand/brand-routes.ts';
import { type CsrfProtection, createCsrfProtection } from './csrf.ts';
import { addVerificationCodeRoutes } from './email-verification/code-routes.ts';
import { addEmailVerificationRoutes } from './email-verification/verification-routes.ts';
import { addFormRoutes } from './form/form-routes.ts';
import { PAGE_LIMITS } from './limits.ts';
import { addLoginRoutes } from './login/login-routes.ts';
import { createTicketSteps } from './mfa/enrollment-tickets.ts';
import { addMfaRoutes } from './mfa/mfa-routes.ts';
import { addMfaApi } from './mfa-api/mfa-api.ts';
import { addPushApi } from './mfa-api/push-api.ts';
import type { UniversalLoginOptions } from './options.ts';
import {
  INTERNAL_ERROR,
  type PageProblem,
  PageProblemError,
  TRANSACTION_UNKNOWN,
  UNAVAILABLE,
} from './page-problem.ts';
import { addPasskeyRoutes } from './passkeys/passkey-routes.ts';
import { addResetRequestRoutes } from './password-reset/request-routes.ts';
import { addPasswordResetRoutes } from './password-reset/reset-routes.ts';
import { createResetSteps } from './password-reset/reset-steps.ts';
import { addLinkRoutes } from './passwordless/link-routes.ts';
import { addPasswordlessRoutes } from './passwordless/passwordless-routes.ts';
import { showProblem } from './show-screen.ts';
import { addSignUpRoutes } from './signup/signup-routes.ts';
import { addUpstreamRoutes } from './upstream/upstream-routes.ts';

type AddRoutes = (
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
) => void;

/** The areas of pages, each with a folder of its own in `src`, `templates` and `translations`. */
const PAGE_AREAS: readonly AddRoutes[] = [
  // A hook before those that follow.
  addBotGate,
  addLoginRoutes,
  addSignUpRoutes,
  addFormRoutes,
  addPasswordlessRoutes,
  addLinkRoutes,
  addPasskeyRoutes,
  addResetRequestRoutes,
  addPasswordResetRoutes,
  addEmailVerificationRoutes,
  addVerificationCodeRoutes,
  addMfaRoutes,
  addUpstreamRoutes,
];

/** Routes without pages, in `src/api`; they answer JSON. */
const API_AREAS: readonly ((app: FastifyInstance, options: UniversalLoginOptions) => void)[] = [
  addSignUpApi,
  addPasswordlessApi,
  addChangePasswordApi,
  addMfaApi,
  addPushApi,
];

/**
 * The pages under `/u/`, their assets, and `POST /dbconnections/signup`, as a Fastify plugin.
 * It brings its own body parsers and error handlers and touches none outside.
 */
export function universalLogin(given: UniversalLoginOptions): FastifyPluginAsync {
  const csrf = createCsrfProtection(given);
  const options = {
    ...given,
    steps: [...given.steps, createResetSteps(given, csrf), createTicketSteps(given)],
  };
  return async (app) => {
    await app.register(async (scope) => addAssets(scope, options));
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      await scope.register(formBody, { bodyLimit: PAGE_LIMITS.bodyBytes });
      setPageErrorHandler(scope, options, csrf);
      for (const addRoutes of PAGE_AREAS) addRoutes(scope, options, csrf);
    });
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      await scope.register(formBody, { bodyLimit: PAGE_LIMITS.bodyBytes });
      const json = { parseAs: 'string', bodyLimit: PAGE_LIMITS.bodyBytes } as const;
      const parseJson = scope.getDefaultJsonParser('error', 'error');
      scope.addContentTypeParser('application/json', json, parseJson);
      setApiErrorHandler(scope, options);
      for (const addRoutes of API_AREAS) addRoutes(scope, options);
    });
  };
}

const IMMUTABLE = 'public, max-age=31536000, immutable';

function addAssets(app: FastifyInstance, options: UniversalLoginOptions): void {
  addBrandRoutes(app, options);
  for (const { path, contentType, body, gzipped } of ASSETS) {
    app.get(path, async (request, reply) => {
      const isGzip =
        gzipped !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      return reply
        .headers({
          'content-type': contentType,
          'cache-control': IMMUTABLE,
          'x-content-type-options': 'nosniff',
          ...(gzipped === undefined ? {} : { vary: 'accept-encoding' }),
          ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
        })
        .send(isGzip ? gzipped : body);
    });
  }
}

function setPageErrorHandler(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const problem = describeProblem(error);
    const page = { options, csrf, request, reply };
    const place = { context: options.contextOf(request.raw) };
    if (problem.status < 500) return showProblem(page, place, problem);
    // Whoever threw a problem that has words of its own has logged what it knows.
    if (!(error instanceof PageProblemError)) {
      options.logger.error({ err: error, requestId: request.id }, 'Page failed');
    }
    return showProblem(page, place, { ...problem, traceId: request.id });
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
  return status === 413
    ? { status, texts: 'errors.form-too-large', values: { max: PAGE_LIMITS.bodyBytes } }
    : { status, texts: 'errors.form-unreadable' };
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
