import type { ConnectionForms } from '@tessera/accounts';
import type { FastifyReply } from 'fastify';
import type { FormState } from '../forms/form-state.ts';
import type { LoginSession } from '../login-session.ts';
import { viewPasskey } from '../passkeys/passkey-view.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { forgotPasswordUrl, identifierUrl, signUpUrl } from '../urls.ts';
import {
  CHOOSE_SCREEN,
  IDENTIFIER_SCREEN,
  identifierFields,
  LOGIN_SCREEN,
  loginFields,
  PASSWORD_SCREEN,
  passwordFields,
  withPasskeys,
} from './screens.ts';
import { viewWays } from './ways.ts';

/** How a form is shown: with which status, and what is wrong with it. */
export interface ShownForm {
  readonly status: number;
  readonly form: FormState;
}

/** True when the tenant asks for the identifier on a page of its own. */
export function isIdentifierFirst({ context }: LoginSession): boolean {
  return context.tenant.settings.prompts?.identifierFirst === true;
}

/** True for people with passwords. */
export const isDatabase = ({ connection }: LoginSession): boolean =>
  connection.strategy === 'auth0';

/** Shows what the login of a session begins with. */
export async function showLogin(
  page: PageRequest,
  session: LoginSession,
  shown: ShownForm,
): Promise<FastifyReply> {
  if (!isDatabase(session)) {
    return showScreen(page, {
      session,
      screen: CHOOSE_SCREEN,
      ...shown,
      data: (t) => ({ ways: viewWays(t, session, false) }),
    });
  }
  if (isIdentifierFirst(session)) return showIdentifier(page, session, shown);
  const forms = await page.options.accounts.describeConnection(session.connection);
  const passkey = viewPasskey(session);
  const { state } = session.transaction;
  return showScreen(page, {
    session,
    screen: withPasskeys(LOGIN_SCREEN, passkey),
    ...shown,
    data: (t) => ({
      fields: loginFields(t, forms, { state: shown.form, hasPasskeys: passkey !== null }),
      passkey,
      ways: viewWays(t, session),
      forgotUrl: forgotPasswordUrl(state, session.connection.name),
      signUpUrl: signUpUrlOf(session, forms),
    }),
  });
}

/** Shows the page that asks who somebody is. */
export async function showIdentifier(
  page: PageRequest,
  session: LoginSession,
  shown: ShownForm,
): Promise<FastifyReply> {
  const forms = await page.options.accounts.describeConnection(session.connection);
  const passkey = viewPasskey(session);
  return showScreen(page, {
    session,
    screen: withPasskeys(IDENTIFIER_SCREEN, passkey),
    ...shown,
    data: (t) => ({
      fields: identifierFields(t, forms, { state: shown.form, hasPasskeys: passkey !== null }),
      passkey,
      ways: viewWays(t, session),
      signUpUrl: signUpUrlOf(session, forms),
    }),
  });
}

/** Shows the page that asks for the password of whoever said who they are; they need not exist. */
export async function showPassword(
  page: PageRequest,
  session: LoginSession,
  shown: ShownForm & { readonly identifier: string },
): Promise<FastifyReply> {
  const { identifier, status, form } = shown;
  const { state } = session.transaction;
  return showScreen(page, {
    session,
    screen: PASSWORD_SCREEN,
    status,
    form,
    data: (t) => ({
      identifier,
      fields: passwordFields(t, form),
      identifierUrl: identifierUrl(state),
      forgotUrl: forgotPasswordUrl(state, session.connection.name),
    }),
  });
}

function signUpUrlOf(
  { transaction }: LoginSession,
  { isSignUpDisabled }: ConnectionForms,
): string | null {
  return isSignUpDisabled ? null : signUpUrl(transaction.state);
}
