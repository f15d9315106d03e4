import { verify as verifyArgon2 } from '@node-rs/argon2';
import { fromBase64, passwordBytes } from './hash-bytes.ts';
import { atMost, type HashAlgorithm, IMPORTED_HASH_LIMITS } from './hash-shape.ts';

export const argon2: HashAlgorithm = {
  findProblem: ({ hash }) => findProblem(hash.value),
  verify: (hash, password) => verifyArgon2(hash.hash.value, passwordBytes(hash, password)),
};

/** Versions of argon2 that are in use; hashes of the older one need not name it (RFC 9106, section 3.1). */
const ARGON2_VERSIONS: ReadonlySet<string> = new Set(['16', '19']);

function findProblem(value: string): string | undefined {
  const match =
    /^\$argon2(?:id|i|d)\$(?:v=(\d+)\$)?m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
      value,
    );
  const [, version = '16', memory = 0, time = 0, parallelism = 0, salt = '', key = ''] =
    match ?? [];
  const cost = { memory: Number(memory), time: Number(time), parallelism: Number(parallelism) };
  // What is less than the algorithm's own least cannot be verified (RFC 9106, section 3.1).
  const isPossible =
    ARGON2_VERSIONS.has(version) &&
    cost.time >= 1 &&
    cost.parallelism >= 1 &&
    cost.memory >= 8 * cost.parallelism &&
    fromBase64(salt).length >= 8 &&
    fromBase64(key).length >= 4;
  if (match === null || !isPossible) return 'hash.value must be a PHC string of argon2';
  return (
    atMost('the memory of argon2, KiB,', cost.memory, IMPORTED_HASH_LIMITS.argon2MemoryKiB) ??
    atMost('the iterations of argon2', cost.time, IMPORTED_HASH_LIMITS.argon2Iterations) ??
    atMost('the parallelism of argon2', cost.parallelism, IMPORTED_HASH_LIMITS.argon2Parallelism) ??
    atMost('the work of argon2 (m·t)', cost.memory * cost.time, IMPORTED_HASH_LIMITS.argon2WorkKiB)
  );
}
