import { timingSafeEqual } from 'node:crypto';

/**
 * True when both are the same and not empty, in time that tells nothing about where they differ (their
 * lengths may show). For everything that a caller has to know: secrets, codes, tokens and their hashes.
 */
export function isSameSecret(
  given: string | Uint8Array | undefined,
  expected: string | Uint8Array,
): boolean {
  const [actual, wanted] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return actual.length > 0 && actual.length === wanted.length && timingSafeEqual(actual, wanted);
}
