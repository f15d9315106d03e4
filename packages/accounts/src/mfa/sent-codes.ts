import {
  type Authenticator,
  createCode,
  inSeconds,
  isSameSecret,
  type MessageContext,
  type MultifactorContext,
  type MultifactorSubject,
  type SqlTransaction,
  type Tenant,
  type Ticket,
} from '@tessera/model';
import { z } from 'zod';
import { labelOf } from './factor-types.ts';
import { MULTIFACTOR_LIMITS } from './multifactor-limits.ts';
import { createSecret, hashSecret, type MultifactorOptions } from './multifactor-services.ts';
import { admitMessage } from './proof-limits.ts';

type Channel = 'sms' | 'voice' | 'email';

/** A code to send: what for, and under which name it is found again. */
interface CodeRequest {
  readonly authenticator: Authenticator;
  readonly purpose: 'challenge' | 'enrollment';
  readonly channel: Channel;
  readonly oobCode?: string | undefined;
  readonly resend?: boolean | undefined;
}

export interface SentCode {
  readonly kind: 'code';
  readonly authenticatorId: string;
  readonly channel: Channel;
  readonly oobCode: string;
  readonly label: string;
}

/** Sends a code, unless one of this name was sent by the same way and still lives. */
export async function sendCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  request: CodeRequest,
): Promise<SentCode> {
  const { authenticator, channel, purpose } = request;
  const oobCode = request.oobCode ?? createSecret(services.randomBytes);
  const sent: SentCode = {
    kind: 'code',
    authenticatorId: authenticator.id,
    channel,
    oobCode,
    label: labelOf(authenticator) ?? '',
  };
  const { tickets } = context.store;
  if (request.oobCode !== undefined && !request.resend) {
    const living = await tickets.find('mfa-code', oobCode);
    const isThis =
      living?.payload.authenticatorId === authenticator.id && living.payload.channel === channel;
    if (isThis && living.attempts < MULTIFACTOR_LIMITS.triesPerCode) return sent;
  }
  await admitMessage(services, context, subject.user);
  const code = createCode(services.randomBytes, MULTIFACTOR_LIMITS.codeDigits);
  await context.store.transaction(async (tx) => {
    await tx.tickets.save({
      kind: 'mfa-code',
      key: oobCode,
      userId: subject.user.userId,
      payload: {
        authenticatorId: authenticator.id,
        channel,
        purpose,
        code,
        binding: hashSecret(subject.binding),
      },
      expiresAt: inSeconds(services.clock, MULTIFACTOR_LIMITS.codeSeconds),
    });
    await deliver(services, { ...context, store: tx }, subject, {
      ...{ ...request, code },
      transaction: tx.sql,
    });
  });
  return sent;
}

async function deliver(
  { messages }: MultifactorOptions,
  context: MultifactorContext,
  { user }: MultifactorSubject,
  sending: CodeRequest & { readonly code: string; readonly transaction: SqlTransaction },
): Promise<void> {
  const { authenticator, channel, purpose, code, transaction } = sending;
  const { tenant, store, baseUrl, client, request, languages } = context;
  const message: MessageContext = {
    ...{ tenant, store, baseUrl, request },
    ...(client ? { client } : {}),
    ...(languages ? { languages } : {}),
  };
  if (channel === 'email') {
    const to = authenticator.email ?? '';
    const variables = { code };
    const email = { template: 'mfa_oob_code', to, user, variables } as const;
    await messages.sendEmail(message, email, { transaction });
  } else {
    const to = authenticator.phoneNumber ?? '';
    const kind = purpose === 'enrollment' ? 'mfa-enrollment' : 'mfa-challenge';
    const text = readText(tenant, purpose);
    const call = { to, user, via: channel, purpose: kind, code } as const;
    await messages.sendPhoneMessage(
      message,
      { ...call, ...(text === undefined ? {} : { text }) },
      { transaction },
    );
  }
}

/** The tenant's own text (`guardian/factors/phone/templates`), Liquid. */
function readText({ settings }: Tenant, purpose: CodeRequest['purpose']): string | undefined {
  const templates = settings.mfa?.options?.phone_templates;
  const parsed = templatesSchema.safeParse(templates);
  if (!parsed.success) return undefined;
  const { enrollment_message: enrollment, verification_message: challenge } = parsed.data;
  return purpose === 'enrollment' ? enrollment : challenge;
}

const templatesSchema = z.looseObject({
  enrollment_message: z.string(),
  verification_message: z.string(),
});

/**
 * Uses the code up when it is right: returns its ticket once. Counts the try; after `triesPerCode` nothing
 * is right any more. Of another user or binding nothing ever is, and the owner's tries stay.
 */
export async function takeCode(
  context: MultifactorContext,
  { user, binding }: MultifactorSubject,
  { oobCode, code }: { readonly oobCode: string; readonly code: string },
): Promise<Ticket | undefined> {
  const { tickets } = context.store;
  const found = await tickets.find('mfa-code', oobCode);
  const isOwn = found?.userId === user.userId && found.payload.binding === hashSecret(binding);
  if (!isOwn || typeof found.payload.code !== 'string') return undefined;
  const tried = await tickets.attempt('mfa-code', oobCode);
  if (!tried || tried.attempts > MULTIFACTOR_LIMITS.triesPerCode) return undefined;
  // Read again: a code that was sent anew in between has replaced this one.
  const { code: expected, binding: owner } = tried.payload;
  if (typeof expected !== 'string' || owner !== hashSecret(binding)) return undefined;
  if (!isSameSecret(code.replaceAll(/\s/g, ''), expected)) return undefined;
  const taken = await tickets.consume('mfa-code', oobCode);
  return taken?.payload.code === expected ? taken : undefined;
}
