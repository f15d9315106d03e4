import {
  type Clock,
  createMessageId,
  type EmailMessage,
  type JobQueue,
  type JsonObject,
  type MessageContext,
  type Messages,
  type OutboxMessage,
  type PhoneMessage,
  type RandomBytes,
  type RateLimitStore,
  type RequestFacts,
  type SqlTransaction,
} from '@tessera/model';
import { LIMITS } from './limits.ts';
import { createMessageLimits, type MessageLimits } from './message-limits.ts';
import { buildMessageLogEntry } from './message-log.ts';
import type { StoredContent, StoredEmail, StoredPhoneMessage } from './stored-content.ts';

/** What `createMessages` is built from. */
export interface MessagesOptions {
  readonly jobs: JobQueue;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

type Services = MessagesOptions & { readonly limits: MessageLimits };

/** What is put into the outbox. */
interface Post {
  readonly message: Pick<OutboxMessage, 'channel' | 'to' | 'template' | 'userId'>;
  readonly content: StoredContent;
  readonly notificationType: 'email' | 'sms' | 'voice';
}

/**
 * Puts messages into the outbox; `createSendMessageHandler` is the worker's side. What a message is made
 * of is stored, and rendered when it is sent: neither a template nor a server of a tenant can hold up or
 * break the flow that sends.
 */
export function createMessages(options: MessagesOptions): Messages {
  const services = { ...options, limits: createMessageLimits(options.rateLimits) };
  return {
    sendEmail: (context, message, { transaction } = {}) =>
      post(services, context, { ...describeEmail(context, message), transaction }),
    sendPhoneMessage: (context, message, { transaction } = {}) =>
      post(services, context, { ...describePhoneMessage(context, message), transaction }),
  };
}

function describeEmail(context: MessageContext, message: EmailMessage): Post {
  const { template, to, user, variables } = message;
  const content: StoredEmail = { kind: 'email', ...describeContext(context), variables };
  return {
    message: { channel: 'email', to, template, ...(user && { userId: user.userId }) },
    content,
    notificationType: 'email',
  };
}

function describePhoneMessage(context: MessageContext, message: PhoneMessage): Post {
  const { to, user, via, purpose, code, variables = {}, text } = message;
  const content: StoredPhoneMessage = {
    kind: 'phone',
    ...describeContext(context),
    via,
    purpose,
    variables,
    ...(code === undefined ? {} : { code }),
    ...(text === undefined ? {} : { text }),
  };
  return {
    message: { channel: 'phone', to, template: purpose, ...(user && { userId: user.userId }) },
    content,
    notificationType: via,
  };
}

function describeContext({ baseUrl, client, connection, request, languages }: MessageContext) {
  return {
    baseUrl,
    languages: chooseLanguages(languages, request),
    ...(client && { clientId: client.clientId }),
    ...(connection && { connectionId: connection.id }),
    ...(request && { request: describeRequest(request) }),
  };
}

/** Those of the person, else that of the browser. */
function chooseLanguages(
  languages: readonly string[] = [],
  request: RequestFacts | undefined,
): string[] {
  if (languages.length > 0) return [...languages];
  return request?.language === undefined ? [] : [request.language];
}

/** Without query and body: what was typed has no place in a message. */
function describeRequest({ ip, method, hostname, language, userAgent, geoip }: RequestFacts) {
  return {
    ...{ ip, method, hostname },
    ...(language === undefined ? {} : { language }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(geoip === undefined ? {} : { geoip }),
  };
}

async function post(
  services: Services,
  context: MessageContext,
  { message, content, ...rest }: Post & { readonly transaction: SqlTransaction | undefined },
): Promise<void> {
  checkSize(content.variables);
  const { tenant, store } = context;
  const limit = await services.limits.count(tenant, message.channel, message.to);
  if (limit !== undefined) {
    // Said to nobody but the log: an answer would tell that the address is known.
    await store.logs.append(
      buildMessageLogEntry({
        type: message.channel === 'phone' ? 'limit_phone' : 'fn',
        at: services.clock.now(),
        description: `The message was not sent: ${limit}.`,
        message,
        notificationType: rest.notificationType,
        error: limit,
        ...(context.client && { client: context.client }),
        ...(context.request && { request: context.request }),
      }),
    );
    return;
  }
  const id = createMessageId(services.randomBytes);
  const { transaction } = rest;
  const row = { ...message, id, status: 'queued', content: content as JsonObject } as const;
  const job = { kind: 'send-message', tenantId: tenant.id, messageId: id } as const;
  const save = async (sql: SqlTransaction): Promise<void> => {
    await store.outbox.create(row, sql);
    await services.jobs.enqueue(job, { transaction: sql });
  };
  await (transaction === undefined ? store.transaction(({ sql }) => save(sql)) : save(transaction));
}

function checkSize(variables: JsonObject): void {
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > LIMITS.variablesBytes) {
    throw new Error(
      `The values of a message have ${bytes} bytes (limit ${LIMITS.variablesBytes}): hand over less`,
    );
  }
}
