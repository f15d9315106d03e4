import { maskEmail, maskPhoneNumber } from '@tessera/accounts';
import type { NewAuthenticationMethodBody } from '@tessera/api-contract';
import {
  type Authenticator,
  createAlphanumericId,
  type NewAuthenticator,
  type RandomBytes,
} from '@tessera/model';

/** Names of types on the wire; all others are as they are. */
const wireTypeOf = ({ type }: Authenticator) => (type === 'push-notification' ? 'push' : type);

/** An authentication method as it is read: numbers and addresses masked, secrets left out. */
export function toWireMethod(authenticator: Authenticator): object {
  return { ...describeMethod(authenticator), ...maskedFields(authenticator) };
}

/** The same, for whoever has set it: it says again what was sent. */
export function toWrittenMethod({ isConfirmed: _, ...written }: Authenticator): object {
  const { phoneNumber, email } = written;
  const { confirmed: __, ...described } = describeMethod({ ...written, isConfirmed: true });
  return {
    ...described,
    ...(phoneNumber === undefined ? {} : { phone_number: phoneNumber }),
    ...(email === undefined ? {} : { email }),
  };
}

/** As `toWireMethod`, without `confirmed`: answers to changes do not say it. */
export function toChangedMethod(authenticator: Authenticator): object {
  const { confirmed: _, ...described } = describeMethod(authenticator);
  return { ...described, ...maskedFields(authenticator) };
}

function describeMethod(authenticator: Authenticator) {
  const { id, isConfirmed, name, createdAt, lastUsedAt, credentialId, secret } = authenticator;
  const { publicKey } = secret;
  const isKey = credentialId !== undefined;
  return {
    id,
    type: wireTypeOf(authenticator),
    confirmed: isConfirmed,
    ...(name === undefined ? {} : { name }),
    ...(isKey ? { key_id: credentialId } : {}),
    ...(isKey && typeof publicKey === 'string' ? { public_key: publicKey } : {}),
    ...describePhone(authenticator),
    created_at: createdAt.toISOString(),
    ...(lastUsedAt === undefined ? {} : { last_auth_at: lastUsedAt.toISOString() }),
  };
}

/** A phone has an id for the way that is preferred. */
function describePhone({ id, type, preferredMethod = 'sms' }: Authenticator) {
  if (type !== 'phone') return {};
  const method = { id: `${preferredMethod}|${id.split('|')[1] ?? ''}`, type: preferredMethod };
  return { preferred_authentication_method: preferredMethod, authentication_methods: [method] };
}

const maskedFields = ({ phoneNumber, email }: Authenticator) => ({
  ...(phoneNumber === undefined ? {} : { phone_number: maskPhoneNumber(phoneNumber) }),
  ...(email === undefined ? {} : { email: maskEmail(email) }),
});

/** What the API of enrollments calls the kinds of factors. */
const AUTH_METHODS: Partial<Record<Authenticator['type'], string>> = {
  totp: 'authenticator',
  phone: 'sms',
  email: 'email',
  'push-notification': 'guardian',
  'webauthn-roaming': 'webauthn-roaming',
  'webauthn-platform': 'webauthn-platform',
};

/** True for second factors; recovery codes and passkeys are none. */
export const isEnrollment = ({ type }: Authenticator): boolean => AUTH_METHODS[type] !== undefined;

export function toWireEnrollment(authenticator: Authenticator): object {
  const { id, type, isConfirmed, name, phoneNumber, createdAt, lastUsedAt } = authenticator;
  return {
    id,
    status: isConfirmed ? 'confirmed' : 'pending',
    ...(name === undefined ? {} : { name }),
    ...(phoneNumber === undefined ? {} : { phone_number: maskPhoneNumber(phoneNumber) }),
    auth_method: AUTH_METHODS[type] ?? type,
    enrolled_at: createdAt.toISOString(),
    ...(lastUsedAt === undefined ? {} : { last_auth: lastUsedAt.toISOString() }),
  };
}

/** What an administrator sets counts as confirmed. */
export function readNewMethod(
  userId: string,
  body: NewAuthenticationMethodBody,
  randomBytes: RandomBytes,
): NewAuthenticator {
  const shared = {
    id: `${body.type}|dev_${createAlphanumericId(randomBytes, 16)}`,
    userId,
    isConfirmed: true,
    ...(body.name === undefined ? {} : { name: body.name }),
  };
  switch (body.type) {
    case 'phone':
      return {
        ...shared,
        type: 'phone',
        phoneNumber: body.phone_number,
        preferredMethod: body.preferred_authentication_method ?? 'sms',
        secret: {},
      };
    case 'email':
      return { ...shared, type: 'email', email: body.email.toLowerCase(), secret: {} };
    case 'totp':
      return { ...shared, type: 'totp', secret: { key: body.totp_secret } };
    case 'webauthn-roaming':
      return {
        ...shared,
        type: 'webauthn-roaming',
        credentialId: toBase64Url(body.key_id),
        secret: { publicKey: toBase64Url(body.public_key), counter: 0, transports: [] },
      };
  }
}

const toBase64Url = (text: string) => Buffer.from(text, 'base64').toString('base64url');
