import { RESET_STATE_PREFIX } from '@tessera/accounts';
import { AppError, type LoginStep, type LoginSteps } from '@tessera/model';
import type { CsrfProtection } from '../csrf.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { browserOf, stepContext } from './reset-context.ts';
import { resetResumeUrl } from './reset-urls.ts';

/** How the pages of second factors and forms reach a password reset that waits for them. */
export function createResetSteps(
  options: Pick<UniversalLoginOptions, 'accounts' | 'store'>,
  csrf: CsrfProtection,
): LoginSteps {
  const { passwordResets } = options.accounts;
  return {
    async find(context, state) {
      if (!state.startsWith(RESET_STATE_PREFIX)) return undefined;
      const browser = browserOf(csrf, context.cookieHeader);
      const view = await passwordResets.find(stepContext(options, context), browser, state);
      if (view?.phase.kind !== 'suspended') return undefined;
      const { suspension, answer } = view.phase;
      if (suspension.kind === 'redirect' || answer !== undefined) return undefined;
      const cause: LoginStep['cause'] =
        suspension.kind === 'form'
          ? {
              kind: 'form',
              formId: suspension.formId,
              fields: suspension.fields,
              vars: suspension.vars,
            }
          : {
              kind: suspension.kind,
              factors: suspension.factors,
              additionalFactors: suspension.additionalFactors,
              allowRememberBrowser: false,
            };
      return {
        state,
        userId: view.user.userId,
        ...(view.clientId === undefined ? {} : { clientId: view.clientId }),
        ...(view.uiLocales === undefined ? {} : { uiLocales: view.uiLocales }),
        cause,
      };
    },
    async complete(context, state, answer) {
      const browser = browserOf(csrf, context.cookieHeader);
      const step = { state, answer };
      if (!(await passwordResets.answer(stepContext(options, context), browser, step))) {
        throw new AppError('transaction_invalid', 'The password reset is not waiting for this.');
      }
      return resetResumeUrl(state);
    },
  };
}
