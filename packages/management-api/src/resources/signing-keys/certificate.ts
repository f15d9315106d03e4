import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { SigningKey } from '@tessera/model';
import {
  bitString,
  integer,
  nullValue,
  objectIdentifier,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

/** The public key of a signing key, wrapped as older libraries want it. */
export interface Certificate {
  /** PEM, X.509. */
  readonly cert: string;
  /** PEM, PKCS #7 with the certificate and nothing signed. */
  readonly pkcs7: string;
  /** SHA-1 in upper-case hex. */
  readonly thumbprint: string;
  /** SHA-1 in hex with colons. */
  readonly fingerprint: string;
}

const OID = {
  sha256WithRsa: '1.2.840.113549.1.1.11',
  commonName: '2.5.4.3',
  pkcs7Data: '1.2.840.113549.1.7.1',
  pkcs7SignedData: '1.2.840.113549.1.7.2',
} as const;
/** Nobody checks the validity of these certificates; this is the hosted service's. */
const VALIDITY_YEARS = 13;
const SERIAL_BYTES = 8;

const pem = (label: string, bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\r\n');
};

/**
 * Makes a self-signed certificate of a tenant's signing key. Nothing in it is random, so every
 * replica makes the same one and none has to be stored.
 */
export function createCertificate(key: SigningKey, commonName: string): Certificate {
  const algorithm = sequence(objectIdentifier(OID.sha256WithRsa), nullValue());
  const name = sequence(
    set(sequence(objectIdentifier(OID.commonName), utf8String(commonName.slice(0, 64)))),
  );
  const notAfter = new Date(key.createdAt);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + VALIDITY_YEARS);
  const serial = createHash('sha256').update(key.kid).digest().subarray(0, SERIAL_BYTES);
  const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(time(key.createdAt), time(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const privateKey = createPrivateKey({ key: { ...key.privateJwk }, format: 'jwk' });
  const certificate = sequence(
    toBeSigned,
    algorithm,
    bitString(sign('sha256', toBeSigned, privateKey)),
  );
  const signedData = sequence(
    integer(Buffer.from([1])),
    set(),
    sequence(objectIdentifier(OID.pkcs7Data)),
    tagged(0, certificate),
    set(),
  );
  const digest = createHash('sha1').update(certificate).digest('hex').toUpperCase();
  return {
    cert: pem('CERTIFICATE', certificate),
    pkcs7: pem('PKCS7', sequence(objectIdentifier(OID.pkcs7SignedData), tagged(0, signedData))),
    thumbprint: digest,
    fingerprint: digest.match(/../g)?.join(':') ?? '',
  };
}
