import type { Hash } from './hash-shape.ts';

/** The password with the salt where the hash has it. */
export function salted(hash: Hash, password: string): Buffer {
  const bytes = passwordBytes(hash, password);
  if (hash.salt === undefined) return bytes;
  const salt = Buffer.from(hash.salt.value, hash.salt.encoding);
  return Buffer.concat(hash.salt.position === 'prefix' ? [salt, bytes] : [bytes, salt]);
}

export function passwordBytes(hash: Hash, password: string): Buffer {
  return Buffer.from(password, hash.password?.encoding ?? 'utf8');
}

/** PHC strings leave the padding out; some programs write `.` for `+`. */
export function fromBase64(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}
