import type { ActionContent, ActionSecret } from '@tessera/model';
import type { SecretBox, SecretContext } from '../secrets/secret-box.ts';

/** Encrypts the secrets of a draft or version as one; null when there are none. */
export async function encryptSecrets(
  box: SecretBox,
  secrets: readonly ActionSecret[],
  place: SecretContext,
): Promise<string | null> {
  if (secrets.length === 0) return null;
  return box.encrypt(JSON.stringify(secrets), place);
}

export async function decryptSecrets(
  box: SecretBox,
  ciphertext: string | null,
  place: SecretContext,
): Promise<readonly ActionSecret[]> {
  if (ciphertext === null) return [];
  const secrets: readonly StoredSecret[] = JSON.parse(await box.decrypt(ciphertext, place));
  return secrets.map(({ name, value, updatedAt }) => ({
    name,
    value,
    updatedAt: new Date(updatedAt),
  }));
}

interface StoredSecret {
  readonly name: string;
  readonly value: string;
  readonly updatedAt: string;
}

/** The columns of content, but for the secrets. */
export function plainContent({ code, dependencies, runtime, supportedTriggers }: ActionContent) {
  return { code, dependencies, runtime, supportedTriggers };
}
