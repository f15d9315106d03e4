import type { PostLoginAPI, SamlResponseAPI } from '@tessera/action-types';
import { identifier, type Rule, string } from '../commands/rules.ts';
import { boolean, finiteNumber, oneOf, strings } from '../commands/simple-rules.ts';
import type { GroupContext } from './api-context.ts';
import { readArgument } from './read-argument.ts';

const isScalar = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

const attributeValue: Rule<unknown> = {
  demand: 'must be a string, a number, a boolean, an array of these, or null',
  accepts: (value): value is unknown =>
    value === null || isScalar(value) || (Array.isArray(value) && value.every(isScalar)),
};

const signatureAlgorithm = oneOf('rsa-sha256', 'rsa-sha1');
const digestAlgorithm = oneOf('sha256', 'sha1');
const encryptionAlgorithm = oneOf('aes256-gcm', 'aes256-cbc');

/**
 * `api.samlResponse`. Applications do not log in by SAML here, so the methods check their arguments
 * and change nothing; the record says so, once for each method.
 */
export function createSamlResponse(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['samlResponse'] {
  const call = (name: keyof SamlResponseAPI<unknown>, check: (method: string) => void) => {
    const method = `samlResponse.${name}`;
    if (!context.recorder.isOpen(method)) return context.api();
    check(method);
    context.recorder.warnOnce(
      `api.${method} changed nothing: applications do not log in by SAML here`,
    );
    return context.api();
  };
  // One argument, called as the method's parameter is.
  const set =
    (name: keyof SamlResponseAPI<unknown>, argument: string, rule: Rule<unknown>) =>
    (value: unknown) =>
      call(name, (method) => {
        readArgument(value, rule, [method, argument]);
      });
  return {
    setAttribute: (attribute: unknown, value: unknown) =>
      call('setAttribute', (method) => {
        readArgument(attribute, identifier, [method, 'attribute']);
        readArgument(value, attributeValue, [method, 'value']);
      }),
    setAudience: set('setAudience', 'audience', string),
    setRecipient: set('setRecipient', 'recipient', string),
    setDestination: set('setDestination', 'destination', string),
    setIssuer: set('setIssuer', 'issuer', string),
    setRelayState: set('setRelayState', 'relayState', string),
    setLifetimeInSeconds: set('setLifetimeInSeconds', 'lifetimeInSeconds', finiteNumber),
    setCreateUpnClaim: set('setCreateUpnClaim', 'createUpnClaim', boolean),
    setPassthroughClaimsWithNoMapping: set(
      'setPassthroughClaimsWithNoMapping',
      'passthroughClaimsWithNoMapping',
      boolean,
    ),
    setMapUnknownClaimsAsIs: set('setMapUnknownClaimsAsIs', 'mapUnknownClaimsAsIs', boolean),
    setMapIdentities: set('setMapIdentities', 'mapIdentities', boolean),
    setIncludeAttributeNameFormat: set(
      'setIncludeAttributeNameFormat',
      'includeAttributeNameFormat',
      boolean,
    ),
    setTypedAttributes: set('setTypedAttributes', 'typedAttributes', boolean),
    setNameIdentifierFormat: set('setNameIdentifierFormat', 'nameIdentifierFormat', string),
    setNameIdentifierProbes: set('setNameIdentifierProbes', 'nameIdentifierProbes', strings),
    setAuthnContextClassRef: set('setAuthnContextClassRef', 'authnContextClassRef', string),
    setSignResponse: set('setSignResponse', 'signResponse', boolean),
    setSignatureAlgorithm: set('setSignatureAlgorithm', 'signatureAlgorithm', signatureAlgorithm),
    setDigestAlgorithm: set('setDigestAlgorithm', 'digestAlgorithm', digestAlgorithm),
    setSigningCert: set('setSigningCert', 'signingCert', string),
    setCert: set('setCert', 'cert', string),
    setKey: set('setKey', 'key', string),
    setEncryptionCert: set('setEncryptionCert', 'encryptionCert', string),
    setEncryptionPublicKey: set('setEncryptionPublicKey', 'encryptionPublicKey', string),
    setEncryptionAlgorithm: set(
      'setEncryptionAlgorithm',
      'encryptionAlgorithm',
      encryptionAlgorithm,
    ),
  };
}
