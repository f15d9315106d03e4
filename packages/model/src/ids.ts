/** Source of randomness: `size` random bytes from a cryptographic generator. */
export type RandomBytes = (size: number) => Uint8Array;

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits without `0`, `O`, `I` and `l`, which look alike. */
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Returns `length` letters and digits, without modulo bias. */
export const createAlphanumericId = (randomBytes: RandomBytes, length: number): string =>
  drawCharacters(ALPHANUMERIC, { randomBytes, length });

/** A code that people copy: `length` digits, without modulo bias. */
export const createCode = (randomBytes: RandomBytes, length: number): string =>
  drawCharacters('0123456789', { randomBytes, length });

function drawCharacters(
  alphabet: string,
  { randomBytes, length }: { readonly randomBytes: RandomBytes; readonly length: number },
): string {
  // The largest multiple of the alphabet in a byte; what is above would favour the first letters.
  const end = 256 - (256 % alphabet.length);
  let id = '';
  while (id.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < end && id.length < length) id += alphabet[byte % alphabet.length];
    }
  }
  return id;
}

/** Returns `length` lower-case hex digits (`length` even). */
export function createHexId(randomBytes: RandomBytes, length: number): string {
  return Array.from(randomBytes(length / 2), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `client_id`: 32 letters and digits. */
export const createClientId = (randomBytes: RandomBytes): string =>
  createAlphanumericId(randomBytes, 32);
/** Client secret: 64 letters and digits, 381 bits. */
export const createClientSecret = (randomBytes: RandomBytes): string =>
  createAlphanumericId(randomBytes, 64);
/** Connection id: `con_` and 16 letters and digits. */
export const createConnectionId = (randomBytes: RandomBytes): string =>
  `con_${createAlphanumericId(randomBytes, 16)}`;
/** Client grant id: `cgr_` and 16 letters and digits. */
export const createClientGrantId = (randomBytes: RandomBytes): string =>
  `cgr_${createAlphanumericId(randomBytes, 16)}`;
/** Role id: `rol_` and 16 letters and digits. */
export const createRoleId = (randomBytes: RandomBytes): string =>
  `rol_${createAlphanumericId(randomBytes, 16)}`;
/** Group id: `grp_` and 22 characters of base58. */
export const createGroupId = (randomBytes: RandomBytes): string =>
  `grp_${drawCharacters(BASE58, { randomBytes, length: 22 })}`;
/** Token exchange profile id: `tep_` and 16 letters and digits. */
export const createTokenExchangeProfileId = (randomBytes: RandomBytes): string =>
  `tep_${createAlphanumericId(randomBytes, 16)}`;
/** Id of a message in the outbox: `msg_` and 24 letters and digits. */
export const createMessageId = (randomBytes: RandomBytes): string =>
  `msg_${createAlphanumericId(randomBytes, 24)}`;
/** Id of a phone provider: `pro_` and 22 letters and digits. */
export const createPhoneProviderId = (randomBytes: RandomBytes): string =>
  `pro_${createAlphanumericId(randomBytes, 22)}`;
/** Id of a phone template: `tem_` and 22 letters and digits. */
export const createPhoneTemplateId = (randomBytes: RandomBytes): string =>
  `tem_${createAlphanumericId(randomBytes, 22)}`;
/** Id of a form: `ap_` and 22 letters and digits. */
export const createFormId = (randomBytes: RandomBytes): string =>
  `ap_${createAlphanumericId(randomBytes, 22)}`;
/** Id of an API or of a user at its provider: 24 hex digits. */
export const createObjectId = (randomBytes: RandomBytes): string => createHexId(randomBytes, 24);

/** Execution id: base64 of 16 random bytes and the day `YYYYMMDD` in ASCII, as recorded traffic has it. */
export function createExecutionId(randomBytes: RandomBytes, now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const bytes = [...randomBytes(16), ...Array.from(day, (digit) => digit.charCodeAt(0))];
  return Buffer.from(bytes).toString('base64url');
}
