import {
  AppError,
  type Authenticator,
  inSeconds,
  type JsonObject,
  type JsonValue,
  type MultifactorContext,
  type MultifactorSubject,
} from '@tessera/model';
import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import { createPending } from './enrollment-rows.ts';
import { MULTIFACTOR_LIMITS } from './multifactor-limits.ts';
import { logFactor } from './multifactor-log.ts';
import { createSecret, hashSecret, type MultifactorOptions } from './multifactor-services.ts';
import { admitMessage } from './proof-limits.ts';

/*
 * The protocol between the server and a device is in docs/mfa.md: the device holds a key, and every
 * message of it is a JWT that the key signed for this tenant. It asks for what waits; nothing is sent to it.
 */

/** What a device is asked. */
export interface DeviceRequest {
  readonly id: string;
  readonly application: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** What devices say. Whatever is wrong with a message rejects with `invalid_token`, and says no more. */
export interface PushDevices {
  /** Registers the key that signed the message. Returns the device's id. Once per enrollment. */
  register(context: MultifactorContext, message: string): Promise<string>;
  /** Questions that wait for the device that signed the message. */
  listRequests(context: MultifactorContext, message: string): Promise<readonly DeviceRequest[]>;
  /** Whether a device has done what `oobCode` of this subject waits for, or never will; uses nothing up. */
  isAnswered(
    context: MultifactorContext,
    subject: MultifactorSubject,
    oobCode: string,
  ): Promise<boolean>;
  /** Answers a question, once. Rejects with `not_found` when it is answered, expired or another's. */
  answer(context: MultifactorContext, message: string): Promise<void>;
}

const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519'];
const invalidMessage = (cause?: unknown) =>
  new AppError('invalid_token', 'The message of the device is not valid.', { cause });

const enrollKey = (ticket: string) => `push-enrollment:${ticket}`;
const requestKey = (authenticatorId: string) => `push-request:${authenticatorId}`;

/** Begins to set up a device: the QR code carries a ticket that registers one key. */
export async function beginDevice(
  services: MultifactorOptions,
  context: MultifactorContext,
  { user, binding }: MultifactorSubject,
  enrollment: { readonly oobCode?: string | undefined },
): Promise<{ readonly oobCode: string; readonly ticket: string }> {
  const { tickets } = context.store;
  const oobCode = enrollment.oobCode ?? createSecret(services.randomBytes);
  const begun = await tickets.find('mfa-code', oobCode);
  if (begun?.userId === user.userId && typeof begun.payload.ticket === 'string') {
    return { oobCode, ticket: begun.payload.ticket };
  }
  const ticket = createSecret(services.randomBytes);
  const expiresAt = inSeconds(services.clock, MULTIFACTOR_LIMITS.enrollmentSeconds);
  const shared = { kind: 'mfa-code', userId: user.userId, expiresAt } as const;
  await tickets.save({ ...shared, key: enrollKey(ticket), payload: { oobCode, enrolls: binding } });
  const payload = { channel: 'push', purpose: 'enrollment', ticket, binding: hashSecret(binding) };
  await tickets.save({ ...shared, key: oobCode, payload });
  return { oobCode, ticket };
}

/** Asks a device; its newest question replaces an older one. */
export async function askDevice(
  services: MultifactorOptions,
  context: MultifactorContext,
  { user, binding }: MultifactorSubject,
  challenge: {
    readonly authenticator: Authenticator;
    readonly oobCode?: string | undefined;
    readonly resend?: boolean | undefined;
  },
): Promise<string> {
  const { tickets } = context.store;
  const { authenticator } = challenge;
  const oobCode = challenge.oobCode ?? createSecret(services.randomBytes);
  const living = await tickets.find('mfa-code', oobCode);
  if (living?.payload.authenticatorId === authenticator.id && !challenge.resend) return oobCode;
  await admitMessage(services, context, user);
  const requestId = createSecret(services.randomBytes);
  const expiresAt = inSeconds(services.clock, MULTIFACTOR_LIMITS.pushSeconds);
  const shared = { kind: 'mfa-code', userId: user.userId, expiresAt } as const;
  const payload = {
    channel: 'push',
    purpose: 'challenge',
    requestId,
    binding: hashSecret(binding),
  };
  await tickets.save({
    ...shared,
    key: oobCode,
    payload: { ...payload, authenticatorId: authenticator.id },
  });
  const { request, client } = context;
  const question = {
    id: requestId,
    application: client?.name ?? '',
    ip: request.ip,
    userAgent: (request.userAgent ?? '').slice(0, 256),
    createdAt: services.clock.now().toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
  await tickets.save({ ...shared, key: requestKey(authenticator.id), payload: { question } });
  await logFactor(context, 'gd_send_pn', { at: services.clock.now(), user, authenticator });
  return oobCode;
}

/** How far a device is with what `oobCode` names. */
type DeviceState =
  | { readonly kind: 'pending' | 'rejected' | 'unknown' }
  | { readonly kind: 'accepted'; readonly authenticatorId: string; readonly isEnrollment: boolean };

/** Reads the device's answer and uses nothing up. */
async function readDeviceState(
  context: MultifactorContext,
  { user, binding }: MultifactorSubject,
  oobCode: string,
): Promise<DeviceState> {
  const { tickets } = context.store;
  const begun = await tickets.find('mfa-code', oobCode);
  const isOwn = begun?.userId === user.userId && begun.payload.binding === hashSecret(binding);
  if (!isOwn || begun.payload.channel !== 'push') return { kind: 'unknown' };
  const { purpose, authenticatorId, requestId } = begun.payload;
  const isEnrollment = purpose === 'enrollment';
  if (typeof authenticatorId !== 'string') return { kind: isEnrollment ? 'pending' : 'unknown' };
  if (isEnrollment) return { kind: 'accepted', authenticatorId, isEnrollment };
  const asked = await tickets.find('mfa-code', requestKey(authenticatorId));
  // A newer question took its place: this one will never be answered.
  if (readQuestion(asked?.payload.question)?.id !== requestId) return { kind: 'unknown' };
  const answer = asked?.payload.answer;
  if (answer === 'accept') return { kind: 'accepted', authenticatorId, isEnrollment };
  return { kind: answer === 'reject' ? 'rejected' : 'pending' };
}

/** Reads the device's answer, and uses it up: `accepted` and `rejected` are told once. */
export async function takeDeviceAnswer(
  context: MultifactorContext,
  subject: MultifactorSubject,
  oobCode: string,
): Promise<DeviceState> {
  const state = await readDeviceState(context, subject, oobCode);
  if (state.kind !== 'accepted' && state.kind !== 'rejected') return state;
  const taken = await context.store.tickets.consume('mfa-code', oobCode);
  return taken ? state : { kind: 'unknown' };
}

const registrationSchema = z.strictObject({
  aud: z.string(),
  iat: z.number(),
  enrollment_tx_id: z.string().max(128),
  name: z
    .string()
    .trim()
    .max(MULTIFACTOR_LIMITS.nameLength)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u)
    .optional(),
});
const listSchema = z.strictObject({ aud: z.string(), iat: z.number(), iss: z.string().max(64) });
const answerSchema = z.strictObject({
  ...listSchema.shape,
  request_id: z.string().max(128),
  answer: z.enum(['accept', 'reject']),
});

/** See `PushDevices`. */
export function createPushDevices(services: MultifactorOptions): PushDevices {
  /** Finds the device that a message says it is of, and checks that its key signed it. */
  const readMessage = async <T extends { readonly iss: string }>(
    context: MultifactorContext,
    message: string,
    schema: z.ZodType<T>,
  ): Promise<{ readonly device: Authenticator; readonly claims: T }> => {
    const device = await context.store.authenticators.find(readIssuer(message));
    const isDevice = device?.type === 'push-notification' && device.isConfirmed;
    const jwk = isDevice ? device.secret.publicKey : undefined;
    if (!device || typeof jwk !== 'object' || jwk === null) throw invalidMessage();
    const claims = await verifyMessage(services, context, { message, jwk: jwk as JWK, schema });
    return { device, claims };
  };
  return {
    register: (context, message) => registerDevice(services, context, message),
    async listRequests(context, message) {
      const { device } = await readMessage(context, message, listSchema);
      const asked = await context.store.tickets.find('mfa-code', requestKey(device.id));
      const question = asked && readQuestion(asked.payload.question);
      return question && asked.payload.answer === undefined ? [question] : [];
    },
    isAnswered: async (context, subject, oobCode) =>
      (await readDeviceState(context, subject, oobCode)).kind !== 'pending',
    async answer(context, message) {
      const { device, claims } = await readMessage(context, message, answerSchema);
      const { tickets } = context.store;
      const key = requestKey(device.id);
      const asked = await tickets.find('mfa-code', key);
      const question = asked && readQuestion(asked.payload.question);
      const isOpen = question?.id === claims.request_id && asked?.payload.answer === undefined;
      // The first try alone counts: an answer cannot be taken back.
      const tried = isOpen ? await tickets.attempt('mfa-code', key) : undefined;
      const isStillThis = readQuestion(tried?.payload.question)?.id === claims.request_id;
      if (tried?.attempts !== 1 || !isStillThis) {
        throw new AppError('not_found', 'There is no such question, or it was answered.');
      }
      await tickets.update('mfa-code', key, { ...tried.payload, answer: claims.answer });
    },
  };
}

async function registerDevice(
  services: MultifactorOptions,
  context: MultifactorContext,
  message: string,
): Promise<string> {
  const { store } = context;
  const jwk = readKey(message);
  const claims = await verifyMessage(services, context, {
    message,
    jwk,
    schema: registrationSchema,
  });
  const ticket = await store.tickets.consume('mfa-code', enrollKey(claims.enrollment_tx_id));
  const user = ticket?.userId === undefined ? undefined : await store.users.find(ticket.userId);
  const { oobCode, enrolls: binding } = ticket?.payload ?? {};
  if (!user || typeof oobCode !== 'string' || typeof binding !== 'string') throw invalidMessage();
  const { kty, crv, x, y } = jwk;
  const publicKey = withoutUndefined({ kty, crv, x, y });
  const thumbprint = await calculateJwkThumbprint(jwk);
  const subject = { user, binding };
  const device = await createPending(services, context, subject, {
    type: 'push-notification',
    fields: { secret: { publicKey, thumbprint }, ...(claims.name ? { name: claims.name } : {}) },
  });
  const payload = {
    ...{ channel: 'push', purpose: 'enrollment', binding: hashSecret(binding) },
    authenticatorId: device.id,
  };
  const isWaiting = await store.tickets.update('mfa-code', oobCode, payload);
  if (!isWaiting) throw invalidMessage();
  return device.id;
}

function readKey(message: string): JWK {
  try {
    const { jwk } = decodeProtectedHeader(message);
    if (jwk && (jwk.kty === 'EC' || jwk.kty === 'OKP')) return jwk;
  } catch (error) {
    throw invalidMessage(error);
  }
  throw invalidMessage();
}

function readIssuer(message: string): string {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(message.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    return z.looseObject({ iss: z.string().max(64) }).parse(claims).iss;
  } catch (error) {
    throw invalidMessage(error);
  }
}

/** Signature, audience and age. */
async function verifyMessage<T>(
  { clock }: MultifactorOptions,
  { baseUrl }: MultifactorContext,
  expected: { readonly message: string; readonly jwk: JWK; readonly schema: z.ZodType<T> },
): Promise<T> {
  const { message, jwk, schema } = expected;
  if (message.length > MULTIFACTOR_LIMITS.deviceTokenBytes) throw invalidMessage();
  try {
    const { kty, crv, x, y } = jwk;
    const alg = kty === 'OKP' ? 'EdDSA' : 'ES256';
    const key = await importJWK(withoutUndefined({ kty, crv, x, y }), alg);
    const { payload } = await jwtVerify(message, key, {
      algorithms: ALGORITHMS,
      audience: baseUrl,
      typ: 'mfa-device+jwt',
      currentDate: clock.now(),
      maxTokenAge: MULTIFACTOR_LIMITS.deviceClockSeconds,
      clockTolerance: MULTIFACTOR_LIMITS.deviceClockSeconds,
    });
    return schema.parse(payload);
  } catch (error) {
    throw invalidMessage(error);
  }
}

const questionSchema = z.strictObject({
  id: z.string(),
  application: z.string(),
  ip: z.string(),
  userAgent: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
});

function readQuestion(stored: JsonValue | undefined): DeviceRequest | undefined {
  const parsed = questionSchema.safeParse(stored);
  return parsed.success ? parsed.data : undefined;
}

function withoutUndefined(members: Readonly<Record<string, string | undefined>>): {
  readonly [name: string]: string;
} {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ) satisfies JsonObject as { readonly [name: string]: string };
}
