import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import {
  createAlphanumericId,
  type JsonObject,
  type RandomBytes,
  type SigningKey,
} from '@tessera/model';

const generate = promisify(generateKeyPair);
const MODULUS_BITS = 2_048;
const KID_LENGTH = 21;

/** Makes a new RS256 key (RSA, 2048 bits). Takes some 50 to 300 ms, off the main thread. */
export async function createSigningKey(
  state: 'current' | 'next',
  services: { readonly randomBytes: RandomBytes; readonly now: Date },
): Promise<SigningKey> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: MODULUS_BITS });
  return {
    kid: createAlphanumericId(services.randomBytes, KID_LENGTH),
    alg: 'RS256',
    state,
    publicJwk: publicKey.export({ format: 'jwk' }) as JsonObject,
    privateJwk: privateKey.export({ format: 'jwk' }) as JsonObject,
    createdAt: services.now,
  };
}
