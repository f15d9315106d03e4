import { createHash } from 'node:crypto';
import type { Clock, Messages, RandomBytes, RateLimitStore } from '@tessera/model';

/** What `createMultifactor` is built from. */
export interface MultifactorOptions {
  readonly messages: Messages;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** What a binding or a recovery code is stored as: both are long and random, so a plain hash hides them. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** A secret of 256 bits for a URL. */
export function createSecret(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(32)).toString('base64url');
}
