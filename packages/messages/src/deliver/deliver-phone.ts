import { buildCustomPhoneProviderEvent, buildSendPhoneMessageEvent } from '@tessera/engine';
import type { JsonObject } from '@tessera/model';
import {
  PHONE_TYPES,
  type RenderedPhoneMessage,
  renderPhoneMessage,
} from '../render/render-phone.ts';
import type { RenderingFacts } from '../render/rendering-facts.ts';
import type { StoredPhoneMessage } from '../stored-content.ts';
import { isPhoneNumber } from './addresses.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryServices } from './delivery-services.ts';
import { clientOrNobody, requestOrNone, userOrNobody } from './event-facts.ts';
import { runProvider } from './run-provider.ts';

type Facts = RenderingFacts<StoredPhoneMessage>;

/** Renders a phone message and has an Action send it; without a provider it is kept. */
export async function deliverPhoneMessage(
  services: DeliveryServices,
  facts: Facts,
): Promise<Delivery> {
  if (!isPhoneNumber(facts.message.to))
    return { kind: 'failed', reason: 'the recipient is no phone number' };
  const rendered = await renderPhoneMessage(facts);
  if (rendered === undefined) return { kind: 'dropped', reason: 'the template is not enabled' };
  const delivery = await send(services, facts, rendered);
  return rendered.problem === undefined ? delivery : { ...delivery, problem: rendered.problem };
}

/** Second factors through send-phone-message when an Action is bound to it, else as all others. */
async function send(
  services: DeliveryServices,
  facts: Facts,
  rendered: RenderedPhoneMessage,
): Promise<Delivery> {
  const { store, content } = facts;
  const isFactor = content.purpose.startsWith('mfa-');
  if (isFactor && (await services.pipeline.hasActions(store, 'send-phone-message')))
    return sendFactor(services, facts, rendered);
  const providers = await store.messageProviders.list('phone');
  const provider = providers.find(({ isEnabled }) => isEnabled);
  if (provider === undefined) return { kind: 'kept', content: describeKept(facts, rendered) };
  const { from = provider.defaultFrom, locale, text, voice } = rendered;
  const { tenant, message, connection, client } = facts;
  const event = buildCustomPhoneProviderEvent({
    tenant,
    client: client ?? clientOrNobody(facts),
    user: userOrNobody(facts),
    request: requestOrNone(content),
    ...(connection && { connection }),
    notification: {
      as_text: text,
      as_voice: voice,
      delivery_method: content.via === 'voice' ? 'voice' : 'text',
      message_type: PHONE_TYPES[content.purpose],
      recipient: message.to,
      locale,
      ...(content.code === undefined ? {} : { code: content.code }),
      ...(from === undefined ? {} : { from }),
    },
  });
  return runProvider(services, facts, { triggerId: 'custom-phone-provider', event });
}

function sendFactor(
  services: DeliveryServices,
  facts: Facts,
  { text, voice }: RenderedPhoneMessage,
): Promise<Delivery> {
  const { tenant, message, content, client } = facts;
  const event = buildSendPhoneMessageEvent({
    tenant,
    user: userOrNobody(facts),
    request: requestOrNone(content),
    ...(client && { client }),
    message: {
      action: content.purpose === 'mfa-enrollment' ? 'enrollment' : 'second-factor-authentication',
      code: content.code ?? '',
      message_type: content.via,
      recipient: message.to,
      text: content.via === 'voice' ? voice : text,
    },
  });
  return runProvider(services, facts, { triggerId: 'send-phone-message', event });
}

/** What the outbox shows. */
function describeKept({ content }: Facts, rendered: RenderedPhoneMessage): JsonObject {
  const { text, voice, locale } = rendered;
  const { via, variables, code } = content;
  return { ...{ via, text, voice, locale, variables }, ...(code === undefined ? {} : { code }) };
}
