import type { Connection } from '@tessera/model';
import type { Translator } from '../i18n/translator.ts';
import type { LoginSession } from '../login-session.ts';
import { chosenLoginUrl, passwordlessUrl } from '../urls.ts';

/** Other ways to log in than the page's own form; `login/ways` shows them. */
export interface WaysView {
  /** Upstream providers, each a button. */
  readonly federated: readonly { readonly name: string; readonly label: string }[];
  /** Pages of ours. */
  readonly links: readonly { readonly url: string; readonly label: string }[];
}

export const NO_WAYS: WaysView = { federated: [], links: [] };

/** What the page offers besides its own form, which is that of `session.connection`. */
export function viewWays(t: Translator, session: LoginSession, hasForm = true): WaysView {
  const { connections, connection, transaction } = session;
  const others = connections.filter(({ id }) => !hasForm || id !== connection.id);
  // One page serves all databases: the application names the one it means.
  const hasPassword = others.some(({ strategy }) => strategy === 'auth0');
  return {
    federated: others.filter(isFederated).map((one) => ({
      name: one.name,
      label: t.text('login.continue-with', { connection: labelOf(one) }),
    })),
    links: [
      ...(hasPassword && connection.strategy !== 'auth0'
        ? [{ url: chosenLoginUrl(transaction.state), label: t.text('login.use-password') }]
        : []),
      ...others.filter(isCode).map((one) => ({
        url: passwordlessUrl(transaction.state, one.name),
        label: t.text(one.strategy === 'sms' ? 'login.code-by-sms' : 'login.code-by-email'),
      })),
    ],
  };
}

const isFederated = ({ strategy }: Connection): boolean => strategy === 'oidc';
const isCode = ({ strategy }: Connection): boolean => strategy === 'email' || strategy === 'sms';
const labelOf = ({ displayName, name }: Connection): string => displayName ?? name;
