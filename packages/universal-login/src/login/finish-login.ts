import type { CompletedLogin } from '@tessera/model';
import type { FastifyReply } from 'fastify';
import type { LoginSession } from '../login-session.ts';
import { type PageRequest, sendOn } from '../show-screen.ts';

/** Tells the protocol who logged in with the session's connection, and sends the browser on. */
export async function finishLogin(
  page: PageRequest,
  session: LoginSession,
  login: Pick<CompletedLogin, 'userId' | 'method'>,
): Promise<FastifyReply> {
  const { transactions, clock } = page.options;
  const { context, connection, transaction } = session;
  const completed: CompletedLogin = { ...login, connection, at: clock.now() };
  const url = await transactions.complete(context, transaction.state, completed);
  return sendOn(page, { session }, url);
}
