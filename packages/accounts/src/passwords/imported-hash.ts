import { createHash, createHmac, pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { verify as verifyArgon2 } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { isSameSecret } from '@tessera/model';
import { z } from 'zod';

/**
 * Hashes that were made elsewhere: `custom_password_hash` of the user import. One is kept as
 * `$imported$<base64url of its JSON>` in the place of our own hash until the first right login, which
 * replaces it by argon2id.
 */

/** Costs beyond which a hash is refused: one login attempt must stay below about a second of one core. */
export const IMPORTED_HASH_LIMITS = {
  bcryptCost: 14,
  argon2MemoryKiB: 262_144,
  argon2Iterations: 10,
  argon2Parallelism: 16,
  /** Memory · iterations: what argon2 needs of time. */
  argon2WorkKiB: 1_048_576,
  pbkdf2Iterations: 1_000_000,
  /** Iterations · digests that the key is made of: what pbkdf2 needs of time. */
  pbkdf2Work: 2_000_000,
  /** N · r · 128 bytes: what scrypt needs of memory. */
  scryptBytes: 268_435_456,
  /** p · N · r: what scrypt needs of time. */
  scryptWork: 2_097_152,
  keyBytes: 512,
  valueLength: 2048,
  saltLength: 1024,
} as const;

const encoding = z.enum(['base64', 'hex', 'utf8']);
const saltSchema = z.strictObject({
  value: z.string().max(IMPORTED_HASH_LIMITS.saltLength),
  encoding: encoding.default('utf8'),
  position: z.enum(['prefix', 'suffix']).default('prefix'),
});

/** `custom_password_hash`, as the import's schema has it. */
export const customPasswordHashSchema = z
  .strictObject({
    algorithm: z.enum([
      'argon2',
      'bcrypt',
      'hmac',
      'ldap',
      'md4',
      'md5',
      'pbkdf2',
      'scrypt',
      'sha1',
      'sha256',
      'sha512',
    ]),
    hash: z.strictObject({
      value: z.string().min(1).max(IMPORTED_HASH_LIMITS.valueLength),
      encoding: encoding.optional(),
      digest: z
        .enum(['md5', 'sha1', 'sha256', 'sha512', 'ripemd160', 'whirlpool', 'md4'])
        .optional(),
      key: z
        .strictObject({
          value: z.string().max(IMPORTED_HASH_LIMITS.saltLength),
          encoding: encoding.default('utf8'),
        })
        .optional(),
    }),
    salt: saltSchema.optional(),
    password: z
      .strictObject({ encoding: z.enum(['ascii', 'utf8', 'utf16le', 'ucs2', 'latin1', 'binary']) })
      .optional(),
    keylen: z.int().min(1).max(IMPORTED_HASH_LIMITS.keyBytes).optional(),
    cost: z.int().min(2).optional(),
    blockSize: z.int().min(1).max(64).optional(),
    parallelization: z.int().min(1).max(64).optional(),
  })
  .superRefine((hash, context) => {
    const problem = findProblem(hash);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

export type CustomPasswordHash = z.output<typeof customPasswordHashSchema>;

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
  if (!success) return false;
  switch (hash.algorithm) {
    case 'bcrypt':
      return verifyBcrypt(passwordBytes(hash, password), hash.hash.value);
    case 'argon2':
      return verifyArgon2(hash.hash.value, passwordBytes(hash, password));
    case 'pbkdf2':
      return verifyPbkdf2(hash, password);
    case 'scrypt':
      return verifyScrypt(hash, password);
    case 'hmac':
      return verifyHmac(hash, password);
    case 'ldap':
      return verifyLdap(hash, password);
    case 'md4':
    case 'md5':
    case 'sha1':
    case 'sha256':
    case 'sha512':
      return verifyDigest(hash, password);
  }
}

type Hash = CustomPasswordHash;
const LIMIT = IMPORTED_HASH_LIMITS;

/** What makes a hash unusable; undefined when it can be verified. */
function findProblem(hash: z.input<typeof customPasswordHashSchema>): string | undefined {
  const { value } = hash.hash;
  switch (hash.algorithm) {
    case 'bcrypt': {
      const cost = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(value)?.[1];
      if (cost === undefined || Number(cost) < 4) {
        return 'hash.value must be a bcrypt hash ($2b$…) of cost 4 or more';
      }
      return atMost('the cost of bcrypt', Number(cost), LIMIT.bcryptCost);
    }
    case 'argon2':
      return findArgon2Problem(value);
    case 'pbkdf2': {
      const phc = parsePbkdf2(value);
      if (phc === undefined) return 'hash.value must be $pbkdf2-<digest>$i=…,l=…$salt$hash';
      if (phc.key.length > LIMIT.keyBytes)
        return `the key must have at most ${LIMIT.keyBytes} bytes`;
      return (
        atMost('the iterations of pbkdf2', phc.iterations, LIMIT.pbkdf2Iterations) ??
        atMost(
          'the work of pbkdf2 (iterations · digests in the key)',
          workOf(phc),
          LIMIT.pbkdf2Work,
        )
      );
    }
    case 'scrypt':
      return findScryptProblem(hash);
    case 'hmac':
      if (hash.hash.key === undefined) return 'hash.key is needed for hmac';
      return hash.hash.digest === undefined || !DIGESTS.has(hash.hash.digest)
        ? 'hash.digest must be md5, sha1, sha256 or sha512 for hmac'
        : undefined;
    case 'ldap':
      return parseLdap(value) === undefined
        ? 'hash.value must be {MD5}, {SHA}, {SMD5}, {SSHA}, {SHA256}, {SSHA256}, {SHA512} or {SSHA512} and base64'
        : undefined;
    case 'md4':
      return 'md4 is not supported here: its library function is gone; reset such passwords instead';
    default:
      return undefined;
  }
}

function atMost(what: string, value: number, limit: number): string | undefined {
  return value <= limit ? undefined : `${what} is ${value} (limit ${limit})`;
}

/** Versions of argon2 that are in use; hashes of the older one need not name it (RFC 9106, section 3.1). */
const ARGON2_VERSIONS: ReadonlySet<string> = new Set(['16', '19']);

function findArgon2Problem(value: string): string | undefined {
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
    atMost('the memory of argon2, KiB,', cost.memory, LIMIT.argon2MemoryKiB) ??
    atMost('the iterations of argon2', cost.time, LIMIT.argon2Iterations) ??
    atMost('the parallelism of argon2', cost.parallelism, LIMIT.argon2Parallelism) ??
    atMost('the work of argon2 (m·t)', cost.memory * cost.time, LIMIT.argon2WorkKiB)
  );
}

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

const derivePbkdf2 = promisify(pbkdf2);

async function verifyPbkdf2(hash: Hash, password: string): Promise<boolean> {
  const phc = parsePbkdf2(hash.hash.value);
  if (phc === undefined) return false;
  const { salt, iterations, key, digest } = phc;
  return isSameSecret(
    await derivePbkdf2(passwordBytes(hash, password), salt, iterations, key.length, digest),
    key,
  );
}

interface Scrypt {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Either a PHC string, or a plain hash with its parameters beside it. */
function parseScrypt(hash: z.input<typeof customPasswordHashSchema>): Scrypt | undefined {
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

function findScryptProblem(hash: z.input<typeof customPasswordHashSchema>): string | undefined {
  const parsed = parseScrypt(hash);
  if (parsed === undefined) return 'scrypt needs a PHC string ($scrypt$…), or salt and parameters';
  const { cost, blockSize, parallelization, key } = parsed;
  if (key.length === 0 || key.length > LIMIT.keyBytes) {
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
    atMost('the memory of scrypt, bytes,', 128 * cost * blockSize, LIMIT.scryptBytes) ??
    atMost('the work of scrypt (N·r·p)', cost * blockSize * parallelization, LIMIT.scryptWork)
  );
}

const deriveScrypt = promisify<string | Buffer, Buffer, number, object, Buffer>(scrypt);

async function verifyScrypt(hash: Hash, password: string): Promise<boolean> {
  const parsed = parseScrypt(hash);
  if (parsed === undefined) return false;
  const { salt, key, cost, blockSize, parallelization } = parsed;
  const options = { cost, blockSize, parallelization, maxmem: 2 * LIMIT.scryptBytes };
  return isSameSecret(
    await deriveScrypt(passwordBytes(hash, password), salt, key.length, options),
    key,
  );
}

const DIGESTS: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha256', 'sha512']);

function verifyHmac(hash: Hash, password: string): boolean {
  const { key, digest, value, encoding: valueEncoding = 'hex' } = hash.hash;
  if (key === undefined || digest === undefined) return false;
  const made = createHmac(digest, Buffer.from(key.value, key.encoding))
    .update(salted(hash, password))
    .digest();
  return isSameSecret(made, Buffer.from(value, valueEncoding));
}

function verifyDigest(hash: Hash, password: string): boolean {
  const { value, encoding: valueEncoding = 'hex' } = hash.hash;
  const made = createHash(hash.algorithm).update(salted(hash, password)).digest();
  return isSameSecret(made, Buffer.from(value, valueEncoding));
}

const LDAP: Readonly<Record<string, { readonly digest: string; readonly bytes: number }>> = {
  MD5: { digest: 'md5', bytes: 16 },
  SMD5: { digest: 'md5', bytes: 16 },
  SHA: { digest: 'sha1', bytes: 20 },
  SSHA: { digest: 'sha1', bytes: 20 },
  SHA256: { digest: 'sha256', bytes: 32 },
  SSHA256: { digest: 'sha256', bytes: 32 },
  SHA512: { digest: 'sha512', bytes: 64 },
  SSHA512: { digest: 'sha512', bytes: 64 },
};

/** RFC 2307: a digest, and behind it the salt that followed the password. */
function parseLdap(value: string) {
  const [, scheme = '', data = ''] = /^\{([A-Z0-9]+)\}(.+)$/.exec(value) ?? [];
  const kind = LDAP[scheme];
  const raw = fromBase64(data);
  if (kind === undefined || raw.length < kind.bytes) return undefined;
  return {
    digest: kind.digest,
    key: raw.subarray(0, kind.bytes),
    salt: raw.subarray(kind.bytes),
  };
}

function verifyLdap(hash: Hash, password: string): boolean {
  const parsed = parseLdap(hash.hash.value);
  if (parsed === undefined) return false;
  const made = createHash(parsed.digest)
    .update(passwordBytes(hash, password))
    .update(parsed.salt)
    .digest();
  return isSameSecret(made, parsed.key);
}

function salted(hash: Hash, password: string): Buffer {
  const bytes = passwordBytes(hash, password);
  if (hash.salt === undefined) return bytes;
  const salt = Buffer.from(hash.salt.value, hash.salt.encoding);
  return Buffer.concat(hash.salt.position === 'prefix' ? [salt, bytes] : [bytes, salt]);
}

function passwordBytes(hash: Hash, password: string): Buffer {
  return Buffer.from(password, hash.password?.encoding ?? 'utf8');
}

/** PHC strings leave the padding out; some programs write `.` for `+`. */
function fromBase64(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}
