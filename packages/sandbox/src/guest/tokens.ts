import { createHmac } from 'node:crypto';
import { isSameSecret, type JsonObject } from '@tessera/model';

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/** Makes an HS256 JWT with exactly these claims. */
export function signToken(payload: JsonObject, secret: string): string {
  const body = `${HEADER}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
  return `${body}.${computeMac(body, secret).toString('base64url')}`;
}

/** Reads an HS256 JWT. Throws when it is malformed, forged, of another algorithm, or expired. */
export function verifyToken(token: string, secret: string): JsonObject {
  const [header, payload, mac, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || mac === undefined || rest.length > 0) {
    throw new Error('The token is not a JWT.');
  }
  if (decode(header).alg !== 'HS256') throw new Error('The token is not signed with HS256.');
  const expected = computeMac(`${header}.${payload}`, secret);
  const given = Buffer.from(mac, 'base64url');
  if (!isSameSecret(given, expected)) {
    throw new Error('The signature of the token is invalid.');
  }
  const claims = decode(payload);
  const nowSeconds = Date.now() / 1000;
  if (typeof claims.exp === 'number' && claims.exp <= nowSeconds)
    throw new Error('The token has expired.');
  if (typeof claims.nbf === 'number' && claims.nbf > nowSeconds)
    throw new Error('The token is not valid yet.');
  return claims;
}

function computeMac(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

function decode(part: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new Error('The token is not a JWT.', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('The token is not a JWT.');
  }
  return value as JsonObject;
}
