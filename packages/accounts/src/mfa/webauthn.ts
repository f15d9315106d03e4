import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import {
  AppError,
  type Authenticator,
  inSeconds,
  type JsonObject,
  type MultifactorContext,
  type MultifactorSubject,
} from '@tessera/model';
import { z } from 'zod';
import { createAuthenticatorId } from './factor-types.ts';
import { MULTIFACTOR_LIMITS } from './multifactor-limits.ts';
import { logFactor } from './multifactor-log.ts';
import { createSecret, hashSecret, type MultifactorOptions } from './multifactor-services.ts';

type WebAuthnType = 'webauthn-roaming' | 'webauthn-platform';

interface WebAuthnCeremony {
  readonly kind: 'webauthn';
  readonly oobCode: string;
  readonly options: JsonObject;
}

/** The host that credentials belong to, and the origin that its pages have. */
function relyingParty({ baseUrl }: MultifactorContext): {
  readonly id: string;
  readonly origin: string;
} {
  const { hostname, origin } = new URL(baseUrl);
  return { id: hostname, origin };
}

/** Keys of one kind are asked for together: the person takes the one at hand. */
export async function beginAssertion(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  ceremony: {
    readonly type: WebAuthnType;
    readonly authenticators: readonly Authenticator[];
    readonly oobCode?: string | undefined;
  },
): Promise<WebAuthnCeremony> {
  const { type, authenticators } = ceremony;
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(context).id,
    userVerification: type === 'webauthn-platform' ? 'required' : 'discouraged',
    timeout: MULTIFACTOR_LIMITS.webauthnSeconds * 1000,
    allowCredentials: authenticators.map(toDescriptor),
  });
  return saveCeremony(services, context, subject, {
    purpose: 'challenge',
    type,
    challenge: options.challenge,
    oobCode: ceremony.oobCode,
    options: toJson(options),
  });
}

export async function beginRegistration(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  ceremony: {
    readonly type: WebAuthnType;
    /** Already known: not to be registered twice. */
    readonly authenticators: readonly Authenticator[];
    readonly oobCode?: string | undefined;
  },
): Promise<WebAuthnCeremony> {
  const { type, authenticators } = ceremony;
  const { user } = subject;
  const isPlatform = type === 'webauthn-platform';
  const userName = user.email ?? user.username ?? user.phoneNumber ?? user.userId;
  const options = await generateRegistrationOptions({
    rpName: context.tenant.settings.friendlyName ?? context.tenant.name,
    rpID: relyingParty(context).id,
    userName,
    userDisplayName: user.name ?? userName,
    // No name of a person: the authenticator keeps it, readable to whoever holds it.
    userID: Buffer.from(hashSecret(`webauthn ${context.tenant.id} ${user.userId}`), 'base64url'),
    timeout: MULTIFACTOR_LIMITS.webauthnSeconds * 1000,
    attestationType: 'none',
    excludeCredentials: authenticators.map(toDescriptor),
    authenticatorSelection: {
      authenticatorAttachment: isPlatform ? 'platform' : 'cross-platform',
      residentKey: 'discouraged',
      userVerification: isPlatform ? 'required' : 'discouraged',
    },
  });
  return saveCeremony(services, context, subject, {
    purpose: 'enrollment',
    type,
    challenge: options.challenge,
    oobCode: ceremony.oobCode,
    options: toJson(options),
  });
}

function toDescriptor({ credentialId, secret }: Authenticator) {
  const transports = Array.isArray(secret.transports)
    ? secret.transports.filter((transport) => typeof transport === 'string')
    : [];
  return { id: credentialId ?? '', ...(transports.length > 0 ? { transports } : {}) };
}

/** Without members that are undefined. */
const toJson = (options: object): JsonObject => JSON.parse(JSON.stringify(options));

async function saveCeremony(
  { clock, randomBytes }: MultifactorOptions,
  { store }: MultifactorContext,
  { user, binding }: MultifactorSubject,
  ceremony: {
    readonly purpose: 'challenge' | 'enrollment';
    readonly type: WebAuthnType;
    readonly challenge: string;
    readonly oobCode: string | undefined;
    readonly options: JsonObject;
  },
): Promise<WebAuthnCeremony> {
  const { purpose, type, challenge, options, oobCode = createSecret(randomBytes) } = ceremony;
  await store.tickets.save({
    kind: 'webauthn-challenge',
    key: oobCode,
    userId: user.userId,
    payload: { flow: 'mfa', purpose, type, challenge, binding: hashSecret(binding) },
    expiresAt: inSeconds(clock, MULTIFACTOR_LIMITS.webauthnSeconds),
  });
  return { kind: 'webauthn', oobCode, options };
}

const responseSchema = z.looseObject({
  id: z.string().max(2048),
  response: z.looseObject({ transports: z.array(z.string().max(32)).max(10).optional() }),
});

/** How a WebAuthn proof ended. */
interface WebAuthnResult {
  readonly authenticator: Authenticator;
  readonly isEnrollment: boolean;
}

/**
 * Judges what the browser answered. The challenge is used up whatever the answer is worth; challenge,
 * origin, relying party and counter must all be right.
 */
export async function verifyWebAuthn(
  services: MultifactorOptions,
  context: MultifactorContext,
  { user, binding }: MultifactorSubject,
  proof: { readonly oobCode: string; readonly response: JsonObject },
): Promise<WebAuthnResult | undefined> {
  const { tickets } = context.store;
  const found = await tickets.find('webauthn-challenge', proof.oobCode);
  const isOwn =
    found?.userId === user.userId &&
    found.payload.flow === 'mfa' &&
    found.payload.binding === hashSecret(binding);
  if (!isOwn) return undefined;
  const ticket = await tickets.consume('webauthn-challenge', proof.oobCode);
  const parsed = responseSchema.safeParse(proof.response);
  if (!ticket || !parsed.success) return undefined;
  const { purpose, type, challenge } = ticket.payload;
  if (typeof challenge !== 'string') return undefined;
  const answer = {
    response: proof.response,
    credentialId: parsed.data.id,
    transports: parsed.data.response.transports ?? [],
    challenge,
    type: type === 'webauthn-platform' ? type : 'webauthn-roaming',
  } as const;
  const isEnrollment = purpose === 'enrollment';
  const authenticator = isEnrollment
    ? await register(services, context, user.userId, answer)
    : await assert(services, context, user.userId, answer);
  if (authenticator) return { authenticator, isEnrollment };
  const logType = isEnrollment ? 'gd_webauthn_enrollment_failed' : 'gd_webauthn_challenge_failed';
  await logFactor(context, logType, { at: services.clock.now(), user });
  return undefined;
}

interface Answer {
  readonly response: JsonObject;
  readonly credentialId: string;
  readonly transports: readonly string[];
  readonly challenge: string;
  readonly type: WebAuthnType;
}

async function assert(
  { clock }: MultifactorOptions,
  context: MultifactorContext,
  userId: string,
  answer: Answer,
): Promise<Authenticator | undefined> {
  const { authenticators } = context.store;
  const stored = await authenticators.findByCredentialId(answer.credentialId);
  const isUsable = stored?.userId === userId && stored.isConfirmed && stored.type === answer.type;
  if (!isUsable) return undefined;
  const credential = toCredential(stored);
  const { id, origin } = relyingParty(context);
  const verified = await orUndefined(
    verifyAuthenticationResponse({
      response: answer.response as unknown as AuthenticationResponseJSON,
      expectedChallenge: answer.challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      credential,
      requireUserVerification: answer.type === 'webauthn-platform',
    }),
  );
  if (!verified?.verified) return undefined;
  const counter = verified.authenticationInfo.newCounter;
  return authenticators.update(
    stored.id,
    { secret: { ...stored.secret, counter }, lastUsedAt: clock.now() },
    stored.secret,
  );
}

function toCredential({ credentialId, secret }: Authenticator): WebAuthnCredential {
  const { publicKey, counter } = secret;
  return {
    id: credentialId ?? '',
    publicKey: new Uint8Array(
      Buffer.from(typeof publicKey === 'string' ? publicKey : '', 'base64url'),
    ),
    counter: typeof counter === 'number' ? counter : 0,
  };
}

async function register(
  { clock, randomBytes }: MultifactorOptions,
  context: MultifactorContext,
  userId: string,
  answer: Answer,
): Promise<Authenticator | undefined> {
  const { id, origin } = relyingParty(context);
  const verified = await orUndefined(
    verifyRegistrationResponse({
      response: answer.response as unknown as RegistrationResponseJSON,
      expectedChallenge: answer.challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: answer.type === 'webauthn-platform',
    }),
  );
  if (!verified?.verified) return undefined;
  const { credential } = verified.registrationInfo;
  const authenticator = {
    id: createAuthenticatorId(answer.type, randomBytes),
    userId,
    type: answer.type,
    isConfirmed: true,
    credentialId: credential.id,
    secret: {
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: answer.transports,
    },
  };
  try {
    const created = await context.store.authenticators.create(authenticator);
    return (
      (await context.store.authenticators.update(created.id, { lastUsedAt: clock.now() })) ??
      created
    );
  } catch (error) {
    // The key is registered already, with this user or another; which of the two is nobody's business.
    if (error instanceof AppError && error.code === 'conflict') return undefined;
    throw error;
  }
}

/** The library throws for whatever is wrong with an answer: all of that is an answer that does not count. */
async function orUndefined<T>(verification: Promise<T>): Promise<T | undefined> {
  return verification.catch(() => undefined);
}
