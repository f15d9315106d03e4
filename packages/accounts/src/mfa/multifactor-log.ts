import type { Authenticator, JsonObject, MultifactorContext, User } from '@tessera/model';
import { LIMITS } from '../limits.ts';
import { maskPhoneNumber } from './mask.ts';

/**
 * Codes of the tenant log that second factors write; their meanings are the hosted service's. That a code was
 * sent is said by whoever sends it.
 */
type MultifactorLogType =
  | 'gd_auth_failed'
  | 'gd_auth_rejected'
  | 'gd_auth_succeed'
  | 'gd_enrollment_complete'
  | 'gd_otp_rate_limit_exceed'
  | 'gd_recovery_failed'
  | 'gd_recovery_succeed'
  | 'gd_send_pn'
  | 'gd_start_auth'
  | 'gd_start_enroll'
  | 'gd_unenroll'
  | 'gd_webauthn_challenge_failed'
  | 'gd_webauthn_enrollment_failed';

const DESCRIPTIONS: Readonly<Record<MultifactorLogType, string>> = {
  gd_auth_failed: 'Second factor authentication failed',
  gd_auth_rejected: 'Second factor authentication was rejected by the user',
  gd_auth_succeed: 'Second factor authentication succeeded',
  gd_enrollment_complete: 'Enrollment of a second factor completed',
  gd_otp_rate_limit_exceed: 'Too many wrong codes',
  gd_recovery_failed: 'Authentication with a recovery code failed',
  gd_recovery_succeed: 'Authentication with a recovery code succeeded',
  gd_send_pn: 'A device was asked',
  gd_start_auth: 'Second factor authentication started',
  gd_start_enroll: 'Enrollment of a second factor started',
  gd_unenroll: 'Second factor was removed',
  gd_webauthn_challenge_failed: 'Authentication with WebAuthn failed',
  gd_webauthn_enrollment_failed: 'Enrollment with WebAuthn failed',
};

/** Writes an entry about a factor of a user. Never with codes; numbers are masked. */
export async function logFactor(
  context: MultifactorContext,
  type: MultifactorLogType,
  facts: {
    readonly at: Date;
    readonly user: User;
    readonly authenticator?:
      | Pick<Authenticator, 'id' | 'type' | 'phoneNumber' | 'name'>
      | undefined;
    readonly description?: string;
  },
): Promise<void> {
  const { at, user, authenticator } = facts;
  const { client, request } = context;
  const userName = user.email ?? user.username ?? user.phoneNumber;
  await context.store.logs.append({
    date: at,
    type,
    description: facts.description ?? DESCRIPTIONS[type],
    ip: request.ip,
    hostname: request.hostname,
    userId: user.userId,
    ...(userName === undefined ? {} : { userName }),
    ...(request.userAgent === undefined
      ? {}
      : { userAgent: request.userAgent.replaceAll('\0', '').slice(0, LIMITS.logTextLength) }),
    ...(client ? { clientId: client.clientId, clientName: client.name } : {}),
    ...(authenticator === undefined ? {} : { details: describe(authenticator) }),
  });
}

function describe({
  id,
  type,
  phoneNumber,
}: Pick<Authenticator, 'id' | 'type' | 'phoneNumber'>): JsonObject {
  const number = phoneNumber === undefined ? null : maskPhoneNumber(phoneNumber);
  return { authenticator: { id, type, phone_number: number } };
}
