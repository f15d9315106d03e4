import { scrypt as derive } from 'node:crypto';
import { promisify } from 'node:util';
import { isSameSecret } from '@tessera/model';
import { fromBase64, passwordBytes } from './hash-bytes.ts';
import {
  atMost,
  type Hash,
  type HashAlgorithm,
  type HashInput,
  IMPORTED_HASH_LIMITS,
} from './hash-shape.ts';

interface Scrypt {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Either a PHC string, or a plain hash with its parameters beside it. */
function parseScrypt(hash: HashInput): Scrypt | undefined {
  const { value } = hash.hash;
  const phc = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(value);
  if (phc !== null) {
    const [, ln = '', r = '', p = '', salt = '', key = ''] = phc;
    return {
      cost: 2 ** Number(ln),
      blockSize: Number(r),
      parallelization: Number(p),
      salt: fromBase64(salt),
      key: fromBase64(key),
    };
  }
  if (hash.salt === undefined) return undefined;
  const key = Buffer.from(value, hash.hash.encoding ?? 'base64');
  return {
    cost: hash.cost ?? 16_384,
    blockSize: hash.blockSize ?? 8,
    parallelization: hash.parallelization ?? 1,
    salt: Buffer.from(hash.salt.value, hash.salt.encoding ?? 'utf8'),
    key: hash.keylen === undefined || hash.keylen === key.length ? key : Buffer.alloc(0),
  };
}

function findProblem(hash: HashInput): string | undefined {
  const parsed = parseScrypt(hash);
  if (parsed === undefined) return 'scrypt needs a PHC string ($scrypt$…), or salt and parameters';
  const { cost, blockSize, parallelization, key } = parsed;
  if (key.length === 0 || key.length > IMPORTED_HASH_LIMITS.keyBytes) {
    return 'keylen differs from the length of the hash, or the hash is empty or too long';
  }
  if (!Number.isSafeInteger(Math.log2(cost)) || blockSize < 1 || parallelization < 1) {
    return 'the cost of scrypt must be a power of two, blockSize and parallelization at least 1';
  }
  // RFC 7914, section 2; nothing verifies others.
  if (cost < 2 || Math.log2(cost) >= 16 * blockSize) {
    return 'the cost of scrypt must be above 1 and below 2^(16 · blockSize)';
  }
  return (
    atMost(
      'the memory of scrypt, bytes,',
      128 * cost * blockSize,
      IMPORTED_HASH_LIMITS.scryptBytes,
    ) ??
    atMost(
      'the work of scrypt (N·r·p)',
      cost * blockSize * parallelization,
      IMPORTED_HASH_LIMITS.scryptWork,
    )
  );
}

const deriveScrypt = promisify<string | Buffer, Buffer, number, object, Buffer>(derive);

async function verifyScrypt(hash: Hash, password: string): Promise<boolean> {
  const parsed = parseScrypt(hash);
  if (parsed === undefined) return false;
  const { salt, key, cost, blockSize, parallelization } = parsed;
  const options = {
    cost,
    blockSize,
    parallelization,
    maxmem: 2 * IMPORTED_HASH_LIMITS.scryptBytes,
  };
  return isSameSecret(
    await deriveScrypt(passwordBytes(hash, password), salt, key.length, options),
    key,
  );
}

export const scrypt: HashAlgorithm = { findProblem, verify: verifyScrypt };
