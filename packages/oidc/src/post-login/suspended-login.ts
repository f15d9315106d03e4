import type { Suspension } from '@tessera/engine';
import type { Interaction, KoaContextWithOIDC } from 'oidc-provider';

/** Name of our prompt in oidc-provider's policy, and of its answer in an interaction's result. */
export const POST_LOGIN = 'post_login';

/** A login that waits for the browser to come back; kept with the interaction until then. */
export interface SuspendedLogin {
  readonly suspension: Suspension;
  /** Stable from the first run to the last. */
  readonly transactionId: string;
  /** Executions so far. */
  readonly executions: readonly string[];
}

/** The request to `/continue` that answers a suspension. */
export interface ContinueAnswer {
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
  /** The browser showed who it is. Only then is the answer final. */
  readonly isFromBrowser: boolean;
}

/** The suspended login of an interaction; undefined when it waits for something else. */
export function suspendedLoginOf(interaction: Interaction | undefined): SuspendedLogin | undefined {
  if (interaction?.prompt.name !== POST_LOGIN) return undefined;
  return interaction.prompt.details.suspended as SuspendedLogin | undefined;
}

export function answerOf(result: Interaction['result']): ContinueAnswer | undefined {
  return result?.[POST_LOGIN] as ContinueAnswer | undefined;
}

/** Takes the answer out of the result, which would otherwise be carried along with later prompts. */
export function takeAnswer(ctx: KoaContextWithOIDC): ContinueAnswer | undefined {
  const { result } = ctx.oidc;
  const answer = answerOf(result);
  if (result !== undefined) delete result[POST_LOGIN];
  return answer;
}
