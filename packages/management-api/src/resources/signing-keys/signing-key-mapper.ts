import type { WireSigningKey } from '@tessera/api-contract';
import type { RequestContext, SigningKey, TenantStore } from '@tessera/model';
import { type Certificate, createCertificate } from './certificate.ts';

/** Certificates that are remembered; making one costs a signature. The oldest goes first. */
const MAX_CERTIFICATES = 1_000;
const certificates = new Map<string, Certificate>();

function certificateOf(key: SigningKey, commonName: string): Certificate {
  const id = `${commonName} ${key.kid}`;
  const known = certificates.get(id);
  if (known !== undefined) return known;
  const made = createCertificate(key, commonName);
  const [oldest] = certificates.keys();
  if (certificates.size >= MAX_CERTIFICATES && oldest !== undefined) certificates.delete(oldest);
  certificates.set(id, made);
  return made;
}

export function toWireSigningKey(key: SigningKey, context: RequestContext): WireSigningKey {
  const { cert, pkcs7, fingerprint, thumbprint } = certificateOf(
    key,
    new URL(context.baseUrl).hostname,
  );
  return {
    kid: key.kid,
    cert,
    pkcs7,
    current: key.state === 'current',
    next: key.state === 'next',
    previous: key.state === 'previous',
    fingerprint,
    thumbprint,
    revoked: key.state === 'revoked',
  };
}

/** The keys of a tenant, the current one first. */
export async function describeSigningKeys(
  store: TenantStore,
  context: RequestContext,
): Promise<readonly WireSigningKey[]> {
  const keys = await store.signingKeys.list();
  return keys.map((key) => toWireSigningKey(key, context));
}
