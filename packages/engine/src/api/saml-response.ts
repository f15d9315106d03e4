import type { PostLoginAPI, SamlResponseAPI } from '@tessera/action-types';
import { identifier, type Rule, string } from '../commands/rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import type { GroupContext } from './api-context.ts';
import { readArgument } from './read-argument.ts';
import { boolean, finiteNumber, oneOf, strings } from './simple-rules.ts';
import { refuseCall } from './unavailable.ts';

const isScalar = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

const attributeValue: Rule<unknown> = {
  demand: 'must be a string, a number, a boolean, an array of these, or null',
  accepts: (value): value is unknown =>
    value === null || isScalar(value) || (Array.isArray(value) && value.every(isScalar)),
};

/** Every method, with its arguments in order. */
const METHODS: Readonly<
  Record<keyof SamlResponseAPI<unknown>, readonly (readonly [name: string, rule: Rule<unknown>])[]>
> = {
  setAttribute: [
    ['attribute', identifier],
    ['value', attributeValue],
  ],
  setAudience: [['audience', string]],
  setRecipient: [['recipient', string]],
  setDestination: [['destination', string]],
  setIssuer: [['issuer', string]],
  setRelayState: [['relayState', string]],
  setLifetimeInSeconds: [['lifetimeInSeconds', finiteNumber]],
  setCreateUpnClaim: [['createUpnClaim', boolean]],
  setPassthroughClaimsWithNoMapping: [['passthroughClaimsWithNoMapping', boolean]],
  setMapUnknownClaimsAsIs: [['mapUnknownClaimsAsIs', boolean]],
  setMapIdentities: [['mapIdentities', boolean]],
  setIncludeAttributeNameFormat: [['includeAttributeNameFormat', boolean]],
  setTypedAttributes: [['typedAttributes', boolean]],
  setNameIdentifierFormat: [['nameIdentifierFormat', string]],
  setNameIdentifierProbes: [['nameIdentifierProbes', strings]],
  setAuthnContextClassRef: [['authnContextClassRef', string]],
  setSignResponse: [['signResponse', boolean]],
  setSignatureAlgorithm: [['signatureAlgorithm', oneOf('rsa-sha256', 'rsa-sha1')]],
  setDigestAlgorithm: [['digestAlgorithm', oneOf('sha256', 'sha1')]],
  setSigningCert: [['signingCert', string]],
  setCert: [['cert', string]],
  setKey: [['key', string]],
  setEncryptionCert: [['encryptionCert', string]],
  setEncryptionPublicKey: [['encryptionPublicKey', string]],
  setEncryptionAlgorithm: [['encryptionAlgorithm', oneOf('aes256-gcm', 'aes256-cbc')]],
};

/**
 * `api.samlResponse`. In a login that is not by SAML there is no such response, so the methods check
 * their arguments and change nothing; in a SAML login they refuse it, see `refuseCall`.
 */
export function createSamlResponse(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['samlResponse'] {
  const { transaction } = context.event;
  const isSaml = isJsonObject(transaction) && transaction.protocol === 'samlp';
  const methods: Record<string, (...args: unknown[]) => PostLoginAPI> = {};
  for (const [name, parameters] of Object.entries(METHODS)) {
    methods[name] = (...args) => {
      const method = `samlResponse.${name}`;
      const check = () => {
        for (const [at, [argument, rule]] of parameters.entries()) {
          readArgument(args[at], rule, [method, argument]);
        }
      };
      if (isSaml) return refuseCall(context, method, check);
      check();
      return context.api();
    };
  }
  return methods as unknown as PostLoginAPI['samlResponse'];
}
