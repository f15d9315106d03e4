import { z } from 'zod';

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

/** `custom_password_hash`, as the import's schema has it; what its algorithm wants is not looked at. */
export const hashShape = z.strictObject({
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
    digest: z.enum(['md5', 'sha1', 'sha256', 'sha512', 'ripemd160', 'whirlpool', 'md4']).optional(),
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
});

export type Hash = z.output<typeof hashShape>;
/** One that defaults were not filled in yet. */
export type HashInput = z.input<typeof hashShape>;

/** How one algorithm is read and verified. */
export interface HashAlgorithm {
  /** What makes a hash unusable; undefined when it can be verified. */
  findProblem(hash: HashInput): string | undefined;
  verify(hash: Hash, password: string): Promise<boolean>;
}

export function atMost(what: string, value: number, limit: number): string | undefined {
  return value <= limit ? undefined : `${what} is ${value} (limit ${limit})`;
}
