import type { RiskAssessment, Suspension, TriggerEffects } from '@tessera/engine';

/** Where a login that waited for a second factor goes on. */
export interface ContinuedLogin {
  readonly transactionId: string;
  /** Executions so far. */
  readonly executions: readonly string[];
  /** The run that waited; absent when it had ended and the factor was due after it. */
  readonly suspension?: Suspension;
  /** Of a run that had ended. */
  readonly effects?: TriggerEffects;
  /** Judged once, when the login began; absent when nobody asked for it. */
  readonly risk?: RiskAssessment;
}
