import type {
  Clock,
  JobAttempt,
  JobHandlers,
  JsonObject,
  Logger,
  OutboxMessage,
  Store,
  TenantStore,
} from '@tessera/model';
import { deliverEmail } from './deliver/deliver-email.ts';
import { deliverPhoneMessage } from './deliver/deliver-phone.ts';
import type { Delivery } from './deliver/delivery.ts';
import type { DeliveryServices } from './deliver/delivery-services.ts';
import { requestOrNone } from './deliver/event-facts.ts';
import { LIMITS } from './limits.ts';
import { buildMessageLogEntry, type MessageLogType } from './message-log.ts';
import { loadRenderingFacts } from './render/rendering-facts.ts';
import { parseStoredContent, type StoredContent } from './stored-content.ts';

/** What `createSendMessageHandler` needs. */
export interface SendMessageHandlerOptions extends DeliveryServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Handles `send-message` jobs: renders a message of the outbox and sends it.
 *
 * An attempt that may work later rejects, so the queue tries again with backoff; what became of a message
 * stands in the outbox, and its content goes when nobody needs it any more. A process that dies between a
 * server's yes and the note of it sends a message twice: at least once, not exactly once. A message or a
 * tenant that is gone ends the job.
 */
export function createSendMessageHandler(
  options: SendMessageHandlerOptions,
): JobHandlers['send-message'] {
  return async ({ tenantId, messageId }, attempt) => {
    const tenant = await options.store.tenants.find(tenantId);
    const store = options.store.tenant(tenantId);
    const message = tenant && (await store.outbox.find(messageId));
    if (tenant === undefined || message?.status !== 'queued') return;
    const content = parseStoredContent(message.content);
    const delivery: Delivery =
      content === undefined
        ? { kind: 'failed', reason: 'its content cannot be read' }
        : await deliver(options, { tenant, store, message, content });
    await settle(options, { store, message, content, delivery, attempt });
  };
}

async function deliver(
  services: DeliveryServices,
  given: Parameters<typeof loadRenderingFacts>[0],
): Promise<Delivery> {
  const { content, ...rest } = given;
  const gone: Delivery = { kind: 'dropped', reason: 'the user is gone' };
  if (content.kind === 'email') {
    const facts = await loadRenderingFacts({ ...rest, content });
    return facts === undefined ? gone : deliverEmail(services, facts);
  }
  const facts = await loadRenderingFacts({ ...rest, content });
  return facts === undefined ? gone : deliverPhoneMessage(services, facts);
}

interface Settling {
  readonly store: TenantStore;
  readonly message: OutboxMessage;
  readonly content: StoredContent | undefined;
  readonly delivery: Delivery;
  readonly attempt: Pick<JobAttempt, 'attempt' | 'isLast'>;
}

/** Writes down what became of an attempt. @throws Error when it is to be tried again. */
async function settle(
  options: Pick<SendMessageHandlerOptions, 'clock'>,
  settling: Settling,
): Promise<void> {
  const { store, message, delivery, attempt } = settling;
  const attempts = attempt.attempt;
  switch (delivery.kind) {
    case 'kept':
      await store.outbox.update(message.id, {
        ...{ status: 'kept', content: delivery.content, attempts },
      });
      break;
    case 'sent':
      await store.outbox.update(message.id, {
        ...{ status: 'sent', content: {}, attempts, sentAt: options.clock.now() },
      });
      break;
    case 'dropped':
    case 'failed':
      await end(settling, delivery.kind, delivery.reason);
      break;
    case 'retry':
      if (!isLastAttempt(settling)) {
        await store.outbox.update(message.id, { attempts, error: delivery.reason });
        throw new Error(`Message ${message.id} was not sent: ${delivery.reason}`);
      }
      await end(settling, 'failed', delivery.reason);
      break;
  }
  const entries = listEntries(settling, options.clock.now());
  if (entries.length > 0) await store.logs.append(...entries);
}

function isLastAttempt({ message, attempt }: Settling): boolean {
  return attempt.isLast || (message.channel === 'phone' && attempt.attempt >= LIMITS.phoneAttempts);
}

async function end(
  { store, message, attempt }: Settling,
  status: 'dropped' | 'failed',
  error: string,
): Promise<void> {
  const content: JsonObject = {};
  await store.outbox.update(message.id, { status, content, error, attempts: attempt.attempt });
}

/** What the tenant log says about a message that is done with. */
function listEntries({ message, content, delivery }: Settling, at: Date) {
  const notificationType: 'email' | 'sms' | 'voice' =
    content?.kind === 'phone' ? content.via : 'email';
  const isFactor = message.template.startsWith('mfa');
  const facts = {
    ...{ at, message, notificationType },
    ...(content?.request && { request: requestOrNone(content) }),
    ...(delivery.executions && { executions: delivery.executions }),
  };
  const entry = (type: MessageLogType, description: string, error?: string) =>
    buildMessageLogEntry({
      ...facts,
      type,
      description,
      ...(error === undefined ? {} : { error }),
    });
  const problem =
    delivery.problem === undefined
      ? []
      : [entry('wn', `The template was not used: ${delivery.problem}.`, delivery.problem)];
  switch (delivery.kind) {
    case 'kept':
    case 'sent':
      return isFactor
        ? [...problem, entry(SENT_FACTOR[notificationType], SENT_TEXT[notificationType])]
        : problem;
    default: {
      const type = isFactor ? FAILED_FACTOR[notificationType] : 'fn';
      const description = `The message was not sent: ${delivery.reason}.`;
      return [...problem, entry(type, description, delivery.reason)];
    }
  }
}

const SENT_FACTOR = { email: 'gd_send_email', sms: 'gd_send_sms', voice: 'gd_send_voice' } as const;
const SENT_TEXT = {
  email: 'MFA e-mail sent.',
  sms: 'MFA text message sent.',
  voice: 'MFA voice call made.',
} as const;
const FAILED_FACTOR = {
  email: 'fn',
  sms: 'gd_send_sms_failure',
  voice: 'gd_send_voice_failure',
} as const;

/** Notes that a message was given up: every worker that tried to send it died. */
export async function giveUpMessage(
  { store, clock }: Pick<SendMessageHandlerOptions, 'store' | 'clock'>,
  job: { readonly tenantId: string; readonly messageId: string },
): Promise<void> {
  const tenantStore = store.tenant(job.tenantId);
  const message = await tenantStore.outbox.find(job.messageId);
  if (message?.status !== 'queued') return;
  await settle(
    { clock },
    {
      store: tenantStore,
      message,
      content: parseStoredContent(message.content),
      delivery: { kind: 'failed', reason: 'it was tried several times and never ended' },
      attempt: { attempt: message.attempts, isLast: true },
    },
  );
}
