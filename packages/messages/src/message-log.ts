import type { JsonObject, NewLogEntry, OutboxMessage, RequestFacts } from '@tessera/model';

/** Codes of the tenant log that this package writes; their meanings are the hosted service's. */
export type MessageLogType =
  /** A message was not sent. */
  | 'fn'
  /** A message was sent, though not as it was meant to be. */
  | 'wn'
  /** Second factors. */
  | 'gd_send_email'
  | 'gd_send_sms'
  | 'gd_send_sms_failure'
  | 'gd_send_voice'
  | 'gd_send_voice_failure'
  /** A number gets no more messages for now. */
  | 'limit_phone';

/** Facts of an entry. Never the code, the link, or a text of the message. */
export interface MessageLogFacts {
  readonly type: MessageLogType;
  readonly at: Date;
  readonly description: string;
  readonly message: Pick<OutboxMessage, 'channel' | 'to' | 'template' | 'userId'>;
  readonly notificationType: 'email' | 'sms' | 'voice';
  readonly error?: string;
  readonly client?: { readonly clientId: string; readonly name: string };
  readonly request?: Pick<RequestFacts, 'ip' | 'hostname'> & { readonly userAgent?: string };
  /** Runs that were to send it. */
  readonly executions?: readonly string[];
}

const MAX_TEXT = 500;

/** Builds an entry of the tenant log about a message. */
export function buildMessageLogEntry(facts: MessageLogFacts): NewLogEntry {
  const { message, request, client, executions = [] } = facts;
  const details: JsonObject = {
    email_type: message.template,
    notification_type: facts.notificationType,
    to: cut(message.to),
    ...(facts.error === undefined ? {} : { error: cut(facts.error) }),
    ...(executions.length > 0 ? { actions: { executions } } : {}),
  };
  return {
    date: facts.at,
    type: facts.type,
    description: cut(facts.description),
    details,
    ...(request === undefined ? {} : { ip: request.ip, hostname: request.hostname }),
    ...(request?.userAgent === undefined ? {} : { userAgent: cut(request.userAgent) }),
    ...(client === undefined ? {} : { clientId: client.clientId, clientName: client.name }),
    ...(message.userId === undefined ? {} : { userId: message.userId }),
  };
}

function cut(text: string): string {
  return text.replaceAll('\0', '').slice(0, MAX_TEXT).toWellFormed();
}
