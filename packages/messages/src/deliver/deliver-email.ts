import type { CustomEmailProviderEvent } from '@tessera/action-types';
import { buildCustomEmailProviderEvent } from '@tessera/engine';
import type { EmailTemplateName, JsonObject, MessageProvider } from '@tessera/model';
import { type RenderedEmail, renderEmail } from '../render/render-email.ts';
import type { RenderingFacts } from '../render/rendering-facts.ts';
import type { StoredEmail } from '../stored-content.ts';
import {
  formatMailbox,
  isEmailAddress,
  type Mailbox,
  parseMailbox,
  toMailboxName,
} from './addresses.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryServices } from './delivery-services.ts';
import { clientOrNobody, requestOrNone, userOrNobody } from './event-facts.ts';
import { runProvider } from './run-provider.ts';
import { type SmtpAddress, type SmtpServer, sendSmtp } from './send-smtp.ts';

/** Id of a tenant's provider of e-mails: there is at most one. */
const EMAIL_PROVIDER_ID = 'email';

/** The sender that stands in the outbox where nobody has named one. */
const NOBODY: Mailbox = { name: '', address: 'no-reply@localhost' };

type Facts = RenderingFacts<StoredEmail>;

/** Renders an e-mail and sends it the tenant's way, else the operator's; without a way it is kept. */
export async function deliverEmail(services: DeliveryServices, facts: Facts): Promise<Delivery> {
  const { message } = facts;
  if (!isEmailAddress(message.to))
    return { kind: 'failed', reason: 'the recipient is no e-mail address' };
  const rendering = await renderEmail(facts);
  if (rendering.kind === 'disabled')
    return { kind: 'dropped', reason: 'the template is not enabled' };
  const { email, problem } = rendering;
  const delivery = await send(services, facts, email);
  return problem === undefined ? delivery : { ...delivery, problem };
}

async function send(
  services: DeliveryServices,
  facts: Facts,
  email: RenderedEmail,
): Promise<Delivery> {
  const provider = await facts.store.messageProviders.find(EMAIL_PROVIDER_ID);
  if (provider?.isEnabled === true) {
    return provider.name === 'custom'
      ? sendByAction(services, facts, { email, provider })
      : sendByOwnServer(services, facts, { email, provider });
  }
  const { operatorSmtp } = services;
  if (operatorSmtp === undefined) return { kind: 'kept', content: describeKept(facts, email) };
  const { server, from } = operatorSmtp;
  const addresses = [{ address: server.host, port: server.port }];
  // The address is the operator's whatever the template says: tenants do not speak in each other's names.
  const name = facts.tenant.settings.friendlyName ?? from.name;
  const sender = { name: toMailboxName(name), address: from.address };
  return sendSmtp(server, addresses, { ...envelopeOf(facts, email), from: sender });
}

function envelopeOf({ message }: Facts, { subject, html, text }: RenderedEmail) {
  return { id: message.id, to: message.to, subject, html, text };
}

/** What the outbox shows. */
function describeKept({ content }: Facts, email: RenderedEmail): JsonObject {
  const { subject, html, text, locale, from } = email;
  const { variables } = content;
  return { ...{ subject, html, text, locale, variables }, ...(from === undefined ? {} : { from }) };
}

type Outgoing = { readonly email: RenderedEmail; readonly provider: MessageProvider };

/** The sender of the template, else the provider's. Undefined: neither is an address. */
function findSender({ email, provider }: Outgoing): Mailbox | undefined {
  return parseMailbox(email.from ?? '') ?? parseMailbox(provider.defaultFrom ?? '');
}

async function sendByOwnServer(
  services: DeliveryServices,
  facts: Facts,
  outgoing: Outgoing,
): Promise<Delivery> {
  const from = findSender(outgoing);
  if (from === undefined) {
    return {
      kind: 'failed',
      reason: 'there is no sender: set default_from_address of the e-mail provider',
    };
  }
  const server = readServer(outgoing.provider);
  let addresses: readonly SmtpAddress[];
  try {
    addresses = await services.judgeHost(facts.tenant.id, server);
  } catch (error) {
    // Told by a rule or by the resolver; a rule may be changed, a name may come back.
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'retry', reason: `${server.host} cannot be reached: ${reason}` };
  }
  return sendSmtp(server, addresses, { ...envelopeOf(facts, outgoing.email), from });
}

/** Port of TLS from the first byte (RFC 8314). */
const SMTPS_PORT = 465;
const SUBMISSION_PORT = 587;

function readServer({ credentials }: MessageProvider): SmtpServer {
  const { smtp_host: host, smtp_port: port, smtp_user: user, smtp_pass: password } = credentials;
  const number = typeof port === 'number' ? port : SUBMISSION_PORT;
  return {
    host: String(host),
    port: number,
    tls: tlsFor(number, typeof user === 'string'),
    ...(typeof user === 'string' ? { user } : {}),
    ...(typeof password === 'string' ? { password } : {}),
  };
}

/** A password must not cross a network in the clear because somebody hid the server's offer. */
function tlsFor(port: number, hasPassword: boolean): SmtpServer['tls'] {
  if (port === SMTPS_PORT) return 'implicit';
  return hasPassword ? 'required' : 'offered';
}

async function sendByAction(
  services: DeliveryServices,
  facts: Facts,
  outgoing: Outgoing,
): Promise<Delivery> {
  const { email } = outgoing;
  const { tenant, message, connection, content } = facts;
  const { subject, html, text, locale } = email;
  const event = buildCustomEmailProviderEvent({
    tenant,
    client: clientOrNobody(facts),
    user: userOrNobody(facts),
    notification: {
      ...{ subject, html, text, locale, to: message.to },
      from: formatMailbox(findSender(outgoing) ?? services.operatorSmtp?.from ?? NOBODY),
      message_type: MESSAGE_TYPES[message.template as EmailTemplateName],
    },
    ...(connection && { connection }),
    ...(content.request && { request: requestOrNone(content) }),
  });
  return runProvider(services, facts, { triggerId: 'custom-email-provider', event });
}

/** Names of the templates as Actions know them. */
const MESSAGE_TYPES: Readonly<
  Record<EmailTemplateName, CustomEmailProviderEvent['notification']['message_type']>
> = {
  verify_email: 'verify_email',
  verify_email_by_code: 'verify_email_by_code',
  auth_email_by_code: 'verification_code',
  reset_email: 'reset_email',
  reset_email_by_code: 'reset_email_by_code',
  welcome_email: 'welcome_email',
  blocked_account: 'blocked_account',
  stolen_credentials: 'stolen_credentials',
  enrollment_email: 'enrollment_email',
  mfa_oob_code: 'mfa_oob_code',
  change_password: 'reset_email',
  password_reset: 'reset_email',
  user_invitation: 'organization_invitation',
  async_approval: 'verification_code',
  passwordless_email: 'verification_code',
};
