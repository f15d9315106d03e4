/** A value of an attribute in a SAML assertion. */
export type SamlAttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly (string | number | boolean)[];

/**
 * The SAML response. Applications do not log in by SAML here: arguments are checked, nothing is
 * changed, and the record says so.
 */
export interface SamlResponseAPI<Api> {
  /** Sets an attribute of the assertion; `null` removes it. */
  setAttribute(attribute: string, value: SamlAttributeValue): Api;
  setAudience(audience: string): Api;
  setRecipient(recipient: string): Api;
  setDestination(destination: string): Api;
  setIssuer(issuer: string): Api;
  setRelayState(relayState: string): Api;
  setLifetimeInSeconds(lifetimeInSeconds: number): Api;
  setCreateUpnClaim(createUpnClaim: boolean): Api;
  setPassthroughClaimsWithNoMapping(passthroughClaimsWithNoMapping: boolean): Api;
  setMapUnknownClaimsAsIs(mapUnknownClaimsAsIs: boolean): Api;
  setMapIdentities(mapIdentities: boolean): Api;
  setIncludeAttributeNameFormat(includeAttributeNameFormat: boolean): Api;
  setTypedAttributes(typedAttributes: boolean): Api;
  setNameIdentifierFormat(nameIdentifierFormat: string): Api;
  /** Claims to take the name identifier from, first match wins. */
  setNameIdentifierProbes(nameIdentifierProbes: readonly string[]): Api;
  setAuthnContextClassRef(authnContextClassRef: string): Api;
  /** Signs the response instead of the assertion. */
  setSignResponse(signResponse: boolean): Api;
  setSignatureAlgorithm(signatureAlgorithm: 'rsa-sha256' | 'rsa-sha1'): Api;
  setDigestAlgorithm(digestAlgorithm: 'sha256' | 'sha1'): Api;
  /** PEM. */
  setSigningCert(signingCert: string): Api;
  /** PEM. */
  setCert(cert: string): Api;
  /** PEM; belongs in a secret. */
  setKey(key: string): Api;
  /** PEM. */
  setEncryptionCert(encryptionCert: string): Api;
  /** PEM. */
  setEncryptionPublicKey(encryptionPublicKey: string): Api;
  setEncryptionAlgorithm(encryptionAlgorithm: 'aes256-gcm' | 'aes256-cbc'): Api;
}
