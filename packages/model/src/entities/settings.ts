import type { JsonObject } from '../json.ts';

/** Look of a tenant's pages and mails. Addresses are https or `data:image/`; colours are `#rrggbb`. */
export interface Branding {
  readonly logoUrl?: string;
  readonly faviconUrl?: string;
  readonly primaryColor?: string;
  readonly pageBackground?: string;
  readonly fontUrl?: string;
  /** Liquid template of all pages, with the tags `auth0:head` and `auth0:widget`. At most 100 kB. */
  readonly pageTemplate?: string;
  /** Further accepted members of the management API. */
  readonly extra?: JsonObject;
}

/** Second factors by the names of the management API (`guardian/factors`). */
export type FactorName =
  | 'otp'
  | 'sms'
  | 'email'
  | 'push-notification'
  | 'webauthn-roaming'
  | 'webauthn-platform'
  | 'recovery-code';

/** When and how a second factor is asked for. */
export interface MfaSettings {
  /** `always`, or `adaptive`: when the risk assessment has low confidence. Default `never`. */
  readonly policy?: 'never' | 'always' | 'adaptive';
  /** Default: none. */
  readonly factors?: readonly FactorName[];
  /** Ways of the phone factor; default `sms`. */
  readonly phoneMessageTypes?: readonly ('sms' | 'voice')[];
  /** Further settings of factors, by name, as the management API accepts them. */
  readonly options?: JsonObject;
}

/** What the risk assessment of logins does. */
export interface RiskSettings {
  /** Default true. */
  readonly enabled?: boolean;
  /** How long a browser that is not used stays known, days (1 to 365). Default 30. */
  readonly rememberDays?: number;
}

/** Attack protection, each as the management API accepts it (`attack-protection/*`); absent: its defaults. */
export interface AttackProtection {
  readonly bruteForceProtection?: JsonObject;
  readonly suspiciousIpThrottling?: JsonObject;
  readonly breachedPasswordDetection?: JsonObject;
  readonly botDetection?: JsonObject;
  readonly captcha?: JsonObject;
  /** Addresses and ranges that the risk assessment does not trust. */
  readonly untrustedAddresses?: readonly string[];
}

/** How the login pages ask, as the management API has it (`prompts`). */
export interface PromptSettings {
  /** Asks who somebody is first, and for the password on a page of its own. Default false. */
  readonly identifierFirst?: boolean;
  readonly universalLoginExperience?: 'new' | 'classic';
  readonly webauthnPlatformFirstFactor?: boolean;
}
