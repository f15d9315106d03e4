import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** A small client of the push protocol (docs/mfa.md): a key, and the three messages it signs. */
export async function createSoftwareDevice(baseUrl: string, now: () => Date, alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const sign = (claims: JWTPayload, header: object = {}) =>
    new SignJWT({ aud: baseUrl, iat: Math.floor(now().getTime() / 1000), ...claims })
      .setProtectedHeader({ alg, typ: 'mfa-device+jwt', ...header })
      .sign(privateKey);
  return {
    sign,
    jwk,
    /** Reads the QR code and registers. */
    register: (barcodeUri: string, claims: JWTPayload = {}) => {
      const ticket = new URL(barcodeUri).searchParams.get('enrollment_tx_id') ?? '';
      return sign({ enrollment_tx_id: ticket, name: 'Pocket', ...claims }, { jwk });
    },
    list: (id: string, claims: JWTPayload = {}) => sign({ iss: id, ...claims }),
    answer: (id: string, requestId: string, answer: 'accept' | 'reject') =>
      sign({ iss: id, request_id: requestId, answer }),
    nonce: () => randomBytes(8).toString('hex'),
  };
}
