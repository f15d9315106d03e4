import type {
  AuthenticationMethod,
  PromptFacts,
  RiskAssessment,
  Suspension,
  TriggerEffects,
} from '@tessera/engine';
import type { JsonObject, LoginStepCause } from '@tessera/model';
import type { Interaction, KoaContextWithOIDC } from 'oidc-provider';

/** Name of our prompt in oidc-provider's policy, and of its answer in an interaction's result. */
export const POST_LOGIN = 'post_login';

/** What a login has gathered until now; grows with each answer. */
export interface LoginProgress {
  /** Factors that were passed in this login. */
  readonly passed: readonly AuthenticationMethod[];
  /** Of the last form. */
  readonly prompt?: PromptFacts;
  /** Judged once, when the login begins. */
  readonly risk?: RiskAssessment;
  /** The person wants to be spared the second factor in this browser. */
  readonly rememberBrowser?: boolean;
}

/** A login that waits for the browser to come back; kept with the interaction until then. */
export interface SuspendedLogin {
  /** The run that goes on. Absent: all Actions have run, and a factor is due. */
  readonly suspension?: Suspension;
  /** What a page of ours shows. Absent: the browser is at another site. */
  readonly step?: LoginStepCause;
  /** Whose step it is, when not the session's: an Action has named another primary user. */
  readonly userId?: string;
  /** In this login, or earlier in its session. */
  readonly hasPassedFactor: boolean;
  /** The database with whose password the login began; absent where it began otherwise. */
  readonly passwordConnectionId?: string;
  /** Of a run that is over; absent when there was none. */
  readonly effects?: TriggerEffects;
  readonly progress: LoginProgress;
  /** Stable from the first run to the last. */
  readonly transactionId: string;
  /** Executions so far. */
  readonly executions: readonly string[];
}

/** The request to `/continue` that answers a redirect. */
export interface ContinueAnswer {
  readonly kind: 'continue';
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
  /** The browser showed who it is. Only then is the answer final. */
  readonly isFromBrowser: boolean;
}

/** What a page says of the step that it showed. */
export type StepAnswer =
  | {
      readonly kind: 'factor';
      readonly method: AuthenticationMethod;
      readonly rememberBrowser: boolean;
    }
  | { readonly kind: 'form'; readonly fields: JsonObject; readonly vars: JsonObject }
  | { readonly kind: 'failed'; readonly error: string; readonly errorDescription: string };

/** What was answered to a suspension. Each way of answering makes its own kind only. */
export type SuspensionAnswer = ContinueAnswer | StepAnswer;

/** The suspended login of an interaction; undefined when it waits for something else. */
export function suspendedLoginOf(interaction: Interaction | undefined): SuspendedLogin | undefined {
  if (interaction?.prompt.name !== POST_LOGIN) return undefined;
  return interaction.prompt.details.suspended as SuspendedLogin | undefined;
}

/** Where an Action has sent the browser; undefined when it waits at a page of ours. */
export function redirectOf(suspended: SuspendedLogin | undefined): URL | undefined {
  const { suspension, step } = suspended ?? {};
  if (step !== undefined || suspension?.kind !== 'redirect') return undefined;
  return new URL(suspension.url);
}

export function answerOf(result: Interaction['result']): SuspensionAnswer | undefined {
  return result?.[POST_LOGIN] as SuspensionAnswer | undefined;
}

/** Takes the answer out of the result, which would otherwise be carried along with later prompts. */
export function takeAnswer(ctx: KoaContextWithOIDC): SuspensionAnswer | undefined {
  const { result } = ctx.oidc;
  const answer = answerOf(result);
  if (result !== undefined) delete result[POST_LOGIN];
  return answer;
}
