import { createHash } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Authenticator, JsonObject } from '@tessera/model';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';

/** The host that passkeys belong to, and the origin that its pages have. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/** @param baseUrl Public base URL of the tenant. */
export function readRelyingParty(baseUrl: string): RelyingParty {
  const { hostname, origin } = new URL(baseUrl);
  return { id: hostname, origin };
}

/** No name of a person: the authenticator keeps it, readable to whoever holds it. At most 64 bytes. */
export function createUserHandle(tenantId: string, userId: string): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(['passkey', tenantId, userId]);
  return new Uint8Array(createHash('sha256').update(text).digest());
}

const base64url = z.string().regex(/^[\w-]+$/);
const credentialSchema = z.object({
  id: base64url.max(2048),
  response: z.looseObject({
    clientDataJSON: base64url.max(8192),
    userHandle: base64url.max(128).nullish(),
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
});
const clientDataSchema = z.looseObject({ challenge: base64url.max(512) });

/** What a browser answered, as far as it is read before it is verified. */
export interface PasskeyAnswer {
  readonly credentialId: string;
  readonly challenge: string;
  readonly userHandle: string | undefined;
  readonly transports: readonly string[];
  readonly response: JsonObject;
}

/** Undefined for anything but the JSON of a public-key credential. */
export function readAnswer(text: string): PasskeyAnswer | undefined {
  if (text.length > LIMITS.passkeyAnswerLength) return undefined;
  const response = parseJson(text);
  const credential = credentialSchema.safeParse(response);
  if (!credential.success) return undefined;
  const { id, response: answer } = credential.data;
  const clientData = clientDataSchema.safeParse(
    parseJson(Buffer.from(answer.clientDataJSON, 'base64url').toString()),
  );
  if (!clientData.success) return undefined;
  return {
    credentialId: id,
    challenge: clientData.data.challenge,
    userHandle: answer.userHandle ?? undefined,
    transports: answer.transports ?? [],
    response: response as JsonObject,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The counter after a right answer; undefined for a wrong one: other challenge, origin or host, a key
 * that does not fit, nobody who showed themselves to the device, or a counter that went back.
 */
export async function verifyAssertion(
  stored: Authenticator,
  answer: PasskeyAnswer,
  party: RelyingParty,
): Promise<number | undefined> {
  const { publicKey, counter } = stored.secret;
  if (typeof publicKey !== 'string' || typeof counter !== 'number') return undefined;
  const verified = await orUndefined(
    verifyAuthenticationResponse({
      response: answer.response as unknown as AuthenticationResponseJSON,
      expectedChallenge: answer.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: {
        id: answer.credentialId,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        counter,
      },
      requireUserVerification: true,
    }),
  );
  return verified?.verified === true ? verified.authenticationInfo.newCounter : undefined;
}

/** What is kept of a new passkey; undefined when the answer is wrong. */
export async function verifyRegistration(
  answer: PasskeyAnswer,
  party: RelyingParty,
): Promise<{ readonly credentialId: string; readonly secret: JsonObject } | undefined> {
  const verified = await orUndefined(
    verifyRegistrationResponse({
      response: answer.response as unknown as RegistrationResponseJSON,
      expectedChallenge: answer.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
    }),
  );
  if (verified?.verified !== true) return undefined;
  const { credential, credentialDeviceType, credentialBackedUp, aaguid } =
    verified.registrationInfo;
  return {
    credentialId: credential.id,
    secret: {
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: answer.transports,
      deviceType: credentialDeviceType,
      backedUp: credentialBackedUp,
      aaguid,
      relyingPartyId: party.id,
    },
  };
}

/** The library throws for whatever is wrong with an answer: all of that is an answer that does not count. */
async function orUndefined<T>(verification: Promise<T>): Promise<T | undefined> {
  return verification.catch(() => undefined);
}
