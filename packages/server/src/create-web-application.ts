import { type ManagementApiOptions, managementApi } from '@tessera/management-api';
import {
  findPageTemplateProblem,
  type UniversalLoginOptions,
  universalLogin,
} from '@tessera/universal-login';
import Fastify, { type FastifyInstance } from 'fastify';
import { sendJson } from './operations-routes.ts';

/** What the routes that Fastify serves are made of. */
export interface WebApplicationOptions
  extends Omit<UniversalLoginOptions, 'secureCookies'>,
    Omit<ManagementApiOptions, 'accounts' | 'findPageTemplateProblem'> {
  /** Public base URL of the default tenant: whether cookies are `Secure` depends on it. */
  readonly url: string;
}

/** Longest part of a path, characters: identifiers of APIs are URLs, and stand in paths. */
const MAX_PARAM_LENGTH = 1000;

/** Pages and management API on one Fastify, which listens nowhere: the dispatcher hands it requests. */
export async function createWebApplication(
  options: WebApplicationOptions,
): Promise<FastifyInstance> {
  const fastify = Fastify({
    logger: false,
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors(_error, _request, reply) {
      sendJson(reply.hijack().raw, 400, {
        statusCode: 400,
        error: 'Bad Request',
        message: 'The path of the request is malformed.',
        errorCode: 'invalid_uri',
      });
    },
  });
  await fastify.register(
    universalLogin({ ...options, secureCookies: options.url.startsWith('https:') }),
  );
  await fastify.register(managementApi({ ...options, findPageTemplateProblem }));
  fastify.get('/', async (request, reply) => {
    const { baseUrl } = options.contextOf(request.raw);
    return reply.type('text/plain; charset=utf-8').send(greet(baseUrl));
  });
  await fastify.ready();
  return fastify;
}

/** For whoever opens the address in a browser to see whether it lives. */
function greet(baseUrl: string): string {
  return [
    'Tessera is running.',
    '',
    `Issuer          ${baseUrl}`,
    `Discovery       ${baseUrl}.well-known/openid-configuration`,
    `Management API  ${baseUrl}api/v2/ (described at ${baseUrl}api/v2/openapi.json)`,
    '',
  ].join('\n');
}
