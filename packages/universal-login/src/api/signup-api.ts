import {
  type AccountContext,
  AccountInputError,
  type PasswordRule,
  SignUpRefusedError,
  TooManyAttemptsError,
  WeakPasswordError,
} from '@tessera/accounts';
import {
  AppError,
  type Client,
  type JsonObject,
  type RequestContext,
  type User,
} from '@tessera/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { formatRule } from '../forms/form-fields.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { readRequestFacts } from '../request-facts.ts';

const PATH = '/dbconnections/signup';

const bodySchema = z.strictObject({
  client_id: z.string(),
  connection: z.string(),
  password: z.string(),
  email: z.string().optional(),
  username: z.string().optional(),
  phone_number: z.string().optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  name: z.string().optional(),
  nickname: z.string().optional(),
  picture: z.string().optional(),
  user_metadata: z.record(z.string(), z.string()).optional(),
});
type SignUpBody = z.infer<typeof bodySchema>;

/** An error in the shape of the hosted service's authentication API. */
interface ApiError {
  readonly statusCode: number;
  readonly name: string;
  readonly code: string;
  readonly description: unknown;
  readonly message?: string;
  readonly policy?: string;
  readonly friendly_message?: string;
}

/** Adds `POST /dbconnections/signup`: creates a user without logging them in. */
export function addSignUpApi(app: FastifyInstance, options: UniversalLoginOptions): void {
  // Which client asks is in the body of the request that follows, so every origin may ask.
  app.options(PATH, async (request, reply) => answerPreflight(request, reply));

  app.post(PATH, async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', vary: 'origin' });
    const parsed = bodySchema.safeParse(request.body);
    if (!parsed.success) return sendError(reply, invalidBody(describeIssues(parsed.error)));
    const body = parsed.data;
    const context = options.contextOf(request.raw);
    const store = options.store.tenant(context.tenant.id);
    const client = await store.clients.find(body.client_id);
    if (!client) return sendError(reply, badRequest('invalid_client', 'Unknown client.'));
    allowOrigin(request, reply, client);
    const connections = await store.connections.listForClient(client.clientId);
    const connection = connections.find(
      ({ name, strategy }) => name === body.connection && strategy === 'auth0',
    );
    if (!connection) {
      return sendError(reply, badRequest('connection_not_found', 'The connection was not found.'));
    }
    const accountContext: AccountContext = {
      tenant: context.tenant,
      store,
      baseUrl: context.baseUrl,
      client,
      request: requestFacts(request, context, body),
    };
    try {
      const { user } = await options.accounts.signUp(accountContext, {
        connection,
        ...readInput(body),
      });
      return reply.send(writeUser(user, body));
    } catch (error) {
      if (error instanceof TooManyAttemptsError) {
        reply.header('retry-after', error.retryAfterSeconds);
      }
      return sendError(reply, describeRefusal(error));
    }
  });
}

/** Answers a browser that asks whether a page of another origin may post here. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { origin } = request.headers;
  if (origin !== undefined) {
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, auth0-client',
      'access-control-max-age': '600',
    });
  }
  return reply.header('vary', 'origin').code(204).send();
}

/** Lets a page of the application read the answer. */
export function allowOrigin(request: FastifyRequest, reply: FastifyReply, client: Client): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  const isAllowed =
    client.webOrigins.includes(origin) ||
    client.allowedOrigins.includes(origin) ||
    client.callbacks.some((callback) => URL.parse(callback)?.origin === origin);
  if (isAllowed) reply.header('access-control-allow-origin', origin);
}

function requestFacts(request: FastifyRequest, context: RequestContext, body: SignUpBody) {
  const { password: _password, ...visible } = body;
  return readRequestFacts(request, context, { query: {}, body: dropUndefined(visible) });
}

function readInput(body: SignUpBody) {
  const { password } = body;
  const optional = {
    email: body.email,
    username: body.username,
    phoneNumber: body.phone_number,
    givenName: body.given_name,
    familyName: body.family_name,
    name: body.name,
    nickname: body.nickname,
    picture: body.picture,
    userMetadata: body.user_metadata,
  };
  return { password, ...dropUndefined(optional) };
}

function dropUndefined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The user as the hosted service answers: what was sent, the id without its prefix. */
function writeUser(user: User, body: SignUpBody): JsonObject {
  const id = user.identities[0]?.userId ?? user.userId;
  const answer: Record<string, JsonObject | string | boolean | undefined> = {
    _id: id,
    email: user.email,
    email_verified: user.email === undefined ? undefined : user.emailVerified,
    phone_number: user.phoneNumber,
    phone_verified: user.phoneNumber === undefined ? undefined : (user.phoneVerified ?? false),
    username: user.username,
    given_name: user.givenName,
    family_name: user.familyName,
    name: body.name === undefined ? undefined : user.name,
    nickname: body.nickname === undefined ? undefined : user.nickname,
    picture: body.picture === undefined ? undefined : user.picture,
    user_metadata: body.user_metadata === undefined ? undefined : user.userMetadata,
  };
  return dropUndefined(answer) as JsonObject;
}

/** A request that cannot be answered. */
export function badRequest(code: string, description: string): ApiError {
  return { statusCode: 400, name: 'BadRequestError', code, description };
}

/** Also used for bodies that cannot be read at all. */
export function invalidBody(description: string, statusCode = 400): ApiError {
  return { statusCode, name: 'BadRequestError', code: 'invalid_body', description };
}

/** What is wrong with a body, by member. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

/** Turns a refusal into an answer; anything else is thrown on. */
function describeRefusal(error: unknown): ApiError {
  if (!(error instanceof AppError)) throw error;
  if (error instanceof WeakPasswordError) return describeWeakPassword(error);
  if (error instanceof AccountInputError) return invalidBody(error.message);
  const { message: description } = error;
  switch (error.code) {
    case 'user_exists':
      return badRequest('invalid_signup', description);
    case 'password_leaked':
      return badRequest('password_leaked', description);
    case 'signup_disabled':
      return badRequest('signup_disabled', description);
    case 'too_many_attempts':
      return { statusCode: 429, name: 'TooManyRequestsError', code: error.code, description };
    case 'too_many_runs':
      return {
        ...{ statusCode: 429, name: 'TooManyRequestsError' },
        ...{ code: 'too_many_requests', description },
      };
    case 'signup_refused': {
      const code = error instanceof SignUpRefusedError ? error.validationCode : undefined;
      const name = code === undefined ? 'PreUserRegistrationError' : 'ValidationError';
      const refusal = badRequest(code ?? 'extensibility_error', description);
      return { ...refusal, name, friendly_message: description };
    }
    case 'action_failed':
      return {
        ...badRequest('extensibility_error', description),
        name: 'PreUserRegistrationError',
      };
    default:
      throw error;
  }
}

function describeWeakPassword({ rules, wire }: WeakPasswordError): ApiError {
  return {
    statusCode: 400,
    name: wire.name,
    code: 'invalid_password',
    message: wire.text,
    description: { rules: rules.map(writeRule), verified: false },
    policy: rules.flatMap((rule) => writePolicyLines(rule, '* ')).join('\n'),
  };
}

function writeRule(rule: PasswordRule): JsonObject {
  const { code, message, format, items, isMet } = rule;
  return {
    message,
    ...(format ? { format } : {}),
    ...(items ? { items: items.map(writeRule) } : {}),
    code,
    verified: isMet,
  };
}

function writePolicyLines(rule: PasswordRule, bullet: string): readonly string[] {
  const items = rule.items?.flatMap((item) => writePolicyLines(item, ` ${bullet}`)) ?? [];
  return [`${bullet}${formatRule(rule.message, rule.format)}`, ...items];
}

/** Sends an error in the API's shape. */
export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply.code(error.statusCode).send(error);
}
