import { AppError } from '@tessera/model';
import type { FastifyReply } from 'fastify';
import { describeRefusal } from '../forms/account-refusal.ts';
import type { FormState } from '../forms/form-state.ts';
import { viewWays } from '../login/ways.ts';
import type { LoginSession } from '../login-session.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { passwordlessUrl } from '../urls.ts';
import type { SentCode } from './code-page.ts';
import {
  ADDRESS_SCREEN,
  addressFields,
  CODE_SCREEN,
  type CodeChannel,
  codeFields,
} from './screens.ts';

export const channelOf = ({ connection }: LoginSession): CodeChannel =>
  connection.strategy === 'sms' ? 'sms' : 'email';

/** Asks where a code may be sent. */
export async function showAddress(
  page: PageRequest,
  session: LoginSession,
  shown: { readonly status: number; readonly form: FormState },
): Promise<FastifyReply> {
  const channel = channelOf(session);
  return showScreen(page, {
    session,
    screen: ADDRESS_SCREEN,
    ...shown,
    data: (t) => ({
      channel,
      connection: session.connection.name,
      fields: addressFields(t, channel, shown.form),
      ways: viewWays(t, session),
    }),
  });
}

/** Asks for the code that was sent. */
export async function showCode(
  page: PageRequest,
  { session, address }: SentCode,
  shown: { readonly status: number; readonly form: FormState; readonly isResent?: boolean },
): Promise<FastifyReply> {
  const { status, form, isResent = false } = shown;
  return showScreen(page, {
    session,
    screen: CODE_SCREEN,
    status,
    form,
    data: (t) => ({
      channel: channelOf(session),
      address,
      fields: codeFields(t, form),
      addressUrl: passwordlessUrl(session.transaction.state, session.connection.name),
      isResent,
    }),
  });
}

/** What people read of a refusal; anything else is thrown on. */
export function describeFailure(
  { reply }: PageRequest,
  { error, state }: { readonly error: unknown; readonly state: FormState },
): { readonly status: number; readonly form: FormState } {
  if (error instanceof AppError && error.code === 'wrong_credentials') {
    return { status: 400, form: { ...state, message: { key: 'passwordless.wrong-code' } } };
  }
  const refusal = describeRefusal(error);
  if (refusal === undefined) throw error;
  const { status, form, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  return { status, form: { ...state, ...form } };
}
