import { createHash, createHmac } from 'node:crypto';
import { isSameSecret } from '@tessera/model';
import { fromBase64, passwordBytes, salted } from './hash-bytes.ts';
import type { Hash, HashAlgorithm } from './hash-shape.ts';

const DIGESTS: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha256', 'sha512']);

/** A plain digest of password and salt. */
export const digest: HashAlgorithm = {
  findProblem: () => undefined,
  verify: async (hash, password) => verifyDigest(hash, password),
};

export const md4: HashAlgorithm = {
  ...digest,
  findProblem: () =>
    'md4 is not supported here: its library function is gone; reset such passwords instead',
};

export const hmac: HashAlgorithm = {
  findProblem({ hash }) {
    if (hash.key === undefined) return 'hash.key is needed for hmac';
    return hash.digest === undefined || !DIGESTS.has(hash.digest)
      ? 'hash.digest must be md5, sha1, sha256 or sha512 for hmac'
      : undefined;
  },
  verify: async (hash, password) => verifyHmac(hash, password),
};

export const ldap: HashAlgorithm = {
  findProblem: ({ hash }) =>
    parseLdap(hash.value) === undefined
      ? 'hash.value must be {MD5}, {SHA}, {SMD5}, {SSHA}, {SHA256}, {SSHA256}, {SHA512} or {SSHA512} and base64'
      : undefined,
  verify: async (hash, password) => verifyLdap(hash, password),
};

function verifyDigest(hash: Hash, password: string): boolean {
  const { value, encoding: valueEncoding = 'hex' } = hash.hash;
  const made = createHash(hash.algorithm).update(salted(hash, password)).digest();
  return isSameSecret(made, Buffer.from(value, valueEncoding));
}

function verifyHmac(hash: Hash, password: string): boolean {
  const { key, digest, value, encoding: valueEncoding = 'hex' } = hash.hash;
  if (key === undefined || digest === undefined) return false;
  const made = createHmac(digest, Buffer.from(key.value, key.encoding))
    .update(salted(hash, password))
    .digest();
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
