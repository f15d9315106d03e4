import {
  AppError,
  type LoginTransaction,
  type LoginTransactions,
  type RequestContext,
} from '@tessera/model';
import type { Interaction } from 'oidc-provider';
import { createLoginResult } from './post-login/authentication.ts';
import type { TenantProvider } from './provider/build-provider.ts';
import { originalQuery } from './provider/extra-params.ts';
import { resumePath } from './routes/resume-path.ts';

/**
 * How the login pages reach the protocol.
 *
 * An authorization is found by the `state` in the page's URL, never by a cookie, so that two tabs do
 * not disturb each other; the cookie then has to show the same browser.
 */
export function createLoginTransactions(
  providerOf: (context: RequestContext) => Promise<TenantProvider>,
): LoginTransactions {
  async function findInteraction(context: RequestContext, state: string) {
    const { provider, browsers } = await providerOf(context);
    const interaction = await provider.Interaction.find(state);
    if (interaction?.prompt.name !== 'login' || interaction.result !== undefined) return undefined;
    const isBound = browsers.isBound(context.cookieHeader, interaction.prompt.details.browser);
    return isBound ? interaction : undefined;
  }

  async function answer(
    context: RequestContext,
    state: string,
    createResult: (interaction: Interaction) => NonNullable<Interaction['result']>,
  ): Promise<string> {
    const interaction = await findInteraction(context, state);
    if (interaction === undefined) {
      throw new AppError(
        'transaction_invalid',
        'This login has expired, was already completed, or was begun in another browser.',
      );
    }
    interaction.result = createResult(interaction);
    await interaction.persist();
    return resumePath(interaction);
  }

  return {
    async find(context, state) {
      const interaction = await findInteraction(context, state);
      return interaction && describe(interaction);
    },
    complete: (context, state, login) =>
      answer(context, state, (interaction) => ({
        ...interaction.lastSubmission,
        login: createLoginResult(login),
      })),
    fail: (context, state, { error, errorDescription }) =>
      answer(context, state, () => ({ error, error_description: errorDescription })),
  };
}

function describe({ uid, params }: Interaction): LoginTransaction {
  const optional = {
    loginHint: params.login_hint,
    screenHint: params.screen_hint,
    connection: params.connection,
    uiLocales: params.ui_locales,
    prompt: params.prompt,
    redirectUri: params.redirect_uri,
  };
  const given = Object.entries(optional).filter(([, value]) => typeof value === 'string');
  return {
    state: uid,
    clientId: String(params.client_id),
    query: originalQuery(params),
    ...Object.fromEntries(given),
  };
}
