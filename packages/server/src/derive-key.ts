import { hkdfSync } from 'node:crypto';

/**
 * Derives a 32-byte key for one purpose from the master key (HKDF-SHA256, RFC 5869). Replicas with
 * the same master key derive the same keys, so a cookie made by one is good at another.
 */
export function deriveKey(masterKey: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', `tessera/${purpose}`, 32));
}
