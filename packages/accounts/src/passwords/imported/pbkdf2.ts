import { pbkdf2 as derive } from 'node:crypto';
import { promisify } from 'node:util';
import { isSameSecret } from '@tessera/model';
import { fromBase64, passwordBytes } from './hash-bytes.ts';
import { atMost, type Hash, type HashAlgorithm, IMPORTED_HASH_LIMITS } from './hash-shape.ts';

export const pbkdf2: HashAlgorithm = {
  findProblem({ hash }) {
    const phc = parsePbkdf2(hash.value);
    if (phc === undefined) return 'hash.value must be $pbkdf2-<digest>$i=…,l=…$salt$hash';
    if (phc.key.length > IMPORTED_HASH_LIMITS.keyBytes)
      return `the key must have at most ${IMPORTED_HASH_LIMITS.keyBytes} bytes`;
    return (
      atMost('the iterations of pbkdf2', phc.iterations, IMPORTED_HASH_LIMITS.pbkdf2Iterations) ??
      atMost(
        'the work of pbkdf2 (iterations · digests in the key)',
        workOf(phc),
        IMPORTED_HASH_LIMITS.pbkdf2Work,
      )
    );
  },
  verify: verifyPbkdf2,
};

interface Pbkdf2 {
  readonly digest: string;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

function parsePbkdf2(value: string): Pbkdf2 | undefined {
  const match =
    /^\$pbkdf2(?:-(md5|sha1|sha256|sha512))?\$i=(\d+)(?:,l=(\d+))?\$([^$]+)\$([^$]+)$/.exec(value);
  if (match === null) return undefined;
  const [, digest = 'sha1', iterations = '', length, salt = '', hash = ''] = match;
  const key = fromBase64(hash);
  if (key.length === 0 || Number(iterations) === 0) return undefined;
  if (length !== undefined && Number(length) !== key.length) return undefined;
  return { digest, iterations: Number(iterations), salt: fromBase64(salt), key };
}

/** Bytes of a digest: so many of the key are made at a time (RFC 8018, section 5.2). */
const DIGEST_BYTES: Readonly<Record<string, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
};

function workOf({ iterations, digest, key }: Pbkdf2): number {
  return iterations * Math.ceil(key.length / (DIGEST_BYTES[digest] ?? 1));
}

const derivePbkdf2 = promisify(derive);

async function verifyPbkdf2(hash: Hash, password: string): Promise<boolean> {
  const phc = parsePbkdf2(hash.hash.value);
  if (phc === undefined) return false;
  const { salt, iterations, key, digest } = phc;
  return isSameSecret(
    await derivePbkdf2(passwordBytes(hash, password), salt, iterations, key.length, digest),
    key,
  );
}
