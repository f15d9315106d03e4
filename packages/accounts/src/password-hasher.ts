import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { RandomBytes } from '@tessera/model';
import { TooManyAttemptsError } from './account-errors.ts';
import { LIMITS } from './limits.ts';
import { isImportedHash, verifyImportedHash } from './passwords/imported-hash.ts';

/** Cost of argon2id; parallelism is 1. */
export interface HashCost {
  readonly memoryKiB: number;
  readonly iterations: number;
}

/** OWASP's recommendation for argon2id: 19 MiB, two passes. About 25 ms of one core. */
export const DEFAULT_HASH_COST: HashCost = { memoryKiB: 19_456, iterations: 2 };

/** Hashes and verifies passwords. Bounded: see `LIMITS.concurrentHashes`. */
export interface PasswordHasher {
  /** Returns a PHC string of argon2id. */
  hash(password: string): Promise<string>;
  /**
   * Verifies against a PHC string or an imported hash, or, without one, against a decoy that no password fits: then it
   * takes the same time and answers false.
   */
  verify(phc: string | undefined, password: string): Promise<boolean>;
  /** True when the hash was made with another cost than today's. */
  needsRehash(phc: string): boolean;
}

export function createPasswordHasher(cost: HashCost, randomBytes: RandomBytes): PasswordHasher {
  const inTurn = createQueue(LIMITS.concurrentHashes, LIMITS.waitingHashes);
  const options = {
    memoryCost: cost.memoryKiB,
    timeCost: cost.iterations,
    parallelism: 1,
  };
  let decoy: Promise<string> | undefined;
  const hashNow = (password: string | Uint8Array) =>
    hash(password, { ...options, salt: randomBytes(16) });
  return {
    hash: (password) => inTurn(() => hashNow(normalize(password))),
    async verify(phc, password) {
      // Made by whoever comes first, known or unknown account, so that its making tells nothing.
      decoy ??= inTurn(() => hashNow(randomBytes(32))).catch((cause) => {
        decoy = undefined;
        throw cause;
      });
      const spare = await decoy;
      if (phc !== undefined && isImportedHash(phc)) {
        // Many are made in no time: the decoy takes its time beside them, as for nobody's account.
        const [isRight] = await Promise.all([
          inTurn(() => verifyImportedHash(phc, password)),
          inTurn(() => verify(spare, normalize(password))),
        ]);
        return isRight;
      }
      const matches = await inTurn(() => verify(phc ?? spare, normalize(password)));
      return matches && phc !== undefined;
    },
    needsRehash(phc) {
      if (isImportedHash(phc)) return true;
      const used = parseOptions(phc);
      return (
        used.memoryCost !== options.memoryCost ||
        used.timeCost !== options.timeCost ||
        used.parallelism !== options.parallelism
      );
    },
  };
}

/** Keyboards write the same password with different code points (NIST SP 800-63B, section 5.1.1.2). */
function normalize(password: string): string {
  return password.toWellFormed().normalize('NFKC');
}

/** Runs at most `concurrency` tasks at once, first come first served, and refuses beyond `waiting`. */
function createQueue(
  concurrency: number,
  waiting: number,
): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (task) => {
    if (running >= concurrency) {
      if (queue.length >= waiting) {
        const message = 'Too many logins at once. Please try again in a moment.';
        throw new TooManyAttemptsError(message, 5, 'busy');
      }
      // The one that ends hands its place over, so `running` does not change for a waiter.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await task();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
