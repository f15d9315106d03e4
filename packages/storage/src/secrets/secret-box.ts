import { createHmac } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

/** Where a secret lives. A ciphertext that is moved to another row, table or tenant is refused there. */
export interface SecretContext {
  readonly tenantId: string;
  readonly table: string;
  readonly id: string;
}

/** Encrypts secrets for the database: JWE (RFC 7516) compact, A256GCMKW with A256GCM. */
export interface SecretBox {
  /** Names the master key without telling anything about it; the `kid` of every ciphertext. */
  readonly keyId: string;
  encrypt(secret: string, context: SecretContext): Promise<string>;
  /** Throws when the ciphertext was changed, moved, or made with another master key. */
  decrypt(ciphertext: string, context: SecretContext): Promise<string>;
}

/** Length of a master key, in bytes. */
export const MASTER_KEY_BYTES = 32;

export function createSecretBox(masterKey: Uint8Array): SecretBox {
  if (masterKey.length !== MASTER_KEY_BYTES) {
    throw new Error(
      `The master key has ${masterKey.length} bytes; it must have ${MASTER_KEY_BYTES}`,
    );
  }
  const keyId = deriveKey(masterKey, 'tessera key id').toString('base64url').slice(0, 16);
  return {
    keyId,
    encrypt: (secret, context) =>
      new CompactEncrypt(new TextEncoder().encode(secret))
        .setProtectedHeader({
          alg: 'A256GCMKW',
          enc: 'A256GCM',
          kid: keyId,
          ctx: contextText(context),
        })
        .encrypt(masterKey),
    decrypt: async (ciphertext, context) => {
      const { plaintext, protectedHeader } = await open(ciphertext, masterKey, context);
      if (protectedHeader.ctx !== contextText(context)) {
        throw new Error(`The secret in ${placeOf(context)} belongs to another row`);
      }
      return new TextDecoder().decode(plaintext);
    },
  };
}

/** A key for one purpose, so that no two uses of the master key can be played against each other. */
export function deriveKey(masterKey: Uint8Array, purpose: string): Buffer {
  return createHmac('sha256', masterKey).update(purpose).digest();
}

async function open(ciphertext: string, masterKey: Uint8Array, context: SecretContext) {
  try {
    return await compactDecrypt(ciphertext, masterKey, {
      keyManagementAlgorithms: ['A256GCMKW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
  } catch (error) {
    throw new Error(
      `The secret in ${placeOf(context)} cannot be decrypted: it was damaged, or another master key made it`,
      { cause: error },
    );
  }
}

/** Unambiguous: no id can imitate another place. */
function contextText({ tenantId, table, id }: SecretContext): string {
  return JSON.stringify([tenantId, table, id]);
}

function placeOf({ table, id }: SecretContext): string {
  return `${table} "${id}"`;
}
