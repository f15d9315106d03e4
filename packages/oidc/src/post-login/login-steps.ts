import {
  AppError,
  type LoginStep,
  type LoginStepAnswer,
  type LoginSteps,
  type RequestContext,
} from '@tessera/model';
import type { Interaction } from 'oidc-provider';
import type { TenantProvider } from '../provider/build-provider.ts';
import { resumePath } from '../routes/resume-path.ts';
import {
  answerOf,
  POST_LOGIN,
  type StepAnswer,
  type SuspendedLogin,
  suspendedLoginOf,
} from './suspended-login.ts';

/** A login that waits at a page of ours, for the browser that asks. */
interface WaitingLogin {
  readonly interaction: Interaction;
  readonly step: NonNullable<SuspendedLogin['step']>;
  readonly userId: string;
  readonly hasPassedFactor: boolean;
  readonly passwordConnectionId: string | undefined;
}

/**
 * How the pages of second factors and forms reach a login. A step is found by the `state` in the page's
 * URL, and only the browser that began the login finds it.
 *
 * An answer counts once: resuming takes the `state` away. Until then the same kind of answer, sent again
 * by a second click, leads to the same place and changes nothing.
 */
export function createLoginSteps(
  providerOf: (context: RequestContext) => Promise<TenantProvider>,
): LoginSteps {
  async function findWaiting(
    context: RequestContext,
    state: string,
  ): Promise<WaitingLogin | undefined> {
    const { provider, browsers } = await providerOf(context);
    const interaction = await provider.Interaction.find(state);
    const suspended = suspendedLoginOf(interaction);
    const step = suspended?.step;
    const userId = suspended?.userId ?? interaction?.session?.accountId;
    if (interaction === undefined || step === undefined || userId === undefined) return undefined;
    const isBound = browsers.isBound(context.cookieHeader, interaction.prompt.details.browser);
    if (!isBound) return undefined;
    const { hasPassedFactor = false, passwordConnectionId } = suspended ?? {};
    return { interaction, step, userId, hasPassedFactor, passwordConnectionId };
  }

  return {
    async find(context, state) {
      const waiting = await findWaiting(context, state);
      if (waiting === undefined || isAnswered(waiting.interaction)) return undefined;
      return describe(waiting);
    },
    async complete(context, state, answer) {
      const waiting = await findWaiting(context, state);
      if (waiting === undefined || !fits(waiting.step, answer)) throw stepGone();
      const { interaction } = waiting;
      if (isAnswered(interaction)) {
        if (answerOf(interaction.result)?.kind !== answer.kind) throw stepGone();
        return resumePath(interaction);
      }
      interaction.result = { ...interaction.lastSubmission, [POST_LOGIN]: toStored(answer) };
      await interaction.persist();
      return resumePath(interaction);
    },
  };
}

function isAnswered({ result }: Interaction): boolean {
  return result !== undefined;
}

/** A page of factors cannot answer a form, nor the other way round. */
function fits(step: WaitingLogin['step'], answer: LoginStepAnswer): boolean {
  if (answer.kind === 'failed') return true;
  return answer.kind === (step.kind === 'form' ? 'form' : 'factor');
}

function toStored(answer: LoginStepAnswer): StepAnswer {
  if (answer.kind !== 'factor') return answer;
  const { type, at, rememberBrowser } = answer;
  return {
    kind: 'factor',
    method: { name: 'mfa', type, timestamp: at.toISOString() },
    rememberBrowser: rememberBrowser === true,
  };
}

function describe(waiting: WaitingLogin): LoginStep {
  const { interaction, step, userId, hasPassedFactor, passwordConnectionId } = waiting;
  const { client_id: clientId, ui_locales: uiLocales } = interaction.params;
  return {
    state: interaction.uid,
    userId,
    cause: step,
    hasPassedFactor,
    ...(passwordConnectionId === undefined ? {} : { passwordConnectionId }),
    ...(typeof clientId === 'string' ? { clientId } : {}),
    ...(typeof uiLocales === 'string' ? { uiLocales } : {}),
  };
}

function stepGone(): AppError {
  return new AppError(
    'transaction_invalid',
    'This login has expired, was already completed, or was begun in another browser.',
  );
}
