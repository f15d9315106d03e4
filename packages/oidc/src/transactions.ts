import {
  AppError,
  type LoginTransaction,
  type LoginTransactions,
  type RequestContext,
} from '@tessera/model';
import type { Interaction } from 'oidc-provider';
import { createLoginResult, freshLogin } from './post-login/authentication.ts';
import type { TenantProvider } from './provider/build-provider.ts';
import { originalQuery } from './provider/extra-params.ts';
import { resumePath } from './routes/resume-path.ts';

/**
 * How the login pages reach the protocol.
 *
 * An authorization is found by the `state` in the page's URL, never by a cookie, so that two tabs do
 * not disturb each other; the cookie then has to show the same browser.
 *
 * A form that is sent twice finds the login completed but not resumed: browsers follow the last answer
 * only. The same person is sent on once more; resuming is what happens once.
 */
export function createLoginTransactions(
  providerOf: (context: RequestContext) => Promise<TenantProvider>,
): LoginTransactions {
  async function findInteraction(context: RequestContext, state: string) {
    const { provider, browsers } = await providerOf(context);
    const interaction = await provider.Interaction.find(state);
    if (interaction?.prompt.name !== 'login' || isGivenUp(interaction)) return undefined;
    const isBound = browsers.isBound(context.cookieHeader, interaction.prompt.details.browser);
    return isBound ? interaction : undefined;
  }

  async function open(context: RequestContext, state: string): Promise<Interaction> {
    const interaction = await findInteraction(context, state);
    if (interaction === undefined) throw transactionGone();
    return interaction;
  }

  return {
    async find(context, state) {
      const interaction = await findInteraction(context, state);
      return interaction && describe(interaction);
    },
    async complete(context, state, login) {
      const interaction = await open(context, state);
      const known = freshLogin(interaction.result);
      if (known !== undefined && known.accountId !== login.userId) throw transactionGone();
      if (known === undefined) {
        interaction.result = { ...interaction.lastSubmission, login: createLoginResult(login) };
        await interaction.persist();
      }
      return resumePath(interaction);
    },
    async fail(context, state, { error, errorDescription }) {
      const interaction = await open(context, state);
      if (interaction.result !== undefined) throw transactionGone();
      interaction.result = { error, error_description: errorDescription };
      await interaction.persist();
      return resumePath(interaction);
    },
  };
}

function isGivenUp({ result }: Interaction): boolean {
  return result !== undefined && freshLogin(result) === undefined;
}

function transactionGone(): AppError {
  return new AppError(
    'transaction_invalid',
    'This login has expired, was already completed, or was begun in another browser.',
  );
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
