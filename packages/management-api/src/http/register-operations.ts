import type { Operation } from '@tessera/api-contract';
import type { Clock, ContextOf, RequestContext, Store } from '@tessera/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessToken, AccessTokenVerifier, checkScopes } from './access-token.ts';
import type { OperationHandler, OperationHandlers } from './operation-handler.ts';
import { parseInput } from './parse-input.ts';
import { toRequestFacts } from './request-facts.ts';

export interface OperationServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly contextOf: ContextOf;
}

const NOBODY: AccessToken = { subject: '', clientId: undefined, scopes: new Set() };

/** `/clients/{id}` of the contract is `/clients/:id` of the router. */
const toRoutePath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/**
 * Registers a route for each row of a table. In order: token, scopes, path, query, body; so that
 * nobody learns what exists, or what is wrong with a body, without the right to ask.
 */
export function registerOperations<T extends Readonly<Record<string, Operation>>>(
  app: FastifyInstance,
  services: OperationServices,
  table: {
    readonly operations: T;
    readonly handlers: OperationHandlers<T>;
    /** Audience that tokens must be for; rejects when the API is not served at this tenant. */
    readonly audienceOf: (context: RequestContext) => string;
  },
): void {
  const verifier = new AccessTokenVerifier(services.store, services.clock);
  for (const [id, operation] of Object.entries(table.operations)) {
    const handler = table.handlers[id] as OperationHandler<Operation>;
    app.route({
      method: operation.method,
      url: toRoutePath(operation.path),
      handler: async (request, reply) => {
        const context = services.contextOf(request.raw);
        const audience = table.audienceOf(context);
        const token =
          operation.scopes.length === 0
            ? NOBODY
            : await verifier.verify(context, request.headers.authorization, audience);
        if (operation.scopes.length > 0) checkScopes(token, operation.scopes, operation.scopeRule);
        return await answer({ operation, handler }, request, { reply, context, token, services });
      },
    });
  }
}

async function answer(
  {
    operation,
    handler,
  }: { readonly operation: Operation; readonly handler: OperationHandler<Operation> },
  request: FastifyRequest,
  call: {
    readonly reply: FastifyReply;
    readonly context: RequestContext;
    readonly token: AccessToken;
    readonly services: OperationServices;
  },
): Promise<FastifyReply> {
  const { reply, context, token, services } = call;
  const { params, query, body } = parseInput(operation, request);
  // `parseInput` has read them by the schemas that the handler's types come from.
  const input = { params, query, body } as { params: never; query: never; body: never };
  const answered = await handler({
    ...input,
    context,
    token,
    store: services.store.tenant(context.tenant.id),
    facts: toRequestFacts(request, context),
  });
  if (answered.headers !== undefined) reply.headers(answered.headers);
  reply.code(answered.status);
  if (answered.body === undefined) return reply.send();
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answered.body));
}
