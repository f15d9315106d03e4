import type { JsonObject } from '../json.ts';
import type { RequestContext } from './http.ts';

/** A factor that may be used or set up in a step; `options` as the Actions contract has them. */
export interface StepFactor {
  /** `otp`, `phone`, `email`, `push-notification`, `webauthn-roaming`, `webauthn-platform`, `recovery-code`. */
  readonly type: string;
  readonly options?: JsonObject;
}

/** What a flow waits for on a page of ours. */
export type LoginStepCause =
  | {
      readonly kind: 'challenge' | 'enrollment';
      /** One is shown at once, several are offered for choice. */
      readonly factors: readonly StepFactor[];
      /** May be chosen instead. */
      readonly additionalFactors: readonly StepFactor[];
      /** The page offers to spare the person the second factor in this browser. */
      readonly allowRememberBrowser: boolean;
    }
  | {
      readonly kind: 'form';
      readonly formId: string;
      /** Values that fields begin with, and variables for texts. */
      readonly fields: JsonObject;
      readonly vars: JsonObject;
    };

/** A flow that is suspended for a step of the person. */
export interface LoginStep {
  /** Opaque; in the page's URL and form. */
  readonly state: string;
  readonly clientId?: string;
  readonly userId: string;
  readonly uiLocales?: string;
  /**
   * The person has passed a second factor in this flow or its session. Without it, who has factors must
   * pass one before setting up another. Default false.
   */
  readonly hasPassedFactor?: boolean;
  /** Of a login that the person has begun with a password: of which database. */
  readonly passwordConnectionId?: string;
  /** Of an administrator's link, whose secret is the state: whether a factor was set up with it. */
  readonly ticket?: 'open' | 'used';
  readonly cause: LoginStepCause;
}

/** How a step ended. */
export type LoginStepAnswer =
  /** A factor was passed (challenge) or set up and thereby passed (enrollment). */
  | {
      readonly kind: 'factor';
      /** As `event.authentication.methods[].type` has it: `otp`, `phone`, `email`, `recovery-code`, ... */
      readonly type: string;
      readonly at: Date;
      readonly rememberBrowser?: boolean;
    }
  /** `fields` and `vars` become `event.prompt`. */
  | { readonly kind: 'form'; readonly fields: JsonObject; readonly vars: JsonObject }
  /** The flow ends with this error to the application. */
  | { readonly kind: 'failed'; readonly error: string; readonly errorDescription: string };

/**
 * How the pages of second factors and forms reach the flow that waits for them: the protocol's logins
 * (`oidc`) and password resets. Only the browser that began the flow finds its steps.
 */
export interface LoginSteps {
  /** Undefined when unknown, expired, answered, of another browser, or not waiting for a page of ours. */
  find(context: RequestContext, state: string): Promise<LoginStep | undefined>;
  /**
   * Answers the step, once; returns the URL that continues the flow. Sent twice with the same kind of
   * answer it returns the URL again. Rejects with `transaction_invalid` like `find` returns undefined.
   */
  complete(context: RequestContext, state: string, answer: LoginStepAnswer): Promise<string>;
}
