import type { Authenticator, JsonObject } from '@tessera/model';
import { createGuardrails, generateSecret, generateURI, verifySync } from 'otplib';
import { MULTIFACTOR_LIMITS } from './multifactor-limits.ts';

/** Seconds of one step (RFC 6238, section 5.2). */
const PERIOD_SECONDS = 30;
/** Administrators bring secrets of other systems, some of which have 80 bits. */
const GUARDRAILS = createGuardrails({ MIN_SECRET_BYTES: 10 });

/** base32. */
export function createPasswordSecret(): string {
  return generateSecret({ length: MULTIFACTOR_LIMITS.secretBytes });
}

/** What apps read from the QR code. */
export function createBarcodeUri(key: string, issuer: string, label: string): string {
  return generateURI({ issuer, label, secret: key });
}

/**
 * The step that the code belongs to: now, one before or one after, and later than the last one used, so
 * that no code counts twice. Undefined when it is wrong.
 */
export function findPasswordStep(
  authenticator: Authenticator,
  code: string,
  now: Date,
): number | undefined {
  const { key, usedStep } = authenticator.secret;
  if (typeof key !== 'string' || !/^\d{6}$/.test(code)) return undefined;
  const result = verifySync({
    strategy: 'totp',
    secret: key,
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    epochTolerance: MULTIFACTOR_LIMITS.passwordSteps * PERIOD_SECONDS,
    guardrails: GUARDRAILS,
    ...(typeof usedStep === 'number' ? { afterTimeStep: usedStep } : {}),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}

/** The secret once `step` is used. */
export function withUsedStep(secret: JsonObject, step: number): JsonObject {
  return { ...secret, usedStep: step };
}
