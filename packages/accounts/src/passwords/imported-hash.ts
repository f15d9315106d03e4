import type { z } from 'zod';
import { argon2 } from './imported/argon2.ts';
import { bcrypt } from './imported/bcrypt.ts';
import { digest, hmac, ldap, md4 } from './imported/digests.ts';
import { type Hash, type HashAlgorithm, hashShape } from './imported/hash-shape.ts';
import { pbkdf2 } from './imported/pbkdf2.ts';
import { scrypt } from './imported/scrypt.ts';

/**
 * Hashes that were made elsewhere: `custom_password_hash` of the user import. One is kept as
 * `$imported$<base64url of its JSON>` in the place of our own hash until the first right login, which
 * replaces it by argon2id.
 */
const ALGORITHMS: Readonly<Record<Hash['algorithm'], HashAlgorithm>> = {
  argon2,
  bcrypt,
  hmac,
  ldap,
  md4,
  md5: digest,
  pbkdf2,
  scrypt,
  sha1: digest,
  sha256: digest,
  sha512: digest,
};

/** `custom_password_hash`, as the import's schema has it, of an algorithm and a cost that can be verified. */
export const customPasswordHashSchema = hashShape.superRefine((hash, context) => {
  const problem = ALGORITHMS[hash.algorithm].findProblem(hash);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

type CustomPasswordHash = z.output<typeof customPasswordHashSchema>;

const PREFIX = '$imported$';

/** The hash as it is stored. */
export function encodeImportedHash(hash: CustomPasswordHash): string {
  return `${PREFIX}${Buffer.from(JSON.stringify(hash)).toString('base64url')}`;
}

export function isImportedHash(stored: string): boolean {
  return stored.startsWith(PREFIX);
}

/**
 * Verifies a password against a stored imported hash. One that the limits refuse by now fits no password:
 * an error would tell that the account exists, and a reset is the way out of both.
 */
export async function verifyImportedHash(stored: string, password: string): Promise<boolean> {
  const json: unknown = JSON.parse(
    Buffer.from(stored.slice(PREFIX.length), 'base64url').toString('utf8'),
  );
  const { success, data: hash } = customPasswordHashSchema.safeParse(json);
  return success && (await ALGORITHMS[hash.algorithm].verify(hash, password));
}
