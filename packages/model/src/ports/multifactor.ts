import type { Client } from '../entities/client.ts';
import type { Tenant } from '../entities/tenant.ts';
import type { User } from '../entities/user.ts';
import type { JsonObject } from '../json.ts';
import type { RequestFacts } from './http.ts';
import type { StepFactor } from './login-steps.ts';
import type { TenantStore } from './store.ts';

/** Kinds of second factors, by the names that Actions use (`event.user.enrolledFactors[].type`). */
export const SECOND_FACTOR_TYPES = [
  'webauthn-roaming',
  'webauthn-platform',
  'push-notification',
  'otp',
  'phone',
  'email',
  'recovery-code',
] as const;
export type SecondFactorType = (typeof SECOND_FACTOR_TYPES)[number];

/** In whose name and on which request second factors are used. */
export interface MultifactorContext {
  readonly tenant: Tenant;
  readonly store: TenantStore;
  /** Public base URL of the tenant, with a trailing slash. WebAuthn credentials belong to its host. */
  readonly baseUrl: string;
  readonly client?: Client;
  readonly request: RequestFacts;
  /** Languages of the person, best first; for messages. */
  readonly languages?: readonly string[];
}

/**
 * What a ceremony belongs to: the `state` of a step, or an `mfa_token`. Challenges and enrollments of one
 * binding are nothing to another, nor to another user.
 */
export interface MultifactorSubject {
  readonly user: User;
  readonly binding: string;
  /** The binding is an enrollment ticket: the factor that is set up uses it up, and no second one can. */
  readonly usesTicket?: boolean;
}

/** A factor that the user has set up and confirmed, and that the tenant has enabled. */
export interface UsableFactor {
  /** `<kind>|dev_…`. */
  readonly authenticatorId: string;
  readonly type: SecondFactorType;
  /** Of `phone`: `{"preferredMethod": "sms" | "voice"}`. */
  readonly options?: JsonObject;
  /** Masked number or address, or the name that the person gave. */
  readonly label?: string;
}

/** What the person has to do to pass a challenge. */
export type FactorChallenge =
  /** A code of the app, or the recovery code, is typed; nothing was sent. */
  | { readonly kind: 'otp' | 'recovery-code'; readonly authenticatorId: string }
  /** A code was sent to `label`; it is verified together with `oobCode`. */
  | {
      readonly kind: 'code';
      readonly authenticatorId: string;
      readonly channel: 'sms' | 'voice' | 'email';
      readonly oobCode: string;
      readonly label: string;
    }
  /** A device of the person was asked; poll `verify` with `oobCode` until it is no longer `pending`. */
  | { readonly kind: 'push'; readonly authenticatorId: string; readonly oobCode: string }
  /** `options`: PublicKeyCredentialRequestOptionsJSON. */
  | { readonly kind: 'webauthn'; readonly oobCode: string; readonly options: JsonObject };

/** What the person has to do to finish setting up a factor; `verify` confirms it. */
export type FactorEnrollment =
  | {
      readonly kind: 'otp';
      readonly authenticatorId: string;
      /** base32. */
      readonly secret: string;
      /** `otpauth://totp/…`. */
      readonly barcodeUri: string;
    }
  | {
      readonly kind: 'code';
      readonly authenticatorId: string;
      readonly channel: 'sms' | 'voice' | 'email';
      readonly oobCode: string;
      readonly label: string;
    }
  | {
      readonly kind: 'push';
      readonly authenticatorId: string;
      readonly oobCode: string;
      readonly barcodeUri: string;
    }
  /** `options`: PublicKeyCredentialCreationOptionsJSON. */
  | { readonly kind: 'webauthn'; readonly oobCode: string; readonly options: JsonObject }
  /** The code is shown; typing it (`recovery-code`) shows that it was kept. */
  | {
      readonly kind: 'recovery-code';
      readonly authenticatorId: string;
      readonly recoveryCode: string;
    };

/** What the person, or their program, answers with. */
export type FactorProof =
  | { readonly kind: 'otp'; readonly code: string }
  | { readonly kind: 'recovery-code'; readonly code: string }
  /** `bindingCode` is the code that was sent; push has none. */
  | { readonly kind: 'oob'; readonly oobCode: string; readonly bindingCode?: string }
  /** `response`: AuthenticationResponseJSON or RegistrationResponseJSON. */
  | { readonly kind: 'webauthn'; readonly oobCode: string; readonly response: JsonObject };

/** How a proof was judged. */
export type FactorVerdict =
  | {
      readonly kind: 'passed';
      readonly type: SecondFactorType;
      readonly authenticatorId: string;
      /** The factor was set up by this. */
      readonly isEnrollment: boolean;
      /** A new recovery code: the old one was used, or this is the first factor. Shown once, never again. */
      readonly recoveryCode?: string;
    }
  /** Wrong, used already, expired, or of another user or binding. */
  | { readonly kind: 'wrong' }
  /** The device has not answered yet. */
  | { readonly kind: 'pending' }
  /** The person refused on their device. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'too-many-attempts'; readonly retryAfterSeconds: number };

/** What an `mfa_token` stands for: a login with a password that waits for a second factor. */
export type MfaToken = {
  readonly userId: string;
  readonly clientId: string;
  readonly connectionId: string;
  /** Of the token request. */
  readonly scope?: string;
  readonly audience?: string;
  /** The holder may set up a first factor. Never true where a usable factor exists. */
  readonly enrollmentAllowed: boolean;
  /** What the token endpoint keeps of the login that waits; handed back as it is. At most 300 kB of JSON. */
  readonly login?: JsonObject;
};

/** Scopes of access tokens of the audience `<base URL>mfa/`. */
export type FactorsScope = 'enroll' | 'read:authenticators' | 'remove:authenticators';

/** Who holds an access token for their own factors. They have passed one to get it. */
export interface FactorsAccess {
  readonly user: User;
  /** The application that it was issued to. */
  readonly clientId: string;
  /** A `FactorsScope` each, and others. */
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
}

/** An invitation to set up a factor, by a link that an administrator had made. */
export interface EnrollmentTicket {
  readonly userId: string;
  /** Only this one; absent: any that the tenant has enabled. */
  readonly type?: SecondFactorType;
  /** Also beside factors that the person has; otherwise they pass one of these first. */
  readonly allowsFurther: boolean;
  /** A factor was set up with it. */
  readonly isUsed: boolean;
  /** It was followed to its end. */
  readonly isClosed: boolean;
}

/** Lifetime of an enrollment ticket: five days, as the hosted service has it. */
export const ENROLLMENT_TICKET_LIFETIME_SECONDS = 5 * 86_400;

/** Lifetime of an `mfa_token`. The hosted service's is the same. */
export const MFA_TOKEN_LIFETIME_SECONDS = 600;

/** Second factors of users; implemented by `accounts`. Writes the tenant log (`gd_…`). */
export interface Multifactor {
  /** What the tenant has enabled, strongest first. */
  listEnabledTypes(tenant: Tenant): readonly SecondFactorType[];
  /** Strongest first. A verified e-mail address is a factor where `email` is enabled. */
  listUsableFactors(context: MultifactorContext, user: User): Promise<readonly UsableFactor[]>;
  /** The same as `event.user.enrolledFactors` has it: one entry per type. */
  listEnrolledFactors(context: MultifactorContext, user: User): Promise<readonly StepFactor[]>;
  /**
   * Begins a challenge; of codes, sends one. `oobCode` of the caller names the challenge; while that one
   * lives, beginning it again sends nothing, unless `resend`. Default: a new one each time.
   * Rejects with `not_found` when the user has no such usable factor, `too_many_attempts` when too many
   * messages were sent.
   */
  beginChallenge(
    context: MultifactorContext,
    subject: MultifactorSubject,
    challenge: {
      readonly authenticatorId: string;
      /** Of a phone: how to send; default: as the person prefers. */
      readonly channel?: 'sms' | 'voice';
      readonly oobCode?: string;
      readonly resend?: boolean;
    },
  ): Promise<FactorChallenge>;
  /**
   * Begins to set up a factor. The caller has made sure that the person may: that they have passed a
   * usable factor, or have none. Rejects with `not_found` when the type is not enabled, `invalid_body` for
   * a bad number or address, `too_many_attempts` when too many messages were sent.
   */
  beginEnrollment(
    context: MultifactorContext,
    subject: MultifactorSubject,
    enrollment: {
      readonly type: SecondFactorType;
      /** E.164; of `phone`. */
      readonly phoneNumber?: string;
      readonly channel?: 'sms' | 'voice';
      /** Of `email`; default: the user's own. */
      readonly email?: string;
      readonly oobCode?: string;
      readonly resend?: boolean;
      /**
       * Also makes the recovery code that goes with a first factor (where enabled, and none exists);
       * confirmed with the factor. Without, `verify` makes it.
       */
      readonly withRecoveryCode?: boolean;
    },
  ): Promise<{ readonly enrollment: FactorEnrollment; readonly recoveryCode?: string }>;
  /**
   * Judges a proof of a challenge or an enrollment of this subject. Counts every try, also concurrent
   * ones; a right proof counts once and never again.
   */
  verify(
    context: MultifactorContext,
    subject: MultifactorSubject,
    proof: FactorProof,
  ): Promise<FactorVerdict>;
  /**
   * Removes a factor of the user, who has passed one; browsers that were spared it are asked again.
   * Rejects with `not_found`; a verified e-mail address is a factor as long as it is one.
   */
  removeFactor(context: MultifactorContext, user: User, authenticatorId: string): Promise<void>;
  /** Makes a new recovery code in place of any earlier one; the caller shows it once. */
  regenerateRecoveryCode(context: MultifactorContext, user: User): Promise<string>;
  /** Makes an `mfa_token` (kind of ticket: `mfa-token`), which lives `MFA_TOKEN_LIFETIME_SECONDS`. */
  issueToken(context: MultifactorContext, facts: MfaToken): Promise<string>;
  /** Undefined when unknown, expired or consumed. */
  findToken(context: MultifactorContext, token: string): Promise<MfaToken | undefined>;
  /** Takes the token: exactly one of any number of concurrent callers gets it. */
  consumeToken(context: MultifactorContext, token: string): Promise<MfaToken | undefined>;
  /**
   * Reads an access token of the audience `<base URL>mfa/`. Undefined when anything is wrong with it: another
   * issuer, audience or tenant, expired, of somebody who is gone, blocked or has a new password since.
   */
  readAccessToken(context: MultifactorContext, token: string): Promise<FactorsAccess | undefined>;
  /** Makes the secret of a link to `/mfa/enrollment`. */
  createEnrollmentTicket(
    context: MultifactorContext,
    ticket: Omit<EnrollmentTicket, 'isUsed' | 'isClosed'>,
  ): Promise<string>;
  /** Undefined when unknown or expired. */
  findEnrollmentTicket(
    context: Pick<MultifactorContext, 'store'>,
    id: string,
  ): Promise<EnrollmentTicket | undefined>;
  /** Ends the ticket. False when it is gone. */
  closeEnrollmentTicket(context: Pick<MultifactorContext, 'store'>, id: string): Promise<boolean>;
}
