import type { Operation } from '@tessera/api-contract';
import type { Clock, ContextOf, Logger, RequestContext, Store } from '@tessera/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessToken, AccessTokenVerifier, checkScopes } from './access-token.ts';
import { appendAuditEntry } from './append-audit-entry.ts';
import type { OperationHandler, OperationHandlers, OperationReply } from './operation-handler.ts';
import { parseInput } from './parse-input.ts';
import { toRequestFacts } from './request-facts.ts';

export interface OperationServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly contextOf: ContextOf;
  readonly logger: Logger;
}

const NOBODY: AccessToken = {
  subject: '',
  clientId: undefined,
  scopes: new Set(),
  expiresAt: new Date(0),
};

/** `/clients/{id}` of the contract is `/clients/:id` of the router. */
const toRoutePath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** What is known of a request before its body is read. */
interface Caller {
  readonly context: RequestContext;
  readonly token: AccessToken;
}

/**
 * Registers a route for each row of a table. In order: token, scopes, and only then the body is read,
 * then path, query and body are checked; so that nobody learns what exists, or makes the server read
 * much, without the right to ask.
 */
export function registerOperations<T extends Readonly<Record<string, Operation>>>(
  app: FastifyInstance,
  services: OperationServices,
  table: {
    readonly operations: T;
    readonly handlers: OperationHandlers<T>;
    /** Audience that tokens must be for; throws when the API is not served at this tenant. */
    readonly audienceOf: (context: RequestContext) => string;
  },
): void {
  const verifier = new AccessTokenVerifier(services.store, services.clock);
  const callers = new WeakMap<FastifyRequest, Caller>();

  async function admit(request: FastifyRequest, operation: Operation): Promise<Caller> {
    const context = services.contextOf(request.raw);
    const audience = table.audienceOf(context);
    if (operation.scopes.length === 0) return { context, token: NOBODY };
    const token = await verifier.verify(context, request.headers.authorization, audience);
    checkScopes(token, operation.scopes, operation.scopeRule);
    return { context, token };
  }

  for (const [id, operation] of Object.entries(table.operations)) {
    const handler = table.handlers[id] as OperationHandler<Operation>;
    app.route({
      method: operation.method,
      url: toRoutePath(operation.path),
      onRequest: async (request) => {
        callers.set(request, await admit(request, operation));
      },
      handler: async (request, reply) => {
        const caller = callers.get(request);
        if (caller === undefined) throw new Error('The caller was not looked at');
        return sendReply(
          reply,
          await call({ operation, handler }, request, { ...caller, services }),
        );
      },
    });
  }
}

async function call(
  {
    operation,
    handler,
  }: { readonly operation: Operation; readonly handler: OperationHandler<Operation> },
  request: FastifyRequest,
  { context, token, services }: Caller & { readonly services: OperationServices },
): Promise<OperationReply> {
  const { params, query, body } = parseInput(operation, request);
  // `parseInput` has read them by the schemas that the handler's types come from.
  const input = { params, query, body } as { params: never; query: never; body: never };
  const store = services.store.tenant(context.tenant.id);
  const facts = toRequestFacts(request, context);
  const reply = await handler({ ...input, context, token, store, facts });
  if (operation.method !== 'GET') {
    const [path = ''] = request.url.split('?');
    const { userAgent } = facts;
    const { status } = reply;
    await appendAuditEntry(services, store, { operation, context, token, path, userAgent, status });
  }
  return reply;
}

function sendReply(
  reply: FastifyReply,
  { status, headers, body, stream }: OperationReply,
): FastifyReply {
  if (stream !== undefined) {
    stream({ request: reply.request.raw, response: reply.raw });
    return reply.hijack();
  }
  if (headers !== undefined) reply.headers(headers);
  reply.code(status);
  if (body === undefined) return reply.send();
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
