import {
  AccountInputError,
  isPasswordless,
  type PasswordlessContext,
  TooManyAttemptsError,
} from '@tessera/accounts';
import {
  AppError,
  type Client,
  type Connection,
  isSameSecret,
  type TenantStore,
} from '@tessera/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { UniversalLoginOptions } from '../options.ts';
import { readLanguages } from '../passwordless/passwordless-context.ts';
import { readRequestFacts } from '../request-facts.ts';
import { allowOrigin } from './signup-api.ts';

const PATH = '/passwordless/start';

/** Texts are limited by the body; `authParams` are limited by the service. */
const bodySchema = z.strictObject({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  connection: z.string(),
  email: z.string().optional(),
  phone_number: z.string().optional(),
  send: z.enum(['code', 'link']).default('link'),
  authParams: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  lang: z.string().max(100).optional(),
});
type StartBody = z.infer<typeof bodySchema>;

/** A refusal, in the dialect of this endpoint. */
class StartError extends Error {
  readonly status: number;
  readonly error: string;

  constructor(status: number, error: string, description: string) {
    super(description);
    this.name = 'StartError';
    this.status = status;
    this.error = error;
  }
}

/** Adds `POST /passwordless/start`: sends a code or a link for an application that has a form of its own. */
export function addPasswordlessApi(app: FastifyInstance, options: UniversalLoginOptions): void {
  // Which client asks is in the body of the request that follows, so every origin may ask.
  app.options(PATH, async (request, reply) => {
    const { origin } = request.headers;
    if (origin !== undefined) {
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type, auth0-client, authorization',
        'access-control-max-age': '600',
      });
    }
    return reply.header('vary', 'origin').code(204).send();
  });

  app.post(PATH, async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', vary: 'origin' });
    try {
      return reply.send(await start(options, request, reply));
    } catch (error) {
      const refusal = describeRefusal(reply, error);
      const { status, message } = refusal;
      return reply.code(status).send({ error: refusal.error, error_description: message });
    }
  });
}

async function start(
  options: UniversalLoginOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const body = readBody(request.body);
  const context = options.contextOf(request.raw);
  const store = options.store.tenant(context.tenant.id);
  const client = await authenticate(request, store, body);
  allowOrigin(request, reply, client);
  const connection = await findConnection(store, client, body.connection);
  const address = readAddress(connection, body);
  const authParams = Object.fromEntries(
    Object.entries(body.authParams).map(([name, value]) => [name, String(value)]),
  );
  const { client_secret: _secret, authParams: _params, ...visible } = body;
  const facts = { query: {}, body: JSON.parse(JSON.stringify(visible)) };
  const accountContext: PasswordlessContext = {
    tenant: context.tenant,
    store,
    baseUrl: context.baseUrl,
    client,
    request: readRequestFacts(request, context, facts),
  };
  const started = await options.passwordless.start(accountContext, {
    connection,
    address,
    // Text messages carry codes only, whatever is asked for.
    send: connection.strategy === 'email' ? body.send : 'code',
    authParams,
    languages: readLanguages(request, body.lang),
  });
  const id = Buffer.from(options.randomBytes(12)).toString('hex');
  return connection.strategy === 'email'
    ? { _id: id, email: started.address }
    : { _id: id, phone_number: started.address, request_language: body.lang ?? null };
}

function readBody(body: unknown): StartBody {
  const parsed = bodySchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '');
  if (issue?.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, 10).join(', ').slice(0, 200);
    const description = `the following properties are not allowed: ${names}`;
    throw new StartError(400, 'bad.request', description);
  }
  if (name === '') throw new StartError(400, 'bad.request', 'The body must be an object.');
  const isMissing =
    issue?.code === 'invalid_type' && (body as Record<string, unknown>)[name] === undefined;
  const description = isMissing
    ? `Missing required property: ${name}`
    : `error in ${name} - ${issue?.message ?? 'not valid'}`;
  throw new StartError(400, `bad.${name}`, description);
}

/** Finds the application; one that keeps a secret has to show it. */
async function authenticate(
  request: FastifyRequest,
  store: TenantStore,
  body: StartBody,
): Promise<Client> {
  const basic = readBasic(request.headers.authorization);
  const clientId = body.client_id ?? basic?.id;
  if (clientId === undefined) {
    throw new StartError(400, 'bad.client_id', 'Missing required property: client_id');
  }
  const client = await store.clients.find(clientId);
  if (client === undefined || (basic !== undefined && basic.id !== clientId)) {
    throw new StartError(400, 'bad.client_id', 'error in client_id - validation failed');
  }
  if (client.tokenEndpointAuthMethod === 'none') return client;
  if (!isSameSecret(body.client_secret ?? basic?.secret, client.clientSecret)) {
    throw new StartError(403, 'unauthorized_client', 'Client authentication is required');
  }
  return client;
}

/** HTTP Basic as OAuth has it: both halves are form-encoded (RFC 6749, 2.3.1). */
function readBasic(
  header: string | undefined,
): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,4096})$/i.exec(header ?? '')?.[1];
  const [, id, secret] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  try {
    return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) };
  } catch {
    return undefined;
  }
}

/** By name, or by strategy where the connection has another name. */
async function findConnection(
  store: TenantStore,
  client: Client,
  name: string,
): Promise<Connection> {
  const connections = (await store.connections.listForClient(client.clientId)).filter(
    isPasswordless,
  );
  const connection =
    connections.find((one) => one.name === name) ??
    connections.find(({ strategy }) => strategy === name);
  if (connection !== undefined) return connection;
  throw new StartError(400, 'bad.connection', 'Connection does not exist');
}

function readAddress({ strategy }: Connection, body: StartBody): string {
  const name = strategy === 'sms' ? 'phone_number' : 'email';
  const address = body[name];
  if (address === undefined) {
    throw new StartError(400, `bad.${name}`, `Missing required property: ${name}`);
  }
  return address;
}

/** Turns a refusal into an answer; anything else is thrown on. */
function describeRefusal(reply: FastifyReply, error: unknown): StartError {
  if (error instanceof StartError) return error;
  if (error instanceof AccountInputError) {
    const name = error.problems[0]?.field === 'phoneNumber' ? 'phone_number' : 'email';
    return new StartError(400, `bad.${name}`, `error in ${name} - ${error.message}`);
  }
  if (error instanceof TooManyAttemptsError) {
    reply.header('retry-after', error.retryAfterSeconds);
    return new StartError(429, 'too_many_requests', error.message);
  }
  if (error instanceof AppError && error.code === 'invalid_body') {
    return new StartError(400, 'bad.request', error.message);
  }
  throw error;
}
