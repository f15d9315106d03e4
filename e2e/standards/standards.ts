import { DEVICE_GRANT } from './device-grant.ts';
import { OAUTH_2 } from './oauth-2.ts';
import { OAUTH_2_1 } from './oauth-2-1.ts';
import {
  BEARER_TOKENS,
  ISSUER_IDENTIFICATION,
  NATIVE_APPS,
  PKCE,
  PUSHED_REQUESTS,
  REVOCATION,
} from './oauth-extensions.ts';
import { DISCOVERY, LOGOUT, OPENID_CONNECT } from './openid-connect.ts';
import type { Standard } from './requirement.ts';
import { SECURITY_PRACTICE } from './security-practice.ts';

/** What is tested, in the order of the document. */
export const STANDARDS: readonly Standard[] = [
  SECURITY_PRACTICE,
  OAUTH_2_1,
  OAUTH_2,
  BEARER_TOKENS,
  REVOCATION,
  PKCE,
  NATIVE_APPS,
  DEVICE_GRANT,
  PUSHED_REQUESTS,
  ISSUER_IDENTIFICATION,
  OPENID_CONNECT,
  DISCOVERY,
  LOGOUT,
];
